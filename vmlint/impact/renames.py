"""Which new object one that is gone seems to be renamed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from vmlint.impact.pairing import Pair
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.model.kinds import Kind
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource

__all__ = ["Renames"]

_FEW = 3
"""How many fields differ at most between an object and the one that it is renamed to."""

_OTHER = ("apiVersion", "metadata", "status")

_MOST = 50
"""With how many new objects one that is gone is compared. Among more, several are as similar."""


class Renames:
    """The objects of an edit that are gone, and those that are new."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._gone: dict[Kind, set[str]] = defaultdict(set)
        self._new: dict[Kind, list[Resource]] = defaultdict(list)
        self._named: dict[tuple[Kind, str], list[Resource]] = defaultdict(list)
        for before, after in pairs:
            if before is not None and after is None:
                self._gone[before.resource.kind].add(before.resource.name)
            elif before is None and after is not None:
                self._new[after.resource.kind].append(after.resource)
                self._named[after.resource.kind, after.resource.name].append(after.resource)

    def of(self, old: Resource) -> Resource | None:
        """The new object that is the same but for its name or namespace; None where there is none, or several are as
        similar. Of these, the one in its namespace, or with a similar name, is meant. An object without a spec, such as
        a Secret, must have the same content.

        One of the same name in another namespace comes first. One with the name of another object that is gone too is
        that one.
        """
        if same := _most_similar(old, self._named[old.kind, old.name]):
            return same
        others = self._new[old.kind]
        if len(others) > _MOST:
            return None
        gone = self._gone[old.kind]
        return _most_similar(old, [other for other in others if other.name not in gone])


def _most_similar(old: Resource, others: Sequence[Resource]) -> Resource | None:
    most = _FEW if "spec" in old.data else 0
    found = [(_differences(old, other), other) for other in others if other.ref != old.ref]
    fewest = min((number for number, _ in found), default=most + 1)
    likely = {other.ref: other for number, other in found if number == fewest}
    if len(likely) > 1:
        likely = _beside(old, likely) or likely
    if len(likely) > 1:
        likely = {ref: other for ref, other in likely.items() if old.name in ref.name or ref.name in old.name}
    return next(iter(likely.values())) if fewest <= most and len(likely) == 1 else None


def _beside(old: Resource, others: Mapping[Ref, Resource]) -> dict[Ref, Resource]:
    return {ref: other for ref, other in others.items() if ref.namespace == old.namespace}


def _differences(old: Resource, other: Resource) -> int:
    """How many fields differ apart from the metadata, and from names made of the object's own, such as those of its
    disks; more than a few are not counted."""
    was, now = _content(old), _content(other)
    return min(_count(was, now), _count(_renamed(was, old.name, other.name), now))


def _count(was: object, now: object) -> int:
    return len(list(islice(changed_paths(was, now), _FEW + 1)))


def _renamed(value: Any, name: str, new_name: str) -> Any:
    """The value with another name in all its texts."""
    if isinstance(value, str):
        return value.replace(name, new_name) if name and name in value else value
    if isinstance(value, dict):
        return {key: _renamed(entry, name, new_name) for key, entry in value.items()}
    return [_renamed(entry, name, new_name) for entry in value] if isinstance(value, list) else value


def _content(resource: Resource) -> object:
    return {key: value for key, value in resource.data.items() if key not in _OTHER}
