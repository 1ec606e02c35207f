"""What may be meant by a field that the schema does not know: another name or place. One sure guess or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vmlint.model.access import get
from vmlint.record import Record
from vmlint.schema.meta import FIELDS
from vmlint.schema.node import Frame, Node, path_of
from vmlint.source.span import Path

__all__ = ["Hint", "hint"]

_NEAR, _FAR = 2, 3  # how far below: a mapping shows by its keys where it is at home, a scalar by its name alone
_MOST_WORDS = 0.7  # the share of words that two names have in common for one to be worth naming beside the other
_SHORTEST = 4
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_MOST_CANDIDATES = 3
_METADATA = ("labels", "annotations")
_AMOUNTS = ("cpu", "memory", "storage")


class Hint(Record):
    """What is meant: the known field of that place, or the place where the field is at home; both empty if unsure.

    `misspelt` means that the name is that of the known field, written wrongly, and not another word for it. `elsewhere`
    means that another object has the field: the CDI object, for the pods that fill disks. `occupied` means that the
    place has a value already, and `same` that it is the same one. `candidates` are the fields that may be meant where
    several are near.
    """

    name: str = ""
    place: Path = ()
    misspelt: bool = False
    elsewhere: bool = False
    occupied: bool = False
    same: bool = False
    candidates: tuple[str, ...] = ()


def hint(frame: Frame, name: str, value: Any) -> Hint:
    """What an unknown field of a mapping means, the surest guess first."""
    _, _, node, data = frame
    free = [known for known in node.fields if known not in data and _fits(node.field(known), value)]
    plain = _plain(name)
    if same := [known for known in free if _plain(known) == plain]:
        return Hint(same[0], misspelt=len(same) == 1)
    near = [known for known in free if _distance(plain, _plain(known)) <= _slips(plain)]
    if place := _outdented(frame, name, value, is_misspelt=len(near) == 1 and len(plain) >= _SHORTEST):
        return Hint(place=place)
    if place := _amount(frame, name, value):
        return _there(frame, place, value)
    if _of_another_object(frame, name, value):
        return Hint(elsewhere=True)
    if parts := [known for known in free if _is_part(name, known)]:
        return Hint(parts[0]) if len(parts) == 1 else Hint(candidates=tuple(parts[:_MOST_CANDIDATES]))
    if place := _home(frame, name, value):
        return _there(frame, place, value)
    if len(near) == 1:
        return Hint(near[0], misspelt=_digits(near[0]) == _digits(name))
    return Hint(candidates=tuple(near or _somewhat_like(name, free))[:_MOST_CANDIDATES])


def _there(frame: Frame, place: Path, value: Any) -> Hint:
    """A place with what it holds already."""
    root: Frame = frame
    while root[0] is not None:
        root = root[0]
    field_value = get(root[3], *place)
    return Hint(place=place, occupied=field_value is not None, same=field_value is not None and field_value == value)


def _outdented(frame: Frame, name: str, value: Any, *, is_misspelt: bool) -> Path:
    """Where a field belongs that is indented too little: in the known field above it that has no value, () for none.

    A mapping that takes any key, such as `labels`, does not take one that is a misspelt field beside it.
    """
    _, _, node, data = frame
    known = FIELDS if node.type == "metadata" else node.fields
    before = [*data][: [*data].index(name)]
    above = next((key for key in reversed(before) if key in known), "")
    if not above or data[above] is not None:
        return ()
    holder = node.field(above)
    if node.type == "metadata":
        fits = above in _METADATA and not isinstance(value, dict | list) and not is_misspelt
    elif holder is None or holder.type == "metadata":
        fits = name in FIELDS
    else:
        fits = _fits(holder.field(name) or (None if is_misspelt else holder.values), value)
    return (*path_of(frame), above, name) if fits else ()


_DATA_VOLUME = frozenset(("source", "sourceRef", "storage", "pvc", "checkpoints"))
"""Fields that only the spec of a DataVolume has together."""


def _of_another_object(frame: Frame, name: str, value: Any) -> bool:
    """Whether a field is another object's: CPU and memory of the pods that fill a DataVolume."""
    amounts = [part for kind in ("requests", "limits") if isinstance(part := get(value, kind), dict)]
    of_pods = bool(amounts) and all(key in ("cpu", "memory") for part in amounts for key in part)
    return name == "resources" and of_pods and _DATA_VOLUME.issubset(frame[2].fields)


