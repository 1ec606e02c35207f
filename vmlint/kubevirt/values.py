"""Small tools for plain decoded values of any shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmlint.model.field import Path

__all__ = ["clone", "ensure", "entries", "leaves", "opened", "whole"]

_NESTED = (dict, list)


def clone(value: Any) -> Any:
    """A copy that shares no mapping or list with the value."""
    if isinstance(value, dict):
        return {key: clone(entry) if isinstance(entry, _NESTED) else entry for key, entry in value.items()}
    if isinstance(value, list):
        return [clone(entry) if isinstance(entry, _NESTED) else entry for entry in value]
    return value


def opened(data: dict[str, Any], *path: str) -> dict[str, Any]:
    """A copy that shares all but the mappings along a path."""
    copied = dict(data)
    if path and isinstance(inner := data.get(path[0]), dict):
        copied[path[0]] = opened(inner, *path[1:])
    return copied


def whole(value: Any) -> int | None:
    """The whole number that a value is, or None: `true` is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def ensure(data: dict[str, Any], *path: str) -> dict[str, Any]:
    """The mapping at a path, made where it is absent. Where something else is, a mapping that leads nowhere."""
    for step in path:
        if data.get(step) is None:
            data[step] = {}
        inner = data[step]
        if not isinstance(inner, dict):
            return {}
        data = inner
    return data


def entries(data: dict[str, Any], *path: str) -> list[Any]:
    """The list at a path, made where it is absent. Where something else is, a list that leads nowhere."""
    parent = ensure(data, *path[:-1])
    if parent.get(path[-1]) is None:
        parent[path[-1]] = []
    found = parent[path[-1]]
    return found if isinstance(found, list) else []


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that holds no other, with its path; an empty mapping or list is one."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from leaves(entry, (*path, key))
    elif isinstance(value, list) and value:
        for index, entry in enumerate(value):
            yield from leaves(entry, (*path, index))
    else:
        yield path, value
