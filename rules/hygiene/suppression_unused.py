"""A suppression matches nothing.

## What it does
Reports a comment, an annotation or an entry of `ignores:` that suppresses a rule where the rule has no finding. A
suppression of a rule that did not run, or could not decide, is not reported.

## Why it matters
The fault is fixed, and the suppression would hide the next one at this place.

## Cluster message
vmlint only: the cluster does not read suppressions.

## Bad
    metadata:
      name: web
      annotations:
        vmlint.dev/ignore: running-deprecated
    spec:
      runStrategy: Always

## Good
    metadata:
      name: web
    spec:
      runStrategy: Always

## How to fix
Remove the suppression; `vmlint check --fix-suppressions` does.

## Source
vmlint itself: README, section "Suppressions".
"""

from collections.abc import Iterator

from vmlint.model.suppression import Suppression, SuppressionState
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM903", effect=Effect.IGNORED, since="0.1", subject=Suppression)


def check(suppression: Suppression, world: World) -> Iterator[Fault]:
    if suppression.state is SuppressionState.UNUSED:
        yield META.at(
            suppression.mark.place,
            f"the suppression of `{suppression.name}` is not needed: it matches no finding.",
            fix="remove it, or let `vmlint check --fix-suppressions` do so"
            if suppression.mark.source.in_manifest
            else "remove the entry",
        )
