"""CDI can't copy the source of a VolumeCloneSource.

## What it does
Checks the kind and the name in a VolumeCloneSource.

## Why it fails
CDI copies claims and snapshots. No webhook looks at the object: it is accepted, and each claim that is to be filled
from it waits for ever.

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
    for cause in check_clone_source(subject.data):
        if get(subject.data, *cause.path) is None:
            continue  # the schema says that it is missing
        kind = text(subject.data, "spec", "source", "kind")
        what = "has no source" if cause.path[-1] == "name" else f"has a source of kind `{kind}`, which CDI can't copy"
        yield META.at(
            subject.at(*cause.path),
            f"VolumeCloneSource `{subject.name}` {what}. Claims that use it stay pending.",
            fix="name a `PersistentVolumeClaim` or a `VolumeSnapshot` of the same namespace",
        )
