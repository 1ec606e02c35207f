"""The disk of a hotpluggable volume is on a bus without hotplug.

## What it does
Reports the disk of a volume with `hotpluggable: true` on another bus than `scsi` and `virtio`, or a LUN on another bus
than `scsi`; the bus may come from a preference. CD-ROM drives are skipped.

## Why it matters
KubeVirt accepts the VM, and plugs the disk in after the guest has started. On such a bus that fails: the guest never
gets the disk. KubeVirt refuses to add such a volume to a running guest.

## Cluster message
KubeVirt's refusal contains `requires bus to be`.

## Bad
    domain:
      devices:
        disks:
        - {name: extra, disk: {bus: sata}}
    volumes:
    - name: extra
      persistentVolumeClaim: {claimName: extra, hotpluggable: true}

## Good
    domain:
      devices:
        disks:
        - {name: extra, disk: {bus: scsi}}
    volumes:
    - name: extra
      persistentVolumeClaim: {claimName: extra, hotpluggable: true}

## How to fix
Set the bus to `scsi` or `virtio`.

## Source
KubeVirt `pkg/storage/admitters/storagehotplug.go` (ValidateHotplugDiskConfiguration).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import each, get, mapping, text
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import claim_name

META = Meta("VM471", effect=Effect.STUCK, since="0.1", subject=Workload, fields=("hotpluggable",))

_DISKS = ("domain", "devices", "disks")
_BUSES = {"disk": ("scsi", "virtio"), "lun": ("scsi",)}


def check(workload: Workload, world: World) -> Iterator[Fault]:
    plugged = {
        text(volume, "name")
        for _, volume in workload.volumes()
        if (source := claim_name(volume)[0]) and get(volume, source, "hotpluggable") is True
    }
    if not plugged:
        return
    filled = _filled_buses(workload, world)
    for index, disk in each(workload.vmi_spec, *_DISKS):
        name = text(disk, "name")
        target = next((target for target in _BUSES if isinstance(disk.get(target), dict)), "")
        if name not in plugged or not target:
            continue
        written = get(disk, target, "bus")
        bus = written if isinstance(written, str) and written else filled.get(name, "")
        if not bus or is_unknown(bus) or bus in _BUSES[target]:
            continue
        wanted = " or ".join(f"`{text}`" for text in _BUSES[target])
        detail = "" if written else ", which the preference gives it,"
        place = (*workload.vmi_path, *_DISKS, index, target, *(("bus",) if written else ()))
        yield META.at(
            workload.at(*place),
            f"disk `{name}` of a hotpluggable volume is on the bus `{bus}`{detail} and can be plugged in on "
            f"{wanted} only. The guest never gets the disk.",
            fix=f"set `{target}.bus: {_BUSES[target][0]}`, or remove `hotpluggable`",
        )


def _filled_buses(workload: Workload, world: World) -> dict[str, str]:
    """The buses that a VM's disks get of its preference, where the files decide that."""
    if not isinstance(workload, VirtualMachine) or not world.vms.is_decided(workload, Matcher.PREFERENCE):
        return {}
    spec = mapping(world.vms.expanded(workload).template, "spec")
    return {
        text(disk, "name"): text(disk, target, "bus")
        for _, disk in each(spec, *_DISKS)
        for target in _BUSES
        if isinstance(disk.get(target), dict)
    }
