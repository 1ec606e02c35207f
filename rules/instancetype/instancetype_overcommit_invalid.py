"""The instancetype has an invalid `overcommitPercent`.

## What it does
Checks `spec.memory.overcommitPercent`: 0 to 100, and none beside huge pages.

## Why it fails
KubeVirt refuses the instancetype. Huge pages are handed out whole and can't be overcommitted.

## Bad
    spec:
      memory:
        guest: 4Gi
        overcommitPercent: 50
        hugepages: {pageSize: 2Mi}

## Good
    spec:
      memory:
        guest: 4Gi
        overcommitPercent: 50

## Source
KubeVirt `pkg/instancetype/webhooks/admitter.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.types import instancetype_causes
from vmlint.model.subjects import Instancetype
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM209", effect=Effect.REJECTED, since="0.1", subject=Instancetype)


def check(instancetype: Instancetype, world: World) -> Iterator[Fault]:
    for cause in instancetype_causes(instancetype.spec, world.settings.release):
        yield META.at(
            instancetype.at(*cause.path),
            f"{cause.message}.",
            fix="remove `overcommitPercent`, or write a percentage from 0 to 100 and use no huge pages",
        )
