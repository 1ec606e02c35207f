"""CDI can't copy the source of a VolumeCloneSource.

## What it does
Checks the kind and the name in a VolumeCloneSource.

## Why it fails
CDI copies only claims and snapshots. No webhook checks the object: the cluster accepts it, and each claim with this
source stays pending.

## Cluster message
CDI's controller logs `unsupported datasource` or `unsupported volumeCloneSource source`.

## Bad
    kind: VolumeCloneSource
    spec:
      source:
        kind: DataSource
        name: fedora

## Good
    kind: VolumeCloneSource
    spec:
      source:
        kind: PersistentVolumeClaim
        name: fedora

## How to fix
Name a PersistentVolumeClaim or a VolumeSnapshot.

## Source
CDI `pkg/controller/clone/planner.go` (ChooseStrategy).
"""

from collections.abc import Iterator

from vmlint.cdi.populator import check_clone_source
from vmlint.model.access import get, text
from vmlint.model.subjects import VolumeCloneSource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM414", effect=Effect.STUCK, since="0.1", subject=VolumeCloneSource)


def check(subject: VolumeCloneSource, world: World) -> Iterator[Fault]:
    for refusal in check_clone_source(subject.data):
        if get(subject.data, *refusal.path) is None:
            continue  # the schema reports that it is missing
        kind = text(subject.data, "spec", "source", "kind")
        what = "has no source" if refusal.path[-1] == "name" else f"has a source of kind `{kind}`, which CDI can't copy"
        yield META.at(
            subject.at(*refusal.path),
            f"VolumeCloneSource `{subject.name}` {what}. Claims that use it stay pending.",
            fix="name a `PersistentVolumeClaim` or a `VolumeSnapshot` of the same namespace",
        )
