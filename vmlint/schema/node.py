"""Schema nodes as the checker walks them, built from the normal form when they are first reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, final

from vmlint.source.span import Path

__all__ = ["Frame", "Node", "path_of"]

_INT32 = (-(2**31), 2**31 - 1)
_INT64 = (-(2**63), 2**63 - 1)
_PLAIN: dict[str, type] = {"string": str, "boolean": bool}
_NO_DEMANDS: Mapping[str, Any] = {}


@final
class Node:
    """One place in a schema: what may stand there, and what of it the CRD and KubeVirt's own validation demand.

    `plain` is the Python type whose values need no further look. `low` and `high` bound an integer: by its format,
    by Go's type, by the schema.
    """

    __slots__ = (
        "_children",
        "_fields",
        "_holders",
        "_items",
        "_table",
        "_values",
        "counts",
        "default",
        "duration",
        "enum",
        "high",
        "kept",
        "keys",
        "low",
        "nullable",
        "open",
        "pattern",
        "plain",
        "releases",
        "required",
        "rules",
        "type",
        "unique",
        "webhook_enum",
        "webhook_required",
    )

    def __init__(self, raw: Mapping[str, Any], table: Sequence[Mapping[str, Any]] = ()) -> None:
        """The node of a mapping in normal form; `table` is what the indexes among its children count in."""
        get = raw.get
        self._table = table
        self._children: dict[str | int, Node] = {}
        self._fields: Mapping[str, Any] = get("fields", _NO_DEMANDS)
        self._holders: Sequence[tuple[str, bool, Node]] | None = None
        self._items = get("items")
        self._values = get("values")
        self.type: str = raw["type"]
        self.open: bool = get("open", False)
        self.nullable: bool = get("nullable", False)
        self.default: bool = "default" in raw
        self.required: Sequence[str] = get("required", ())
        self.enum: Sequence[Any] = get("enum", ())
        self.kept: bool = get("kept", False)
        self.keys: Sequence[str] = get("keys", ())
        self.unique: bool = get("unique", False)
        self.rules: Sequence[tuple[str, str]] = get("rules", ())
        self.duration: bool = get("duration", False)
        self.releases: Mapping[str, Sequence[str]] = get("releases", _NO_DEMANDS)
        self.counts = {name: raw[name] for name in _COUNTED if name in raw}
        self.pattern = re.compile(raw["pattern"]) if "pattern" in raw else None
        webhook = get("webhook", _NO_DEMANDS)
        self.webhook_required: Sequence[str] = webhook.get("required", ())
        self.webhook_enum: Sequence[Any] = webhook.get("enum", ())
        self.low, self.high = _bounds(raw)
        limited = self.enum or self.webhook_enum or self.rules or self.counts or self.pattern or self.duration
        self.plain = None if limited else _PLAIN.get(self.type)

    def __repr__(self) -> str:
        return f"<{self.type} schema>"

    def field(self, name: str) -> Node | None:
        """The schema of a known field."""
        found = self._children.get(name)
        if found is None and name in self._fields:
            found = self._children[name] = self._child(self._fields[name])
        return found

    @property
    def fields(self) -> Mapping[str, Any]:
        """The names of the known fields; `field` has their schemas."""
        return self._fields

    @property
    def items(self) -> Node | None:
        """The schema of a list's entries."""
        return self._part(0, self._items)

    @property
    def values(self) -> Node | None:
        """The schema of the values of an object's other keys."""
        return self._part(1, self._values)

    @property
    def holders(self) -> Sequence[tuple[str, bool, Node]]:
        """The known fields that have fields themselves: the name, whether it is a list, and the schema of the object or
        of the list's entries."""
        if self._holders is None:
            children = [(name, child) for name in self._fields if (child := self.field(name)) is not None]
            self._holders = [
                (name, child.type != "object", inner)
                for name, child in children
                if (inner := child if child.type == "object" else child.items) is not None
            ]
        return self._holders

    def parts(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """The schemas one step down with their steps; a list's entry counts as its list."""
        for name in self._fields:
            child = self.field(name)
            if child is not None:
                yield (name,), child.items or child

    def _part(self, key: int, raw: Any) -> Node | None:
        if raw is None:
            return None
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = self._child(raw)
        return found

    def _child(self, raw: Any) -> Node:
        return Node(self._table[raw] if isinstance(raw, int) else raw, self._table)


_COUNTED = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


def _bounds(raw: Mapping[str, Any]) -> tuple[float, float]:
    """The least and the greatest number. An unsigned Go field of 32 bits is an int32 in the CRD: both bounds hold."""
    low, high = _INT32 if raw.get("format") == "int32" else _INT64
    if raw["type"] == "number":
        low, high = -float("inf"), float("inf")  # type: ignore[assignment]
    if raw.get("unsigned"):
        low = 0
    return max(low, raw.get("minimum", low)), min(high, raw.get("maximum", high))


Frame = tuple[Any, str | int, Node, Any]
"""Where the walk is: the frame above (None at the root), the step from it, the schema, the value."""


def path_of(frame: Frame | None) -> Path:
    """The steps from the root to a frame."""
    steps: list[str | int] = []
    while frame is not None and frame[0] is not None:
        steps.append(frame[1])
        frame = frame[0]
    return tuple(reversed(steps))
