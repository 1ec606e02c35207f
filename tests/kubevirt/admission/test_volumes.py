"""Volumes: name, source, and what each source needs."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import volumes
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "a volume has a name of its own",
        {"volumes": [{"name": "v", "emptyDisk": {}}]},
        {"volumes": [{"name": "v", "emptyDisk": {}}, {"name": "v", "emptyDisk": {}}]},
        [Expected(at("volumes[1].name"), "two volumes have the name `v`.", "give each volume its own name", "volumes")],
    ),
    Row(
        "a volume has a source",
        {"volumes": [{"name": "v", "memoryDump": {"claimName": "c"}}]},
        {"volumes": [{"name": "v"}]},
        [
            Expected(
                at("volumes[0]"),
                "volume `v` has no source; a volume must have exactly one.",
                "add a source, such as `dataVolume`",
                "volumes",
            )
        ],
    ),
    Row(
        "a volume has one source",
        {"volumes": [{"name": "v", "sysprep": {"secret": {}}}]},
        {"volumes": [{"name": "v", "emptyDisk": {}, "ephemeral": {}}]},
        [
            Expected(
                at("volumes[0]"),
                "volume `v` has 2 sources, `emptyDisk` and `ephemeral`; a volume must have exactly one.",
                "keep `emptyDisk` or `ephemeral`",
                "volumes",
            )
        ],
    ),
    Row(
        "a source names its object",
        {
            "volumes": [
                {"name": "a", "dataVolume": {"name": "x"}},
                {"name": "b", "configMap": {"name": "x"}},
                {"name": "c", "secret": {"secretName": "x"}},
                {"name": "d", "serviceAccount": {"serviceAccountName": "x"}},
                {"name": "e", "hostDisk": {"path": "/x", "type": "Disk"}},
            ]
        },
        {
            "volumes": [
                {"name": "a", "dataVolume": {}},
                {"name": "b", "configMap": {}},
                {"name": "c", "secret": {}},
                {"name": "d", "serviceAccount": {}},
                {"name": "e", "hostDisk": {"type": "Disk"}},
            ]
        },
        [
            Expected(at("volumes[0].dataVolume.name"), "volume `a` has no `dataVolume.name`.", "set `name`", "volumes"),
            Expected(at("volumes[1].configMap.name"), "volume `b` has no `configMap.name`.", "set `name`", "volumes"),
            Expected(
                at("volumes[2].secret.secretName"),
                "volume `c` has no `secret.secretName`.",
                "set `secretName`",
                "volumes",
            ),
            Expected(
                at("volumes[3].serviceAccount.serviceAccountName"),
                "volume `d` has no `serviceAccount.serviceAccountName`.",
                "set `serviceAccountName`",
                "volumes",
            ),
            Expected(at("volumes[4].hostDisk.path"), "volume `e` has no `hostDisk.path`.", "set `path`", "volumes"),
        ],
    ),
    Row(
        "a disk that exists has its size",
        {"volumes": [{"name": "v", "hostDisk": {"path": "/x", "type": "DiskOrCreate", "capacity": "1Gi"}}]},
        {"volumes": [{"name": "v", "hostDisk": {"path": "/x", "type": "Disk", "capacity": "1Gi"}}]},
        [
            Expected(
                at("volumes[0].hostDisk.capacity"),
                "volume `v` is an existing disk and has a `capacity`, which applies only to `DiskOrCreate`.",
                "remove `capacity`, or use `type: DiskOrCreate`",
                "volumes",
            )
        ],
    ),
    Row(
        "a path in an image is clean",
        {"volumes": [{"name": "v", "containerDisk": {"image": "x", "path": "/disk/a.img"}}]},
        {"volumes": [{"name": "v", "containerDisk": {"image": "x", "path": "disk//a.img"}}]},
        [
            Expected(
                at("volumes[0].containerDisk.path"),
                "`disk//a.img` is not an absolute path to a file.",
                "write a path such as `/disk/disk.img`, without `.` and `..`",
                "volumes",
            )
        ],
    ),
    Row(
        "some sources are there once",
        {
            "volumes": [
                {"name": "a", "serviceAccount": {"serviceAccountName": "x"}},
                {"name": "b", "downwardMetrics": {}},
                {"name": "c", "memoryDump": {}},
            ]
        },
        {
            "volumes": [
                {"name": "a", "serviceAccount": {"serviceAccountName": "x"}},
                {"name": "b", "serviceAccount": {"serviceAccountName": "x"}},
                {"name": "c", "downwardMetrics": {}},
                {"name": "d", "downwardMetrics": {}},
                {"name": "e", "memoryDump": {}},
                {"name": "f", "memoryDump": {}},
            ]
        },
        [
            Expected(
                at("volumes[1]"), "2 volumes are `serviceAccount`; a guest can have only one.", "keep one", "volumes"
            ),
            Expected(
                at("volumes[3]"), "2 volumes are `downwardMetrics`; a guest can have only one.", "keep one", "volumes"
            ),
            Expected(at("volumes[5]"), "2 volumes are `memoryDump`; a guest can have only one.", "keep one", "volumes"),
        ],
    ),
    Row(
        "utility volumes come later",
        {},
        {"utilityVolumes": []},
        [
            Expected(
                at("utilityVolumes"),
                "`utilityVolumes` can't be set when the guest is created.",
                "remove `utilityVolumes`",
                "volumes",
            )
        ],
    ),
    Row(
        "a container path is a file system",
        {
            "volumes": [{"name": "v", "containerPath": {"path": "/x"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        {
            "volumes": [{"name": "v", "containerPath": {"path": "/x"}}],
            "domain": {"devices": {"disks": [{"name": "v"}]}},
        },
        [
            Expected(
                at("volumes[0]"),
                "volume `v` is a `containerPath` and has no filesystem with the same name.",
                "add `v` to `domain.devices.filesystems`, with `virtiofs: {}`",
                "volumes",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a container path is no disk",
        {
            "volumes": [{"name": "v", "containerPath": {"path": "/x"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        {
            "volumes": [{"name": "v", "containerPath": {"path": "/var/run/kubevirt/x"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}], "disks": [{"name": "v"}]}},
        },
        [
            Expected(
                at("volumes[0]"),
                "volume `v` is a `containerPath` and has a disk with the same name; it must be a filesystem.",
                "remove the disk",
                "volumes",
                Refuser.GUEST_WEBHOOK,
            ),
            Expected(
                at("volumes[0].containerPath.path"),
                "volume `v` shows `/var/run/kubevirt/x`, which KubeVirt reserves.",
                "choose another path",
                "volumes",
                Refuser.GUEST_WEBHOOK,
            ),
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(volumes.check)
