"""The instancetype has an invalid `overcommitPercent`.

## What it does
Checks `spec.memory.overcommitPercent`: it must be between 0 and 100, and must not be set next to huge pages.

## Why it fails
KubeVirt refuses the instancetype. Huge pages can't be overcommitted.

## Cluster message
KubeVirt's refusal contains `must be in range between 0 and 100` or `should not be requested together`.

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

## How to fix
Use a percentage from 0 to 100, and remove `overcommitPercent` where the instancetype has huge pages.

## Source
KubeVirt `pkg/instancetype/webhooks/admitter.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.types import instancetype_refusals
from vmlint.model.subjects import Instancetype
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._types import WORDS
from .._wording import in_words

META = Meta("VM209", effect=Effect.REJECTED, since="0.1", subject=Instancetype)


def check(instancetype: Instancetype, world: World) -> Iterator[Fault]:
    for refusal in instancetype_refusals(instancetype.spec, world.settings.release):
        words = in_words(WORDS, refusal)
        yield META.at(instancetype.at(*refusal.path), f"{words.wrong}.", fix=words.fix)
