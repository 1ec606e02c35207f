"""Sizes of files, in bytes or as a quantity."""

from __future__ import annotations

from typing import Any

from vmlint.config.shape import Schema, Shape
from vmlint.source.authored import At, wrong

__all__ = ["SIZE"]

_EXAMPLE = "max-file-size: 16Mi"
_QUANTITY = r"^\+?(?=[0-9.]*[1-9])([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"


def _size(value: Any, at: At) -> int:
    from vmlint.model.quantity import Quantity

    if isinstance(value, bool) or not isinstance(value, int | str):
        wrong(at, "a size", _EXAMPLE, value)
        return 0
    try:
        size = Quantity.parse(str(value)).value()
    except ValueError:
        at.report(f"`{value}` is not a valid size: write a number of bytes or a quantity, such as `{_EXAMPLE}`")
        return 0
    if size <= 0:
        at.report(f"`{at.name}` must be above zero: write `{_EXAMPLE}`")
    return size


def _schema() -> Schema:
    return {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": _QUANTITY}]}


SIZE = Shape(_size, _schema)
"""A number of bytes above zero."""
