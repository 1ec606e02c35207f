"""Where two plain values differ. A list counts as one value, and so do the free maps of labels and affinity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmlint.model.field import Path

__all__ = ["changed_paths"]

_WHOLE = frozenset(("affinity", "nodeSelector"))


def changed_paths(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of the values that differ, in the order of the keys' names; a section that only one has is one path,
    unless it holds sections itself."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}, key=str):
            if key not in _WHOLE:
                yield from changed_paths(before.get(key), after.get(key), (*path, key))
            elif before.get(key) != after.get(key):
                yield (*path, key)
    elif before != after or type(before) is not type(after):
        whole = after if before is None else before if after is None else None
        if isinstance(whole, dict) and whole:
            for key in sorted(whole, key=str):
                yield from changed_paths(
                    None if before is None else before[key], None if after is None else after[key], (*path, key)
                )
        else:
            yield path
