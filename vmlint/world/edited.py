"""Where an edit of an object is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vmlint.kubevirt.update.differences import changed_paths
from vmlint.model.access import get, text
from vmlint.model.field import Path

__all__ = ["edited_path"]


def edited_path(old: Any, new: Any, places: Sequence[Path], entry: str = "") -> Path:
    """The path of the new object at which an edit is written: the first of some places that differs as it is written,
    else the first difference of its spec or elsewhere, else the object's name.

    In a list it is the first field that differs: of the entry of a name, else of the first entry that differs.
    """
    edited = [path for path in changed_paths(old, new) if path[:1] != ("status",)]
    if not edited:
        return ("metadata", "name")
    near = (path for place in places for path in edited if path[: len(place)] == place or place[: len(path)] == path)
    first = next((path for path in edited if path[:1] == ("spec",)), edited[0])
    return _innermost(old, new, _there(new, next(near, first)), entry)


def _there(data: Any, path: Path) -> Path:
    """The path, or the nearest above it that an object has."""
    while path and get(data, *path) is None:
        path = path[:-1]
    return path


def _innermost(old: Any, new: Any, path: Path, entry: str = "") -> Path:
    """From a list that differs to the first field that does. Entries with a name are compared with those of the same
    name."""
    before, value = get(old, *path), get(new, *path)
    if not isinstance(value, list):
        return path
    earlier = before if isinstance(before, list) else []
    changed = [index for index, one in enumerate(value) if one not in earlier]
    if not changed:
        return path
    index = next((index for index in changed if entry and _name(value[index]) == entry), changed[0])
    name = _name(value[index])
    twin = next((one for one in earlier if name and _name(one) == name), None)
    if twin is None:
        return (*path, index)
    inside = next(changed_paths(twin, value[index]), ())
    return (*path, index, *_innermost(twin, value[index], _there(value[index], inside)))


def _name(entry: Any) -> str:
    return text(entry, "name") or text(entry, "metadata", "name")
