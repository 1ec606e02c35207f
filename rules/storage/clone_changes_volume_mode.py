"""A copy has another volume mode than its source.

## What it does
Compares the volume mode of a DataVolume, template or claim with that of the claim that it copies. Copies that CDI makes
over the network in any case are skipped: those between storage classes of different provisioners, and those with the
clone strategy `copy`.

## Why it matters
Snapshots and the storage's own copies keep the volume mode. If it changes, CDI copies over the network, with two pods:
this is far slower, and needs nodes that reach both volumes. A file system also needs some space itself, so the content
of a block volume of the same size may not fit.

## Cluster message
CDI's event `IncompatibleVolumeModes` contains `volume modes of source and target are incompatible`.

## Bad
    kind: PersistentVolumeClaim
    metadata: {name: fedora}
    spec:
      volumeMode: Block
    ---
    kind: DataVolume
    spec:
      source: {pvc: {name: fedora, namespace: golden}}
      storage:
        volumeMode: Filesystem

## Good
    kind: DataVolume
    spec:
      source: {pvc: {name: fedora, namespace: golden}}
      storage:
        volumeMode: Block

## How to fix
Use the volume mode of the source.

## Source
CDI `pkg/controller/clone/planner.go` (validateAdvancedClonePVC).
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import copies
from .._disks import volume_mode
from . import _clones
from ._clones import copies_by_storage, original

META = Meta(
    "VM421", effect=Effect.RISK, since="0.1", subject=(DataVolume, VirtualMachine, PersistentVolumeClaim), about=copies
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for copy in _clones.copies(subject, world):
        disk, own, theirs = copy.disk, volume_mode(copy.disk, world), original(copy, world).mode
        if own is not None and theirs is not None and own != theirs and copies_by_storage(copy, world):
            yield META.at(
                disk.at(*disk.spec_path, "volumeMode"),
                f"{disk} has the volume mode `{own}`, and claim `{copy.source.short}` that it copies has `{theirs}`. "
                "CDI copies the data over the network, because storage itself copies only to the same mode.",
                fix=f"set `volumeMode: {theirs}`, if the storage class offers it",
            ).along(copy.hops())
