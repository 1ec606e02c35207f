"""A suppression has expired.

## What it does
Reports an entry of `ignores:` in the configuration whose last day, `until`, has passed.

## Why it does nothing
Since that day the entry does not suppress any finding.

## Cluster message
vmlint only: the cluster does not read suppressions.

## Bad
    ignores:
    - {rule: running-deprecated, path: legacy/, until: 2020-12-31}

## Good
    ignores:
    - {rule: running-deprecated, path: legacy/, until: 2099-12-31}

## How to fix
Fix the findings and remove the entry, or set a later `until`.

## Source
vmlint itself: README, section "Suppressions".
"""

from collections.abc import Iterator

from vmlint.model.suppression import Suppression, SuppressionState
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM905", effect=Effect.IGNORED, since="0.1", subject=Suppression)


def check(suppression: Suppression, world: World) -> Iterator[Fault]:
    if suppression.state is SuppressionState.EXPIRED:
        yield META.at(
            suppression.mark.place,
            f"the suppression of `{suppression.name}` expired on {suppression.detail}.",
            fix="fix what it suppresses and remove the entry, or set a later day",
        )
