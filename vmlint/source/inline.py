"""Values as they are written on one line of a document."""

from __future__ import annotations

from functools import lru_cache, partial
from json import dumps
from typing import Any

from vmlint.source.builder import build
from vmlint.source.problems import Unreadable

__all__ = ["inline"]


def inline(value: Any, style: str | None = None, *, json: bool = False) -> str:
    """A value on one line, text in the wanted quotes; without any where YAML reads that as the same text."""
    write = partial(inline, json=json)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write(name)}: {write(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write, value)) + "]"
    if not isinstance(value, str):
        return dumps(value)
    if json or style == '"':
        return dumps(value, ensure_ascii=False)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return value if _reads_as_itself(value) else dumps(value, ensure_ascii=False)


@lru_cache(1024)
def _reads_as_itself(value: str) -> bool:
    try:
        alone, paired = build(f"[{value}]\n").data, build(f"{value}: {value}\n").data
    except Unreadable:
        return False
    return bool(alone == [value] and paired == {value: value})
