from __future__ import annotations

from typing import Any

import pytest

from vmlint.schema.openapi import QUANTITY_PATTERN, normalise


@pytest.mark.parametrize(
    ("schema", "node"),
    [
        ({"type": "string", "description": "x"}, {"type": "string"}),
        ({"type": "integer", "format": "int32", "minimum": 1}, {"type": "integer", "format": "int32", "minimum": 1}),
        ({"x-kubernetes-int-or-string": True, "pattern": QUANTITY_PATTERN}, {"type": "quantity"}),
        ({"x-kubernetes-int-or-string": True}, {"type": "int-or-string"}),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "object", "values": {"type": "string"}},
        ),
        ({"type": "object", "additionalProperties": True}, {"type": "object", "open": True}),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, {"type": "object", "open": True}),
        (
            {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
            {"type": "array", "items": {"type": "string"}, "unique": True},
        ),
        (
            {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
            {"type": "array", "keys": ["name"]},
        ),
        (
            {"type": "object", "properties": {"a": {"type": "boolean", "default": False}}, "required": ["b", "a"]},
            {"type": "object", "fields": {"a": {"type": "boolean", "default": True}}, "required": ["a", "b"]},
        ),
        (
            {"type": "string", "x-kubernetes-validations": [{"rule": "self != ''", "message": "no"}]},
            {"type": "string", "rules": [["self != ''", "no"]]},
        ),
        (
            {"type": "object", "x-kubernetes-embedded-resource": True},
            {
                "type": "object",
                "fields": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "any"}},
            },
        ),
    ],
)
def test_normal_form(schema: Any, node: Any) -> None:
    assert normalise(schema) == node


@pytest.mark.parametrize(
    "schema", [None, [], "x", {"type": 5}, {"type": ["string"]}, {"properties": [], "items": 3, "required": "a"}]
)
def test_what_makes_no_sense_constrains_nothing(schema: Any) -> None:
    assert normalise(schema) == {"type": "any"}


def test_an_enum_with_a_value_that_can_not_be_compared_is_none() -> None:
    assert normalise({"type": "string", "enum": ["a", {}]}) == {"type": "string"}


def test_patterns_are_kept_on_demand() -> None:
    schema = {"type": "string", "pattern": "^a$"}
    assert normalise(schema) == {"type": "string"}
    assert normalise(schema, patterns=True) == {"type": "string", "pattern": "^a$"}
