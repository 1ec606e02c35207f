"""Volumes and disks of a running guest: declared hotplug, and the migration to other claims.

Sources: KubeVirt `pkg/storage/hotplug/hotplug.go`, `pkg/storage/admitters/storagehotplug.go`,
`pkg/virt-controller/watch/volume-migration`, `pkg/virt-controller/watch/vm/vm.go` (validLiveUpdateVolumes,
validLiveUpdateDisks, handleVolumeUpdateRequest).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Failure, Live, Restart, UpdateReason
from vmlint.model.access import each, get, sequence, text
from vmlint.model.field import Path
from vmlint.record import Record
from vmlint.source.clone import clone

__all__ = [
    "DISKS",
    "VOLUMES",
    "Claim",
    "claim_of",
    "disks_are_live",
    "is_hotpluggable",
    "is_migrating",
    "migrate_volumes",
    "plug_volumes",
    "volumes_are_live",
]

VOLUMES: Path = ("volumes",)
DISKS: Path = ("domain", "devices", "disks")
_FILESYSTEMS: Path = ("domain", "devices", "filesystems")
_SOURCES = ("persistentVolumeClaim", "dataVolume")
_MEMORY_DUMP = "memoryDump"
_BUSES = {"disk": ("scsi", "virtio"), "lun": ("scsi",)}

_Named = dict[str, Mapping[str, Any]]


class Claim(Record):
    """What is known of a claim: whether it exists, and its access modes, None where the files don't say them."""

    exists: bool = True
    modes: tuple[str, ...] | None = None

    @property
    def stays(self) -> bool | None:
        """Whether it can be used on one node at a time only."""
        return None if self.modes is None else not {"ReadWriteMany", "ReadOnlyMany"}.intersection(self.modes)


def is_hotpluggable(volume: Mapping[str, Any]) -> bool:
    """Whether a volume is declared to be plugged into running guests."""
    return any(get(volume, source, "hotpluggable") is True for source in _SOURCES)


def is_migrating(vm_spec: Mapping[str, Any]) -> bool:
    """Whether changed volumes are migrated: `updateVolumesStrategy` of a VM."""
    return vm_spec.get("updateVolumesStrategy") == "Migration"


def claim_of(volume: Mapping[str, Any]) -> str:
    """The name of the claim that a volume lives on, "" for none."""
    if isinstance(volume.get("dataVolume"), dict):
        return text(volume, "dataVolume", "name")
    return text(volume, "persistentVolumeClaim", "claimName") or text(volume, _MEMORY_DUMP, "claimName")


def volumes_are_live(last: Mapping[str, Any], wanted: Mapping[str, Any], *, migrating: bool) -> bool:
    """Whether no volume changed, came or went that takes a restart."""
    old = _named(last, VOLUMES)
    for name, volume in _named(wanted, VOLUMES).items():
        before = old.pop(name, None)
        if _is_hot(volume):
            continue
        on_claim = any(isinstance(volume.get(source), dict) for source in _SOURCES)
        if before is None or (before != volume and not (migrating and on_claim)):
            return False
    return all(_is_hot(volume) for volume in old.values())


