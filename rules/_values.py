"""Values and types in plain words, for messages."""

from __future__ import annotations

from typing import Any

from vmlint.source.edit import Quote

__all__ = ["TYPE_WORDS", "quote_edit", "quote_fix", "shown", "the_value"]

TYPE_WORDS = {
    "object": "a mapping",
    "metadata": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "quantity": "a quantity",
    "int-or-string": "a whole number or a string",
}
_LONGEST = 60
_LARGEST = 10**40
_ESCAPES = {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", ord("`"): "'"}


def shown(text: str) -> str:
    """A text of a manifest on one line, cut to a length that a message bears."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return cut.translate(_ESCAPES)


def the_value(value: Any) -> str:
    """A value with its type."""
    if value is None:
        return "empty (null)"
    if isinstance(value, bool):
        return f"the boolean `{str(value).lower()}`"
    if isinstance(value, int | float):
        # Python refuses to write out a number of thousands of digits.
        return "a number too large to write" if abs(value) > _LARGEST else f"the number `{value}`"
    if isinstance(value, str):
        return f"the string `{shown(value)}`"
    return "a mapping" if isinstance(value, dict) else "a list"


def quote_fix(value: Any) -> str:
    """How to make text of what YAML read as something else."""
    if isinstance(value, bool):
        return "quote it: in YAML an unquoted `y`, `n`, `yes`, `no`, `on`, `off`, `true` or `false` is a boolean"
    if isinstance(value, int | float):
        return "quote it: in YAML unquoted digits are a number"
    return "write a string"


def quote_edit(value: Any) -> Quote | None:
    """The edit of that, its path left empty; None where there is nothing to quote."""
    if isinstance(value, bool):
        return Quote((), str(value).lower())
    return Quote(()) if isinstance(value, int | float) else None
