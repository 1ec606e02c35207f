"""Strings whose value is decided elsewhere: a Flux variable, a template expression."""

from __future__ import annotations

from typing import Any

__all__ = ["is_unknown"]


def is_unknown(value: Any) -> bool:
    """Whether a value holds `${…}` or `{{…}}`: it equals nothing and conflicts with nothing."""
    return isinstance(value, str) and ("${" in value or "{{" in value)
