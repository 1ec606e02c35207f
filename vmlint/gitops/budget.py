"""How much the builds of a run may do: what includes or changes itself over and over would never end."""

from __future__ import annotations

from vmlint.gitops.made import Build

__all__ = ["DEEPEST", "LEVEL", "Budget"]

DEEPEST = 100
"""How deep kustomizations may include each other. Real ones are below ten."""

_MOST_PARTS = 200_000
"""How many objects all builds of a run may make: what includes itself twice a level grows without end."""

_MOST_CHANGES = 4_000_000
"""How much patches, labels and replacements of a run may do, in objects that are looked at for one of them."""

LEVEL = 20
"""What it costs to include a component once, in objects."""


class Budget:
    """What the builds of a run have done of it."""

    def __init__(self) -> None:
        self._made = 0
        self._changed = 0
        self._deepest = 0

    @property
    def effort(self) -> float:
        """How much was done of what builds may do: 1 is all."""
        if 2 * self._deepest > DEEPEST:
            return 1
        return max(self._made / _MOST_PARTS, self._changed / _MOST_CHANGES)

    def nested(self, depth: int) -> None:
        """Take note of kustomizations that include each other so deep."""
        self._deepest = max(self._deepest, depth)

    def affords(self, parts: int) -> bool:
        """Whether so many more objects may be made."""
        self._made += parts
        return self._made <= _MOST_PARTS

    def allows(self, cost: int, file: str, build: Build) -> bool:
        """Whether a change can be afforded. The objects of a build that is not changed as it should be are unclear."""
        self._changed += cost
        if self._changed > _MOST_CHANGES:
            for part in build.parts:
                part.unclear = part.unclear or f"`{file}` makes more changes than vmlint follows"
        return self._changed <= _MOST_CHANGES
