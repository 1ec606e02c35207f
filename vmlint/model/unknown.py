"""Strings whose value is decided elsewhere: a Flux variable, a template expression."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

__all__ = ["is_unknown", "may_be"]

_VARIABLE = re.compile(r"\$\{[^}]*\}|\{\{.*?\}\}")


def is_unknown(value: Any) -> bool:
    """Whether a value holds `${…}` or `{{…}}`: it equals nothing and conflicts with nothing."""
    return isinstance(value, str) and ("${" in value or "{{" in value)


def may_be(value: str, wanted: str) -> bool:
    """Whether a value may turn out to be the wanted text once its variables are filled in."""
    return value == wanted if not is_unknown(value) else _pattern(value).fullmatch(wanted) is not None


@lru_cache(maxsize=65536)
def _pattern(value: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in _VARIABLE.split(value)), re.DOTALL)
