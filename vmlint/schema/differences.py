"""Where two values differ for the API server: unknown fields are gone, and an empty value is as good as none.

Source: Kubernetes `apimachinery/pkg/api/equality` (Semantic). It distinguishes an absent pointer from an empty value;
here they are the same, so that a difference is one in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.schema.node import Node

__all__ = ["Difference", "differences"]


class Difference(Record):
    """A field that is not what it was; None means nothing."""

    path: Path
    old: Any
    new: Any


def differences(old: Any, new: Any, node: Node | None, path: Path = ()) -> Iterator[Difference]:
    """Where `new` is not what `old` was, by the schema of both, in the order of its fields; `path` leads to `new`.

    A value that holds a variable equals any other.
    """
    if node is None or is_unknown(old) or is_unknown(new) or (not old and not new) or old == new:
        return
    if isinstance(old or {}, dict) and isinstance(new or {}, dict):
        before, after = old or {}, new or {}
        for key in dict.fromkeys((*after, *before)):
            below = node.field(key) or node.values
            if below is None and node.open:
                below = node
            yield from differences(before.get(key), after.get(key), below, (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, node.items, (*path, index))
    elif node.type != "quantity" or _amount(old) != _amount(new):
        yield Difference(path, old, new)


def _amount(value: Any) -> Any:
    found = Quantity.try_parse(value)
    return value if found is None else found
