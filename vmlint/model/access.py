"""Reading values out of manifests that may hold anything anywhere.

A manifest is untrusted: a list may stand where a mapping belongs. Each function answers with a value of the type
that it names, and with the empty one where the manifest has something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["each", "get", "items", "mapping", "sequence", "text", "with_value"]

_EMPTY: Mapping[str, Any] = {}


def get(data: Any, *path: str | int) -> Any:
    """The value at a path, or None where a step is missing or of another type."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
            data = data[step]
        else:
            return None
    return data


def mapping(data: Any, *path: str | int) -> Mapping[str, Any]:
    """The mapping at a path, or an empty one."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else get(data, step)
    return data if isinstance(data, dict) else _EMPTY


def sequence(data: Any, *path: str | int) -> list[Any]:
    """The list at a path, or an empty one."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else get(data, step)
    return data if isinstance(data, list) else []


def text(data: Any, *path: str | int) -> str:
    """The string at a path, or the empty string."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else get(data, step)
    return data if isinstance(data, str) else ""


def each(data: Any, *path: str | int) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """The list's mappings with their indexes; entries of another type are passed over."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else get(data, step)
    return [pair for pair in enumerate(data) if isinstance(pair[1], dict)] if isinstance(data, list) else ()


def items(data: Any, *path: str | int) -> Iterator[tuple[str, Any]]:
    """The pairs of the mapping at a path."""
    yield from mapping(data, *path).items()


def with_value(data: Mapping[str, Any], path: Sequence[str | int], value: Any) -> dict[str, Any]:
    """The data with another value at a path of keys; what is no mapping on the way becomes one."""
    key, *rest = path
    return {**data, str(key): with_value(mapping(data, str(key)), rest, value) if rest else value}