def disks_are_live(last: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether no disk changed, came or went that takes a restart."""
    old, old_volumes = _named(last, DISKS), _named(last, VOLUMES)
    volumes, disks = _named(wanted, VOLUMES), _named(wanted, DISKS)
    for name, disk in disks.items():
        before = old.pop(name, None)
        if name in volumes and _is_hot(volumes[name]):
            continue
        if before is None or before != disk:
            return False
    for name, disk in old.items():
        if name in old_volumes and not _is_hot(old_volumes[name]):
            return False
        if disk.get("cdrom") is not None:
            return False
    return True


def _is_hot(volume: Mapping[str, Any]) -> bool:
    return is_hotpluggable(volume) or get(volume, _MEMORY_DUMP, "hotpluggable") is True


# Declared hotplug


def plug_volumes(wanted: Mapping[str, Any], guest: Guest) -> list[Live] | Failure:
    """One step of plugging a running guest's volumes, in place: what is gone or changed is unplugged, what is new is
    plugged. A changed volume takes two steps. `wanted` is the VM's spec as it is stored."""
    volumes, disks = sequence(guest.spec, *VOLUMES), sequence(guest.spec, *DISKS)
    kept = _kept_volumes(wanted, guest.spec)
    new_volumes = [*kept, *_new_volumes(wanted, guest.spec)]
    names = {text(volume, "name"): volume for volume in new_volumes}
    new_disks = [*_kept_disks(wanted, guest.spec, names), *_new_disks(wanted, guest.spec, names)]
    if volumes == new_volumes and disks == new_disks:
        return []
    if failure := _refusal(new_volumes, new_disks, guest):
        return failure
    live = [*_changes(VOLUMES, volumes, new_volumes), *_changes(DISKS, disks, new_disks)]
    guest.plugged = {name for name in names if name in guest.plugged or is_hotpluggable(names[name])}
    _put(guest.spec, "volumes", new_volumes)
    _put(guest.spec["domain"]["devices"], "disks", new_disks)
    return live


def _put(holder: dict[str, Any], key: str, entries: Sequence[Any]) -> None:
    if entries:
        holder[key] = clone(list(entries))
    else:
        holder.pop(key, None)


def _kept_volumes(wanted: Mapping[str, Any], guest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The guest's volumes without the plugged ones that the VM has no more, or has otherwise."""
    there = _named(wanted, VOLUMES)
    for _, volume in each(guest, *VOLUMES):
        if is_hotpluggable(volume):
            own = there.get(text(volume, "name"))
            if own is None or (is_hotpluggable(own) and own != volume):
                continue
        yield volume


def _new_volumes(wanted: Mapping[str, Any], guest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    there = _named(guest, VOLUMES)
    for _, volume in each(wanted, *VOLUMES):
        if is_hotpluggable(volume) and text(volume, "name") not in there:
            yield volume


def _kept_disks(
    wanted: Mapping[str, Any], guest: Mapping[str, Any], volumes: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """The guest's disks without those whose volume is unplugged; a drive stays without its medium."""
    disks, own_volumes = _named(wanted, DISKS), _named(wanted, VOLUMES)
    for _, disk in each(guest, *DISKS):
        name = text(disk, "name")
        if name not in volumes:
            own = disks.get(name)
            if own is None:
                continue
            if name in own_volumes and (own.get("cdrom") is None or disk.get("cdrom") is None):
                continue
        yield disk


def _new_disks(
    wanted: Mapping[str, Any], guest: Mapping[str, Any], volumes: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    there = _named(guest, DISKS)
    for _, disk in each(wanted, *DISKS):
        name = text(disk, "name")
        if name in volumes and is_hotpluggable(volumes[name]) and name not in there:
            yield disk


def _refusal(volumes: Sequence[Any], disks: Sequence[Any], guest: Guest) -> Failure | None:
    """Why the webhook for VirtualMachineInstances refuses what is to be plugged."""
    names = {text(volume, "name") for volume in volumes if volume.get(_MEMORY_DUMP) is None}
    needed = len(sequence(guest.spec, *_FILESYSTEMS))
    needed += sum(text(disk, "name") in names or disk.get("cdrom") is None for disk in disks)
    old_volumes, old_disks = _named(guest.spec, VOLUMES), _named(guest.spec, DISKS)
    new_disks: _Named = {text(disk, "name"): disk for disk in disks}
    for volume in volumes:
        name = text(volume, "name")
        disk = new_disks.get(name)
        if name in old_volumes and name in guest.plugged and disk != old_disks.get(name):
            return Failure(UpdateReason.HOTPLUG_PERMANENT, DISKS, name)
        if name in old_volumes or volume.get(_MEMORY_DUMP) is not None:
            continue
        if disk is None:
            return Failure(UpdateReason.HOTPLUG_DISK_MISSING, VOLUMES, name)
        if name not in old_disks and (why := _disk_flaw(disk)):
            return Failure(why, DISKS, name)
    return Failure(UpdateReason.HOTPLUG_COUNT, VOLUMES) if needed != len(names) else None


def _disk_flaw(disk: Mapping[str, Any]) -> UpdateReason | None:
    """Why a disk can't be plugged into a running guest."""
    device = next((name for name in ("disk", "lun") if disk.get(name) is not None), None)
    if device is None:
        return UpdateReason.HOTPLUG_DEVICE
    bus = text(disk, device, "bus")
    if bus not in _BUSES[device]:
        return UpdateReason.HOTPLUG_BUS
    return UpdateReason.HOTPLUG_IO_THREAD if disk.get("dedicatedIOThread") is True and bus != "virtio" else None


def _changes(path: Path, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Live]:
    old, new = ({text(entry, "name"): entry for entry in entries} for entries in (before, after))
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Live(path, clone(old.get(name)), clone(new.get(name)), name)


# The migration to other claims


def migrate_volumes(
    wanted: Mapping[str, Any], guest: Guest, claim: Callable[[str], Claim], *, otherwise_migratable: bool | None
) -> list[Live] | Restart:
    """Move a running guest's volumes to other claims, in place, or say why that takes a restart.

    `otherwise_migratable` is whether anything but the claims keeps the guest from being migrated. Nothing happens
    while a new claim does not exist.
    """
    old = _named(guest.spec, VOLUMES)
    moved = {
        name: volume
        for name, volume in _named(wanted, VOLUMES).items()
        if name in old and claim_of(volume) and claim_of(old[name]) not in ("", claim_of(volume))
    }
    if not moved:
        return []
    disks = _named(guest.spec, DISKS)
    filesystems = _named(guest.spec, _FILESYSTEMS)
    for name in moved:
        disk = disks.get(name, {})
        if name in filesystems or disk.get("shareable") is True or disk.get("lun") is not None:
            return Restart(UpdateReason.VOLUMES_INVALID, (VOLUMES,), name)
    if not all(claim(claim_of(volume)).exists for volume in moved.values()):
        return []
    if otherwise_migratable is False:
        return Restart(UpdateReason.VOLUMES_NOT_MIGRATABLE, (VOLUMES,))
    for name, volume in old.items():
        stays = name not in moved and claim_of(volume) and volume.get(_MEMORY_DUMP) is None
        if stays and claim(claim_of(volume)).stays:
            return Restart(UpdateReason.VOLUMES_LEFT_BEHIND, (VOLUMES,), name)
    live = [Live(VOLUMES, old[name], clone(moved[name]), name, by_migration=True) for name in moved]
    guest.spec["volumes"] = [
        clone(moved.get(text(volume, "name"), volume)) for volume in sequence(guest.spec, *VOLUMES)
    ]
    return live


def _named(spec: Mapping[str, Any], path: Sequence[str | int]) -> _Named:
    return {text(entry, "name"): entry for _, entry in each(spec, *path)}
