"""A suppression is in a place where it has no effect.

## What it does
Reports a comment whose rule has a finding elsewhere in the document but not in the comment's range, and a vmlint
annotation among labels or in a template's metadata, where it is not read.

## Why it does nothing
A comment applies to the lines of the field that it is in or above; the annotation is read only from the object itself.

## Cluster message
vmlint only: the cluster does not read suppressions.

## Bad
    metadata:
      name: web
      labels:
        vmlint.dev/ignore: running-deprecated

## Good
    metadata:
      name: web
      annotations:
        vmlint.dev/ignore: running-deprecated
    spec:
      running: true

## How to fix
Move the comment to the field of the finding, or the annotation to `metadata.annotations` of the object.

## Source
vmlint itself: README, section "Suppressions".
"""

from collections.abc import Iterator

from vmlint.model.suppression import Suppression, SuppressionState
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM906", effect=Effect.IGNORED, since="0.1", subject=Suppression)


def check(suppression: Suppression, world: World) -> Iterator[Fault]:
    if suppression.state is SuppressionState.MISPLACED:
        yield META.at(
            suppression.mark.place,
            f"the suppression has no effect here: {suppression.detail}.",
            fix="write it under `metadata.annotations` of the object itself"
            if not suppression.name
            else "move it into that line, or into the one above",
        )
