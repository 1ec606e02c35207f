"""What the rules on updates say alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vmlint.model.field import render
from vmlint.schema.differences import Difference

__all__ = ["shown", "told"]


def told(differences: Sequence[Difference]) -> str:
    """What became of some fields: of the first one, and how many more there are."""
    path, old, new = differences[0]
    field = f"`{render(path)}`"
    if old is None:
        said = f"{field} is new"
    elif new is None:
        said = f"{field} is gone"
    else:
        said = f"{field} was {shown(old)}"
    more = len(differences) - 1
    return f"{said}, and {more} more field{'s differ' if more > 1 else ' differs'}" if more else said


def shown(value: Any) -> str:
    """An old value in a sentence; one of several lines is not told."""
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return f"`[{', '.join(map(_word, value))}]`"
    return "another" if isinstance(value, dict | list) or "\n" in str(value) else f"`{_word(value)}`"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
