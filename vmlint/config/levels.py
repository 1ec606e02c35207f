"""Levels of findings: which rules have another than their effect's, and what makes a command fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from vmlint.config.names import RULE, check_name
from vmlint.config.shape import Schema, Shape
from vmlint.model.spelling import nearest
from vmlint.rule import Level
from vmlint.source.authored import At, kind_of_value, wrong

__all__ = ["FAIL_ON", "LEVELS", "NO_LEVELS", "UNKNOWN_FIELDS", "Levels", "level_definition"]

Levels = Mapping[str, Level | Literal["off"]]
"""From a rule's name to the level of its findings."""
NO_LEVELS: Levels = {}
_WORDS = tuple(level.value for level in reversed(Level))


def _word(value: Any, at: At, what: str, none: str) -> Level | str | None:
    """A level, or the word for none at all. Reports all else, and returns None."""
    if value is False and none == "off":  # a YAML parser makes false of an unquoted `off`
        return none
    words = [*_WORDS, none]
    if isinstance(value, str) and value in words:
        return none if value == none else Level(value)
    shown = f"`{value}`" if isinstance(value, str) else kind_of_value(value)
    hint = nearest(value, words) if isinstance(value, str) else ""
    at.report(f"{what} must be {', '.join(words[:-1])} or {words[-1]}, not {shown}{hint}")
    return None


def _levels(value: Any, at: At) -> Levels:
    if not isinstance(value, dict):
        wrong(at, "a mapping from rules to levels", "levels: {hygiene: note}", value)
        return {}
    levels: dict[str, Level | Literal["off"]] = {}
    for name, written in value.items():
        entry = at / str(name)
        check_name(str(name), entry, key=True)
        if (level := _word(written, entry, f"the level of `{name}`", "off")) is not None:
            levels[str(name)] = level  # type: ignore[assignment]
    return levels


def _levels_schema() -> Schema:
    level = {"$ref": "#/definitions/level"}
    return {"type": "object", "propertyNames": RULE.schema(), "additionalProperties": level}


LEVELS = Shape(_levels, _levels_schema)


def level_definition() -> Schema:
    """The schema's definition of a level; an unquoted `off` is false in YAML."""
    return {"description": "What findings count as", "enum": [*_WORDS, "off", False]}


def _fail_on(value: Any, at: At) -> Level | Literal["never"]:
    return _word(value, at, "`fail-on`", "never") or Level.ERROR  # type: ignore[return-value]


FAIL_ON = Shape(_fail_on, lambda: {"enum": [*_WORDS, "never"]})


def _unknown_fields(value: Any, at: At) -> Literal["default", "error"]:
    if value in ("default", "error"):
        return value  # type: ignore[no-any-return]
    at.report(f"`{at.name}` must be default or error: write `unknown-fields: error`")
    return "default"


UNKNOWN_FIELDS = Shape(_unknown_fields, lambda: {"enum": ["default", "error"]})
