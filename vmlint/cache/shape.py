"""Whether a value has the type that annotations give it: of what was read from disk, nobody knows that."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

__all__ = ["fits"]

_Check = Callable[[Any], bool]
_T = TypeVar("_T")

_KNOWN: dict[type[Any], _Check] = {}
"""What checks the fields of a class."""


def fits(value: _T) -> _T:
    """The value, a dataclass or named tuple whose fields all have their types, in whatever they hold too.

    Raises TypeError where one has another.
    """
    if not _fields(type(value))(value):
        raise TypeError(f"a {type(value).__name__} with values of other types")
    return value


def _fields(of: type[Any]) -> _Check:
    if of not in _KNOWN:
        checks = [(name, _check(hint)) for name, hint in get_type_hints(of).items()]
        _KNOWN[of] = lambda value: all(check(getattr(value, name)) for name, check in checks)
    return _KNOWN[of]


@cache
def _check(hint: Any) -> _Check:
    """What tells whether a value is of a type."""
    if hint is Any:
        return lambda value: True
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Union or origin is types.UnionType:
        choices = [_check(part) for part in parts]
        return lambda value: any(choice(value) for choice in choices)
    if origin is tuple:
        of_each = _check(parts[0])
        return lambda value: isinstance(value, tuple) and all(map(of_each, value))
    if hint is int:
        return lambda value: type(value) is int
    if not isinstance(hint, type):
        raise TypeError(f"no check is known for {hint}")
    if hasattr(hint, "_fields") or hasattr(hint, "__dataclass_fields__"):
        return lambda value: isinstance(value, hint) and _fields(hint)(value)
    return lambda value: isinstance(value, hint)
