"""Volumes of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.volumes import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.NAME_TWICE: Words(
        "two volumes have the name `{name}`.",
        "give each volume its own name",
    ),
    Code.IMAGE_PATH: Words(
        "`{image_path}` is not an absolute path to a file.",
        "write a path such as `/disk/disk.img`, without `.` and `..`",
    ),
    Code.ONE_OF_A_KIND: Words(
        "{count} volumes are `{source}`; a guest can have only one.",
        "keep one",
    ),
    Code.UTILITY_VOLUMES: Words(
        "`utilityVolumes` can't be set when the guest is created.",
        "remove `utilityVolumes`",
    ),
    Code.SOURCES_SEVERAL: Words(
        "{entry} has {count} sources, {sources:and}; a volume must have exactly one.",
        "keep {sources:choice}",
    ),
    Code.SOURCE_MISSING: Words(
        "{entry} has no source; a volume must have exactly one.",
        "add a source, such as `dataVolume`",
    ),
    Code.FIELD_MISSING: Words(
        "{entry} has no `{source}.{field}`.",
        "set `{field}`",
    ),
    Code.CAPACITY: Words(
        "{entry} is an existing disk and has a `capacity`, which applies only to `DiskOrCreate`.",
        "remove `capacity`, or use `type: DiskOrCreate`",
    ),
    Code.WITHOUT_FILESYSTEM: Words(
        "{entry} is a `containerPath` and has no filesystem with the same name.",
        "add `{name}` to `domain.devices.filesystems`, with `virtiofs: {{}}`",
    ),
    Code.DISK_INSTEAD_OF_FILESYSTEM: Words(
        "{entry} is a `containerPath` and has a disk with the same name; it must be a filesystem.",
        "remove the disk",
    ),
    Code.RESERVED_PATH: Words(
        "{entry} shows `{inside}`, which KubeVirt reserves.",
        "choose another path",
    ),
}
