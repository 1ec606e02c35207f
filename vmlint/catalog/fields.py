"""What the fields of KubeVirt's and CDI's objects mean, in a few words each.

The data, `fields.json`, is kept by hand. A section has the fields of one part of an object by their paths, without the
indexes of lists: its text, and where they are known its default and its values. Facts: KubeVirt
`staging/src/kubevirt.io/api` and `pkg/defaults`, CDI `staging/src/kubevirt.io/containerized-data-importer-api`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache

from vmlint.catalog import data
from vmlint.record import Record

__all__ = ["SECTIONS", "FieldText", "field_text", "names_below", "sections"]


class FieldText(Record):
    """A field's meaning, what applies where it is not set ("" where nothing is known), and its values with theirs."""

    text: str
    default: str = ""
    values: Mapping[str, str] = {}


SECTIONS: Mapping[str, str] = {
    "VirtualMachine": "vm",
    "VirtualMachineInstance": "vmi",
    "VirtualMachineInstanceReplicaSet": "replicaset",
    "VirtualMachineInstancePreset": "vmi",
    "VirtualMachineInstanceMigration": "migration",
    "VirtualMachinePool": "pool",
    "VirtualMachineInstancetype": "instancetype",
    "VirtualMachineClusterInstancetype": "instancetype",
    "VirtualMachinePreference": "preference",
    "VirtualMachineClusterPreference": "preference",
    "VirtualMachineClone": "clone",
    "VirtualMachineExport": "export",
    "VirtualMachineSnapshot": "snapshot",
    "VirtualMachineRestore": "restore",
    "MigrationPolicy": "migrationpolicy",
    "KubeVirt": "kubevirt",
    "CDI": "cdi",
    "DataVolume": "datavolume",
    "DataSource": "datasource",
    "DataImportCron": "dataimportcron",
    "StorageProfile": "storageprofile",
    "VolumeImportSource": "volumeimportsource",
    "VolumeCloneSource": "volumeclonesource",
    "VolumeUploadSource": "volumeuploadsource",
    "PersistentVolumeClaim": "claim",
}
"""The section of each kind's `spec`."""

# Where another section begins below a section's field, and at which of its fields.
_MOUNTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "root": {"metadata": ("metadata", "")},
    "vm": {
        "template.spec": ("vmi", ""),
        "template.metadata": ("metadata", ""),
        "dataVolumeTemplates": ("root", ""),
        "dataVolumeTemplates.spec": ("datavolume", ""),
        "volumeClaimTemplates.metadata": ("metadata", ""),
        "volumeClaimTemplates.spec": ("claim", ""),
    },
    "vmi": {"domain.features.hyperv": ("hyperv", "")},
    "pool": {"virtualMachineTemplate.spec": ("vm", ""), "virtualMachineTemplate.metadata": ("metadata", "")},
    "replicaset": {"template.spec": ("vmi", ""), "template.metadata": ("metadata", "")},
    "datavolume": {"storage": ("claim", ""), "pvc": ("claim", "")},
    "dataimportcron": {"template": ("root", ""), "template.spec": ("datavolume", "")},
    "volumeimportsource": {"source": ("datavolume", "source")},
    "instancetype": {
        "cpu": ("vmi", "domain.cpu"),
        "gpus": ("vmi", "domain.devices.gpus"),
        "hostDevices": ("vmi", "domain.devices.hostDevices"),
        "launchSecurity": ("vmi", "domain.launchSecurity"),
        "ioThreads": ("vmi", "domain.ioThreads"),
    },
    "preference": {
        "clock.preferredClockOffset": ("vmi", "domain.clock"),
        "clock.preferredTimer": ("vmi", "domain.clock.timer"),
        "cpu.preferredCPUFeatures": ("vmi", "domain.cpu.features"),
        "devices.preferredDiskBlockSize": ("vmi", "domain.devices.disks.blockSize"),
        "devices.preferredTPM": ("vmi", "domain.devices.tpm"),
        "devices.preferredVirtualGPUOptions": ("vmi", "domain.devices.gpus.virtualGPUOptions"),
        "features.preferredApic": ("vmi", "domain.features.apic"),
        "features.preferredHyperv": ("hyperv", ""),
        "features.preferredKvm": ("vmi", "domain.features.kvm"),
        "preferredLaunchSecurity": ("vmi", "domain.launchSecurity"),
    },
}


def field_text(kind: str, path: tuple[str, ...]) -> FieldText | None:
    """The text of a kind's field, None where there is none; `path` has no indexes of lists."""
    for section, at in _places(kind, path):
        if (found := sections()[section].get(at)) is not None:
            return found
    return sections()["common"].get(path[-1]) if path else None


def names_below(kind: str, path: tuple[str, ...]) -> list[str]:
    """The fields one step below a kind's field that have a text."""
    found: dict[str, None] = {}
    for section, at in _places(kind, path):
        start = f"{at}." if at else ""
        for row in sections()[section]:
            if row.startswith(start) and "." not in row[len(start) :]:
                found.setdefault(row[len(start) :])
    return list(found)


def _places(kind: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The sections that may have a kind's field, each with the field's path there, the nearest first."""
    section = SECTIONS.get(kind)
    if section is not None and path[:1] == ("spec",):
        yield from _within(section, path[1:])
    if path[:1] != ("spec",) or len(path) < 2:
        yield from _within("root", path)


def _within(section: str, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield section, ".".join(path)
    mounts = _MOUNTS.get(section, {})
    for length in range(len(path), 0, -1):
        if mount := mounts.get(".".join(path[:length])):
            other, at = mount
            yield from _within(other, (*filter(None, at.split(".")), *path[length:]))


@cache
def sections() -> Mapping[str, Mapping[str, FieldText]]:
    """All sections: the fields of each by their dotted paths."""
    raw = json.loads(data("fields.json"))
    return {section: dict(_rows(rows)) for section, rows in raw.items()}


def _rows(rows: Mapping[str, str | Mapping[str, str]]) -> Iterator[tuple[str, FieldText]]:
    for path, row in rows.items():
        yield path, FieldText(row) if isinstance(row, str) else FieldText(**row)  # type: ignore[arg-type]
