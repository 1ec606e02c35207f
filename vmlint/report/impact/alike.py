"""Changes with the same consequence, such as the restart of a hundred VMs: one text below all their objects."""

from __future__ import annotations

from collections.abc import Iterable

from vmlint.impact.model import ObjectChange
from vmlint.report.impact.wording import details

__all__ = ["alike"]


def alike(changes: Iterable[ObjectChange]) -> list[list[ObjectChange]]:
    """The changes of which a report says the same, in the order of their firsts."""
    groups: dict[object, list[ObjectChange]] = {}
    for change in changes:
        end = tuple(step.text for step in change.chain[-1:])
        groups.setdefault((tuple(change.values), tuple(details(change)), end), []).append(change)
    return list(groups.values())
