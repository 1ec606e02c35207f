"""Reading values of a spec, with a third answer beside "there" and "absent": not to be decided.

A value is undecided where it holds a variable, where its type is wrong (the schema's business), and where either is
true of something above it. A check on an undecided value reports nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any, Final

from vmlint.model.access import each
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown

__all__ = ["UNDECIDED", "amount", "fields", "flag", "found", "has", "look", "many", "names", "whole", "word"]


class _Undecided(enum.Enum):
    UNDECIDED = "undecided"


UNDECIDED: Final = _Undecided.UNDECIDED
_ZERO = Quantity(0)
_NESTED = (dict, list)


def look(data: Any, *path: str | int) -> Any:
    """The value at a path, None where it is absent, or UNDECIDED."""
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif data is None:
            return None
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step] if step < len(data) else None
        else:
            return UNDECIDED
    return UNDECIDED if isinstance(data, str) and is_unknown(data) else data


def has(data: Any, *path: str | int) -> bool | None:
    """Whether a mapping or list is there (an empty one is); None where that is undecided."""
    value = look(data, *path)
    if value is None:
        return False
    return True if isinstance(value, _NESTED) else None


def word(data: Any, *path: str | int) -> str | None:
    """The string at a path, "" where it is absent; None where it is undecided."""
    value = look(data, *path)
    if value is None:
        return ""
    return value if isinstance(value, str) else None


def whole(data: Any, *path: str | int) -> int | None:
    """The whole number at a path, 0 where it is absent; None where it is undecided."""
    value = look(data, *path)
    if value is None:
        return 0
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(data: Any, *path: str | int, default: bool = False) -> bool | None:
    """The truth value at a path, the default where it is absent; None where it is undecided."""
    value = look(data, *path)
    if value is None:
        return default
    return value if isinstance(value, bool) else None


def amount(data: Any, *path: str | int) -> Quantity | None:
    """The quantity at a path, zero where it is absent; None where it is undecided or no quantity."""
    value = look(data, *path)
    return _ZERO if value is None else Quantity.try_parse(value)


def many(data: Any, *path: str | int, keys: Iterable[str]) -> list[str] | None:
    """Which of the keys are set in the mapping at a path; None where one of them is undecided."""
    holder = look(data, *path)
    if not isinstance(holder, dict):
        return [] if holder is None else None
    present = [key for key in keys if holder.get(key) is not None]
    return present if all(isinstance(holder[key], _NESTED) for key in present) else None


def names(data: Any, *path: str | int) -> frozenset[str] | None:
    """The names of a list's entries; None where one is undecided, so that any name may be among them."""
    entries = look(data, *path)
    if entries is None:
        return frozenset()
    if not isinstance(entries, list):
        return None
    found = [word(entry, "name") for entry in entries]
    return None if None in found else frozenset(name for name in found if name is not None)


def fields(data: Any) -> frozenset[str]:
    """The names of all fields that stand anywhere in a value."""
    names: set[str] = set()
    waiting = [data]
    for value in waiting:  # grows as it goes
        if isinstance(value, dict):
            names.update(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return frozenset(names)


def found(data: Any, pattern: Path) -> list[tuple[Path, Any]]:
    """The values at a path in which `*` represents each index of a list; absent ones are passed over."""
    places: list[tuple[Path, Any]] = [((), data)]
    for step in pattern:
        if step == "*":
            places = [((*path, index), entry) for path, value in places for index, entry in each(value)]
        else:
            places = [
                ((*path, step), value[step])
                for path, value in places
                if isinstance(value, dict) and value.get(step) is not None
            ]
    return places
