"""What may be meant by a field that the schema does not know: another name or place. One sure guess or none."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from vmlint.schema.node import Node
from vmlint.source.span import Path

__all__ = ["Frame", "belongs", "path_of", "similar"]

Frame = tuple[Any, str | int, Node, Any]
"""Where the walk is: the frame above (None at the root), the step from it, the schema, the value."""

_DEPTH = 3  # how far below a place its fields are looked for
_ALIKE = 0.8  # how like two names must be for one to be meant by the other
_AHEAD = 0.08  # and by how much it must be ahead of the next best
_AMOUNTS = ("cpu", "memory", "storage")


def path_of(frame: Frame | None) -> Path:
    """The steps from the root to a frame."""
    steps: list[str | int] = []
    while frame is not None and frame[0] is not None:
        steps.append(frame[1])
        frame = frame[0]
    return tuple(reversed(steps))


def similar(frame: Frame, name: str, value: Any) -> str:
    """The known field that a wrong name stands for, "" where none is sure."""
    _, _, node, data = frame
    free = [known for known in node.fields if known not in data and _fits(node.field(known), value)]
    plain = _plain(name)
    if same := [known for known in free if _plain(known) == plain]:
        return same[0]
    if len(name) >= 4:
        tails = [known for known in free if known.endswith(name[0].upper() + name[1:])]
        if len(tails) == 1:
            return tails[0]
    ranked = sorted(((_likeness(plain, _plain(known)), known) for known in free), reverse=True)
    if not ranked or ranked[0][0] < _ALIKE or (len(ranked) > 1 and ranked[1][0] > ranked[0][0] - _AHEAD):
        return ""
    return ranked[0][1]


def belongs(frame: Frame, name: str, value: Any) -> Path:
    """The place near by where an unknown field is known and its value fits, () where no single place is best."""
    if amount := _amount(frame, name, value):
        return amount
    here = path_of(frame)
    ranked: dict[Path, tuple[float, int]] = {}
    above: Frame | None = frame
    distance = 0
    while above is not None:
        base = path_of(above)
        for steps, node in _below(above[2], above[3], 0 if distance > 1 else _DEPTH - distance):
            child = node.field(name)
            place = (*base, *steps, name)
            if child is not None and place != (*here, name) and place not in ranked and (fit := _fit(child, value)):
                ranked[place] = (-fit, distance + len(steps))
        above, distance = above[0], distance + 1
    if not ranked:
        return ()
    order = sorted(ranked.values())
    if len(order) > 1 and order[0] == order[1]:
        return ()
    return next(place for place, rank in ranked.items() if rank == order[0])


def _below(node: Node, data: Any, depth: int) -> Iterator[tuple[Path, Node]]:
    """The objects from a node down, with the steps to them; a list only where it has one entry."""
    level: list[tuple[Path, Node, Any]] = [((), node, data)]
    for remaining in range(depth, -1, -1):
        following: list[tuple[Path, Node, Any]] = []
        for steps, parent, value in level:
            yield steps, parent
            if not remaining:
                continue
            for known in parent.fields:
                child = parent.field(known)
                inner = value.get(known) if isinstance(value, dict) else None
                if child is not None and child.type == "object":
                    following.append(((*steps, known), child, inner))
                elif child is not None and child.items is not None and isinstance(inner, list) and len(inner) == 1:
                    following.append(((*steps, known, 0), child.items, inner[0]))
        level = following


def _amount(frame: Frame, name: str, value: Any) -> Path:
    """Where an amount belongs that stands beside `requests`, or that is called `size`."""
    if isinstance(value, dict | list):
        return ()
    if name in _AMOUNTS and "requests" in frame[2].fields:
        return (*path_of(frame), "requests", name)
    if name not in ("size", "storage"):
        return ()
    above: Frame | None = frame
    while above is not None:
        for known in ("storage", "pvc"):
            claim = above[2].field(known)
            if claim is not None and "resources" in claim.fields and ("pvc" not in above[3] or known == "pvc"):
                return (*path_of(above), known, "resources", "requests", "storage")
        if "resources" in above[2].fields and "accessModes" in above[2].fields:
            return (*path_of(above), "resources", "requests", "storage")
        above = above[0]
    return ()


def _fits(node: Node | None, value: Any) -> bool:
    return node is not None and _fit(node, value) > 0


def _fit(node: Node, value: Any) -> float:
    """How well a value fits a schema: 0 not at all, 1 in full; for a mapping the known share of its keys."""
    if node.type == "any":
        return 0
    if isinstance(value, list):
        if node.items is None:
            return 0
        return _fit(node.items, value[0]) if value else 1
    if isinstance(value, dict):
        if node.type not in ("object", "metadata"):
            return 0
        if not value or node.values is not None or node.type == "metadata":
            return 0.5
        return sum(name in node.fields for name in value) / len(value)
    if value is None:
        return 1
    if isinstance(value, bool):
        return float(node.type == "boolean")
    if isinstance(value, int | float):
        return float(node.type in ("integer", "number", "quantity", "int-or-string"))
    return float(node.type in ("string", "quantity", "int-or-string"))


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
