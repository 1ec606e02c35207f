"""A suppression is in a place where it has no effect.

## What it does
Reports a comment whose rule has a finding elsewhere in the document but none in its reach, and an annotation of vmlint
that stands where it is not read: among labels, or in a template's metadata.

## Why it does nothing
A comment reaches the lines of the field that it stands in or above; the annotation is read of the object itself alone.

## Bad
    metadata:
      name: web
      labels:
        vmlint.dev/ignore: running-deprecated
    spec:
      running: true

## Good
    metadata:
      name: web
      annotations:
        vmlint.dev/ignore: running-deprecated
    spec:
      running: true

## Source
vmlint itself: README, section "Suppressions".
"""

from collections.abc import Iterator

from vmlint.model.suppression import Fate, Suppression
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM906", effect=Effect.IGNORED, since="0.1", subject=Suppression)


def check(suppression: Suppression, world: World) -> Iterator[Fault]:
    if suppression.fate is Fate.MISPLACED:
        yield META.at(
            suppression.mark.place,
            f"the suppression has no effect here: {suppression.detail}.",
            fix="write it under `metadata.annotations` of the object itself"
            if not suppression.name
            else "move it into that line, or into the one above",
        )
