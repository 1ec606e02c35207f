"""Shapes of values in a configuration: how a value is read, and the JSON Schema that accepts what is read.

A reader takes a value of any type. It returns the value as `Config` holds it, or reports what is wrong and returns
something harmless: all mistakes are reported together, and a configuration with a mistake is never used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmlint.model.spelling import nearest
from vmlint.record import Record
from vmlint.source.authored import At, kind_of_value, wrong

__all__ = ["FLAG", "TEXT", "Reader", "Schema", "Shape", "list_of", "record_schema", "records", "text_then"]

Reader = Callable[[Any, At], Any]
Schema = dict[str, Any]


class Shape(Record):
    """How a value is read, and its JSON Schema, which is made only where somebody needs it."""

    read: Reader
    schema: Callable[[], Schema]


def _flag(value: Any, at: At) -> bool:
    if isinstance(value, bool):
        return value
    wrong(at, "true or false", f"{at.name}: true", value)
    return False


def _text(value: Any, at: At) -> str:
    if isinstance(value, str) and value.strip():
        return value
    wrong(at, "a text", f"{at.name}: …", value)
    return ""


FLAG = Shape(_flag, lambda: {"type": "boolean"})
TEXT = Shape(_text, lambda: {"type": "string", "pattern": r"\S"})
"""A text with more than white space."""


def text_then(shape: Shape) -> Shape:
    """A text that another shape reads further, which gives a text, or None after a mistake."""

    def read(value: Any, at: At) -> str:
        return (shape.read(text, at) or "") if (text := _text(value, at)) else ""

    return Shape(read, shape.schema)


def list_of(entry: Shape, example: str) -> Shape:
    """A list of texts; the reader of an entry returns None after a mistake."""

    def read(value: Any, at: At) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            wrong(at, "a list", example, value)
            return ()
        entries = []
        for index, text in enumerate(value):
            if not isinstance(text, str):
                (at / index).report(f"an entry of `{at.name}` must be text, not {kind_of_value(text)}")
            elif not text.strip():
                (at / index).report(f"an entry of `{at.name}` is empty: remove it")
            elif (config_value := entry.read(text, at / index)) is not None:
                entries.append(config_value)
        return tuple(entries)

    return Shape(read, lambda: {"type": "array", "items": entry.schema()})


def records(
    key: str, record: Callable[..., Any], fields: Mapping[str, Shape], required: str, *, example: str, entry: str
) -> Shape:
    """A list of mappings, each with the same keys, that become values of the class `record`.

    `required` is the key that each entry must have. `example` shows an entry, `entry` the required key in it.
    """

    def read_entry(value: Any, at: At) -> Any:
        if isinstance(record, type) and isinstance(value, record):
            return value
        if not isinstance(value, dict):
            at.report(f"an entry of `{key}` must be a mapping: write `{example}`")
            return None
        for name in value:
            if name not in fields:
                (at / str(name)).report(f"unknown key `{name}` in `{key}`{nearest(str(name), list(fields))}", key=True)
        if required not in value:
            at.report(f"an entry of `{key}` must have the key `{required}`: add `{entry}`")
        values = {name: shape.read(value[name], at / name) for name, shape in fields.items() if name in value}
        return record(**values)

    def read(value: Any, at: At) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            wrong(at, "a list", f"{key}: [{example}]", value)
            return ()
        entries = [read_entry(entry, at / index) for index, entry in enumerate(value)]
        return tuple(entry for entry in entries if entry is not None)

    def schema() -> Schema:
        properties = {name: shape.schema() for name, shape in fields.items()}
        return {"type": "array", "items": record_schema(properties, required)}

    return Shape(read, schema)


def record_schema(properties: dict[str, Schema], *required: str) -> Schema:
    """The schema of a mapping with these keys and no others."""
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": list(required)} if required else schema
