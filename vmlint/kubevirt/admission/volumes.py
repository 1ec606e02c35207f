"""Volumes: name, source, and what each source needs.

Sources: KubeVirt `vmi-create-admitter.go` (validateVolumes, validateVirtualMachineInstanceSpecVolumeDisks),
`pkg/storage/admitters/disks.go` (ValidateContainerDisks).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_clean_path
from vmlint.kubevirt.admission.reading import amount, has, many, names, word
from vmlint.kubevirt.admission.view import View
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal, Refuser
from vmlint.record import Codes

__all__ = ["Code", "check"]

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


class Code(Codes):
    """What is wrong with a guest's volumes."""

    NAME_TWICE = "volumes/name-twice"
    IMAGE_PATH = "volumes/image-path"
    ONE_OF_A_KIND = "volumes/one-of-a-kind"
    UTILITY_VOLUMES = "volumes/utility-volumes"
    SOURCES_SEVERAL = "volumes/sources-several"
    SOURCE_MISSING = "volumes/source-missing"
    FIELD_MISSING = "volumes/field-missing"
    CAPACITY = "volumes/capacity"
    WITHOUT_FILESYSTEM = "volumes/without-filesystem"
    DISK_INSTEAD_OF_FILESYSTEM = "volumes/disk-instead-of-filesystem"
    RESERVED_PATH = "volumes/reserved-path"


def check(view: View) -> Iterator[Refusal]:
    """Volumes without a source, or with one that lacks something."""
    seen: dict[str, int] = {}
    for index, volume in view.volumes:
        path = view.at("volumes", index)
        entry = Entry.of(volume, "volumes", index)
        name = word(volume, "name")
        if name is not None and seen.setdefault(name, index) != index:
            yield Refusal(Code.NAME_TWICE, (*path, "name"), {"name": name})
        yield from _source(volume, path, entry)
        if "hostDisk" in volume:
            yield from _host_disk(volume, path, entry)
        image_path = word(volume, "containerDisk", "path")
        if image_path and not is_clean_path(image_path):
            yield Refusal(Code.IMAGE_PATH, (*path, "containerDisk", "path"), {"image_path": image_path})
        if "containerPath" in volume:
            yield from _container_path(view, volume, path, entry)
    for source in _ONE_OF_A_KIND:
        if source not in view.fields:
            continue
        several = [index for index, volume in view.volumes if has(volume, source)]
        if len(several) > 1:
            yield Refusal(Code.ONE_OF_A_KIND, view.at("volumes", several[1]), {"count": len(several), "source": source})
    if has(view.spec, "utilityVolumes"):
        yield Refusal(Code.UTILITY_VOLUMES, view.at("utilityVolumes"))


def _source(volume: Mapping[str, Any], path: Path, entry: Entry) -> Iterator[Refusal]:
    sources = many(volume, keys=_SOURCES)
    if sources is None:
        return
    if len(sources) != 1:
        yield Refusal(
            Code.SOURCES_SEVERAL if sources else Code.SOURCE_MISSING,
            path,
            {"entry": entry, "count": len(sources), "sources": sources},
        )
    for source in sources:
        field = _NAMED.get(source)
        if field and word(volume, source, field) == "":
            yield Refusal(
                Code.FIELD_MISSING, (*path, source, field), {"entry": entry, "source": source, "field": field}
            )


def _host_disk(volume: Mapping[str, Any], path: Path, entry: Entry) -> Iterator[Refusal]:
    capacity = amount(volume, "hostDisk", "capacity")
    if word(volume, "hostDisk", "type") == "Disk" and capacity is not None and not capacity.is_zero:
        yield Refusal(Code.CAPACITY, (*path, "hostDisk", "capacity"), {"entry": entry})


def _container_path(view: View, volume: Mapping[str, Any], path: Path, entry: Entry) -> Iterator[Refusal]:
    """A path of a container becomes a file system of the guest, never a disk."""
    if not has(volume, "containerPath"):
        return
    name = word(volume, "name")
    filesystems = names(view.spec, "domain", "devices", "filesystems")
    if name is not None and filesystems is not None and name not in filesystems:
        yield Refusal(Code.WITHOUT_FILESYSTEM, path, {"entry": entry, "name": name}, by=Refuser.GUEST_WEBHOOK)
    elif name is not None and name in (names(view.spec, "domain", "devices", "disks") or ()):
        yield Refusal(Code.DISK_INSTEAD_OF_FILESYSTEM, path, {"entry": entry}, by=Refuser.GUEST_WEBHOOK)
    inside = word(volume, "containerPath", "path")
    if inside and inside.startswith(_RESERVED_PATHS):
        yield Refusal(
            Code.RESERVED_PATH,
            (*path, "containerPath", "path"),
            {"entry": entry, "inside": inside},
            by=Refuser.GUEST_WEBHOOK,
        )