def _digits(name: str) -> str:
    """A name's digits: with others it is rather another field than the same one, misspelt."""
    return "".join(filter(str.isdigit, name))


def _is_part(name: str, known: str) -> bool:
    """Whether a name is the first or last words of another: `name` of `networkName`, `mac` of `macAddress`."""
    last = len(name) >= 4 and known.endswith(name[0].upper() + name[1:])
    return last or (len(name) >= 3 and known.startswith(name) and known[len(name)].isupper())


def _slips(name: str) -> int:
    """How many letters of a name may be wrong for it to be the same name, misspelt."""
    return 1 if len(name) < 6 else 2 if len(name) < 12 else 3


def _distance(text: str, other: str) -> int:
    """The edit distance in which two letters that change places are one slip; longer lengths than matter end early."""
    if abs(len(text) - len(other)) > _slips(text):
        return len(text)
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(text, 1):
        here = [row]
        for column, known in enumerate(other, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != known))
            if row > 1 and column > 1 and letter == other[column - 2] and text[row - 2] == known:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]


def _somewhat_like(name: str, free: list[str]) -> list[str]:
    """The fields that hold a name, are held in it, or have most of their words in common with it, the likest first."""
    ranked = sorted(((_likeness(_plain(name), _plain(known)), known) for known in free), reverse=True)
    return [known for _, known in ranked if _contains(_plain(name), _plain(known)) or _shares_words(name, known)]


def _contains(text: str, other: str) -> bool:
    return min(len(text), len(other)) >= _SHORTEST and (text in other or other in text)


def _shares_words(name: str, known: str) -> bool:
    words, other = (_WORD.findall(text) for text in (name, known))
    shared = sum(word.lower() in {word.lower() for word in words} for word in other)
    return shared > 1 and shared >= _MOST_WORDS * max(len(words), len(other))


def _home(frame: Frame, name: str, value: Any) -> Path:
    """The place near by where the field is known and its value fits, () where no single place is best."""
    here = path_of(frame)
    ranked: dict[Path, tuple[float, int, bool]] = {}
    above: Frame | None = frame
    distance = 0
    farthest = _FAR if isinstance(value, dict | list) else _NEAR
    while above is not None:
        base = path_of(above)
        if "metadata" in above[2].fields and name in (_METADATA, FIELDS)[distance == 0] and distance < 2:
            return (*base, "metadata", name)
        for steps, node in _below(above[2], above[3], farthest - distance if distance < 2 else 0):
            if (child := node.field(name)) is None:
                continue
            place = (*base, *steps, name)
            if place != (*here, name) and place not in ranked and (fit := _fit(child, value)):
                ranked[place] = (-fit, distance + len(steps), get(above[3], *steps) is None)
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
            for known, is_list, held in parent.holders:
                inner = value.get(known) if isinstance(value, dict) else None
                if not is_list:
                    following.append(((*steps, known), held, inner))
                elif isinstance(inner, list) and len(inner) == 1:
                    following.append(((*steps, known, 0), held, inner[0]))
        level = following


def _amount(frame: Frame, name: str, value: Any) -> Path:
    """Where an amount belongs that is beside `requests`, or that is called `size`."""
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


def _likeness(text: str, other: str) -> float:
    from difflib import SequenceMatcher  # only a fault needs it

    return SequenceMatcher(None, text, other, autojunk=False).ratio()
