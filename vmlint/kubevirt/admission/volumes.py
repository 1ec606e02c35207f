"""Volumes: name, source, and what each source needs.

Sources: KubeVirt `vmi-create-admitter.go` (validateVolumes, validateVirtualMachineInstanceSpecVolumeDisks),
`pkg/storage/admitters/disks.go` (ValidateContainerDisks).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_clean_path
from vmlint.kubevirt.admission.reading import amount, has, many, names, word
from vmlint.kubevirt.admission.view import Cause, Stage, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "volumes"
_SOURCES = (
    "persistentVolumeClaim",
    "dataVolume",
    "containerDisk",
    "cloudInitNoCloud",
    "cloudInitConfigDrive",
    "configMap",
    "secret",
    "serviceAccount",
    "downwardAPI",
    "downwardMetrics",
    "emptyDisk",
    "ephemeral",
    "hostDisk",
    "memoryDump",
    "sysprep",
    "containerPath",
)
# What a source must name.
_NAMED = {
    "dataVolume": "name",
    "configMap": "name",
    "secret": "secretName",
    "serviceAccount": "serviceAccountName",
    "hostDisk": "path",
}
_ONE_OF_A_KIND = ("serviceAccount", "downwardMetrics", "memoryDump")
_RESERVED_PATHS = ("/var/run/kubevirt", "/var/run/libvirt")


def check(view: View) -> Iterator[Cause]:
    """Volumes without a source, or with one that lacks something."""
    seen: dict[str, int] = {}
    for index, volume in view.volumes:
        path = view.at("volumes", index)
        what = named("volume", volume, "volumes", index)
        name = word(volume, "name")
        if name is not None and seen.setdefault(name, index) != index:
            yield Cause(
                (*path, "name"), f"two volumes have the name `{name}`.", "give each volume its own name", _SUBJECT
            )
        yield from _source(volume, path, what)
        if "hostDisk" in volume:
            yield from _host_disk(volume, path, what)
        image_path = word(volume, "containerDisk", "path")
        if image_path and not is_clean_path(image_path):
            yield Cause(
                (*path, "containerDisk", "path"),
                f"`{image_path}` is not an absolute path to a file.",
                "write a path such as `/disk/disk.img`, without `.` and `..`",
                _SUBJECT,
            )
        if "containerPath" in volume:
            yield from _container_path(view, volume, path, what)
    for source in _ONE_OF_A_KIND:
        if source not in view.fields:
            continue
        several = [index for index, volume in view.volumes if has(volume, source)]
        if len(several) > 1:
            yield Cause(
                view.at("volumes", several[1]),
                f"{len(several)} volumes are `{source}`; a guest can have only one.",
                "keep one",
                _SUBJECT,
            )
    if has(view.spec, "utilityVolumes"):
        yield Cause(
            view.at("utilityVolumes"),
            "`utilityVolumes` can't be set when the guest is created.",
            "remove `utilityVolumes`",
            _SUBJECT,
        )


def _source(volume: Mapping[str, Any], path: Path, what: str) -> Iterator[Cause]:
    sources = many(volume, keys=_SOURCES)
    if sources is None:
        return
    if len(sources) != 1:
        says = f"has {len(sources)} sources, {' and '.join(f'`{source}`' for source in sources)}"
        yield Cause(
            path,
            f"{what} {says if sources else 'has no source'}; a volume must have exactly one.",
            f"keep {choice(sources)}" if sources else "add a source, such as `dataVolume`",
            _SUBJECT,
        )
    for source in sources:
        field = _NAMED.get(source)
        if field and word(volume, source, field) == "":
            yield Cause((*path, source, field), f"{what} has no `{source}.{field}`.", f"set `{field}`", _SUBJECT)


def _host_disk(volume: Mapping[str, Any], path: Path, what: str) -> Iterator[Cause]:
    capacity = amount(volume, "hostDisk", "capacity")
    if word(volume, "hostDisk", "type") == "Disk" and capacity is not None and not capacity.is_zero:
        yield Cause(
            (*path, "hostDisk", "capacity"),
            f"{what} is an existing disk and has a `capacity`, which applies only to `DiskOrCreate`.",
            "remove `capacity`, or use `type: DiskOrCreate`",
            _SUBJECT,
        )


def _container_path(view: View, volume: Mapping[str, Any], path: Path, what: str) -> Iterator[Cause]:
    """A path of a container becomes a file system of the guest, never a disk."""
    if not has(volume, "containerPath"):
        return
    name = word(volume, "name")
    filesystems = names(view.spec, "domain", "devices", "filesystems")
    if name is not None and filesystems is not None and name not in filesystems:
        yield Cause(
            path,
            f"{what} is a `containerPath` and has no filesystem with the same name.",
            f"add `{name}` to `domain.devices.filesystems`, with `virtiofs: {{}}`",
            _SUBJECT,
            Stage.VMI,
        )
    elif name is not None and name in (names(view.spec, "domain", "devices", "disks") or ()):
        yield Cause(
            path,
            f"{what} is a `containerPath` and has a disk with the same name; it must be a filesystem.",
            "remove the disk",
            _SUBJECT,
            Stage.VMI,
        )
    inside = word(volume, "containerPath", "path")
    if inside and inside.startswith(_RESERVED_PATHS):
        yield Cause(
            (*path, "containerPath", "path"),
            f"{what} shows `{inside}`, which KubeVirt reserves.",
            "choose another path",
            _SUBJECT,
            Stage.VMI,
        )
