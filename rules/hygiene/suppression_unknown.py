"""A suppression names an unknown rule.

## What it does
Reports a malformed vmlint comment, and a name in a comment or annotation that is not a rule or family.

## Why it does nothing
The finding that it is meant for is still reported.

## Cluster message
vmlint only: the cluster does not read suppressions.

## Bad
    metadata:
      annotations:
        vmlint.dev/ignore: runing-deprecated

## Good
    metadata:
      annotations:
        vmlint.dev/ignore: running-deprecated
    spec:
      running: true

## How to fix
Correct the rule's name, or remove it with `vmlint check --fix-suppressions`.

## Source
vmlint itself: README, section "Suppressions".
"""

from collections.abc import Iterator

from vmlint.model.suppression import Suppression, SuppressionState
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM904", effect=Effect.IGNORED, since="0.1", subject=Suppression)


def check(suppression: Suppression, world: World) -> Iterator[Fault]:
    if suppression.state is SuppressionState.UNKNOWN:
        wrong, _, meant = suppression.detail.partition("; ")
        yield META.at(
            suppression.mark.place,
            f"the suppression has no effect: {wrong}.",
            fix=meant or "use the number or name of a rule; `vmlint rules` lists them",
        )
