"""Small tools for plain decoded values of any shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.field import Path

__all__ = ["Draft", "ensure", "leaves", "whole"]


class Draft:
    """A mapping under change that leaves what it was made of alone.

    The mappings along the paths that are changed are copied, each once; all else is shared, so nobody may change it.
    """

    __slots__ = ("_open", "data")

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        self._open: dict[tuple[str, ...], dict[str, Any]] = {(): self.data}

    def at(self, path: tuple[str, ...]) -> dict[str, Any]:
        """The mapping at a path, to be changed; made where it is absent. Where something else is, a mapping that leads
        nowhere."""
        if (known := self._open.get(path)) is not None:
            return known
        holder = self.at(path[:-1])
        inner = holder.get(path[-1])
        if inner is not None and not isinstance(inner, dict):
            return {}
        known = dict(inner or ())
        if path[:-1] in self._open:
            holder[path[-1]] = self._open[path] = known
        return known


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
