"""Copies of values for those who change them: what was decoded is never changed, and may share its parts."""

from __future__ import annotations

from typing import Any

__all__ = ["clone"]

_NESTED = (dict, list)


def clone(value: Any) -> Any:
    """A copy that shares no mapping or list with the value, and in which no two places are one object."""
    if isinstance(value, dict):
        return {key: clone(entry) if isinstance(entry, _NESTED) else entry for key, entry in value.items()}
    if isinstance(value, list):
        return [clone(entry) if isinstance(entry, _NESTED) else entry for entry in value]
    return value
