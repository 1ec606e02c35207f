"""How messages name things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vmlint.model.access import text

__all__ = ["choice", "named"]


def named(noun: str, entry: Mapping[str, Any], path: str, index: int) -> str:
    """An entry of a list: disk `root`, or the path with its index where it has no name."""
    name = text(entry, "name")
    return f"{noun} `{name}`" if name else f"`{path}[{index}]`"


def choice(words: Iterable[str]) -> str:
    """The words to choose from: `a`, `b` or `c`."""
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} or {last}" if first else last
