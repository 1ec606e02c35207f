"""A VM uses the same claim in two volumes.

## What it does
Reports the second volume of a guest that is on the same claim as an earlier one, whether it names the claim or its
DataVolume, unless both disks are shareable, or CD-ROM drives.

## Why it matters
QEMU locks the image of a disk that it writes: the guest does not start, or two disks write one image. An export of the
VM never completes.

## Cluster message
virt-launcher's log contains QEMU's `Failed to get "write" lock`.

## Bad
    volumes:
    - name: data
      persistentVolumeClaim: {claimName: data}
    - name: again
      dataVolume: {name: data}

## Good
    volumes:
    - name: data
      persistentVolumeClaim: {claimName: data}

## How to fix
Remove one of the two volumes, or give it another claim.

## Source
KubeVirt `pkg/storage/types/pvc.go` (PVCNameFromVirtVolume), `pkg/storage/export/export/vm-source.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import each, get, text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.subjects import Workload
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import claim_name

from .._about import doubled

META = Meta("VM470", effect=Effect.RISK, since="0.1", subject=Workload, about=doubled)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    first: dict[str, tuple[Path, str]] = {}
    for path, volume in workload.volumes():
        source, claim = claim_name(volume)
        name = text(volume, "name")
        if not claim or is_unknown(claim):
            continue
        if claim not in first:
            first[claim] = path, name
            continue
        before, other = first[claim]
        if name != other and all(_is_writable(workload, text) for text in (name, other)):
            yield META.at(
                workload.at(*path, source),
                f"volume `{name}` uses claim `{claim}`, which volume `{other}` uses too. Both disks of the guest "
                "write to one image.",
                fix="remove one of the two volumes and its disk",
            ).along([Hop(f"volume {other} → claim {claim}", workload.at(*before))])


def _is_writable(workload: Workload, name: str) -> bool:
    """Whether the guest writes a volume; one without a disk of its own gets a plain one."""
    devices = ("domain", "devices")
    if any(text(entry, "name") == name for _, entry in each(workload.vmi_spec, *devices, "filesystems")):
        return False
    disk = next((entry for _, entry in each(workload.vmi_spec, *devices, "disks") if text(entry, "name") == name), {})
    return not (
        get(disk, "shareable") is True or get(disk, "disk", "readonly") is True or isinstance(get(disk, "cdrom"), dict)
    )
