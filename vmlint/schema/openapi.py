"""From the OpenAPI schema of a CustomResourceDefinition to the normal form that the checker reads.

The normal form is plain JSON data. A node is a mapping with these keys, all but `type` optional:

    type        object, array, string, integer, number, boolean, quantity, int-or-string, metadata (an ObjectMeta
                that the API server itself does not look into) or any
    fields      the known fields of an object; `values` the schema of all other values; `open` keeps unknown fields
    items       the schema of a list's entries; `keys` the fields that tell the entries apart, `unique` no entry twice
    required    the fields that must be there; `default` is there where an absent value gets one
    nullable    null is a value, instead of the field being absent
    enum, format, pattern, minimum, maximum, minLength, maxLength, minItems, maxItems, minProperties, maxProperties
    rules       CEL rules, each a pair of the expression and its message

The data of the catalog adds `webhook` (the required fields and enums of KubeVirt's own validation), `unsigned`,
`duration`, and `releases` (for a field, the first and the last release that has it). A child is a node, or in the
catalog the index of one.

Source: Kubernetes `apiextensions-apiserver/pkg/apiserver/schema` (structural schemas).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.model.access import items, mapping, sequence, text

__all__ = ["QUANTITY_PATTERN", "normalise"]

QUANTITY_PATTERN = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean"})
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_INTEGER_FORMATS = frozenset({"int32", "int64"})


def normalise(schema: Any, *, patterns: bool = False) -> dict[str, Any]:
    """The normal form of an OpenAPI schema, which may hold anything; what can't be understood constrains nothing.

    Patterns are kept on demand alone: one of an untrusted schema could take for ever.
    """
    source = mapping(schema)
    node: dict[str, Any] = {"type": _type(source)}
    if source.get("x-kubernetes-preserve-unknown-fields") is True:
        node["open"] = True
    if source.get("nullable") is True:
        node["nullable"] = True
    if "default" in source:
        node["default"] = True
    fields = {
        name: normalise(child, patterns=patterns)
        for name, child in items(source, "properties")
        if isinstance(name, str)
    }
    if source.get("x-kubernetes-embedded-resource") is True:
        fields |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "any"}}
    if fields:
        node["fields"] = fields
    values = source.get("additionalProperties")
    if isinstance(values, dict):
        node["values"] = normalise(values, patterns=patterns)
    elif values is True:
        node["open"] = True
    if isinstance(source.get("items"), dict):
        node["items"] = normalise(source["items"], patterns=patterns)
    if required := [name for name in sequence(source, "required") if isinstance(name, str)]:
        node["required"] = sorted(required)
    _constrain(node, source, patterns)
    return node


def _type(source: Mapping[str, Any]) -> str:
    if source.get("x-kubernetes-int-or-string") is True:
        return "quantity" if source.get("pattern") == QUANTITY_PATTERN else "int-or-string"
    kind = text(source, "type")
    return kind if kind in _TYPES else "any"


def _constrain(node: dict[str, Any], source: Mapping[str, Any], patterns: bool) -> None:
    enum = sequence(source, "enum")
    if enum and all(isinstance(value, str | int | float) for value in enum):
        node["enum"] = enum
    if text(source, "format") in _INTEGER_FORMATS and node["type"] == "integer":
        node["format"] = source["format"]
    if patterns and node["type"] == "string" and text(source, "pattern"):
        node["pattern"] = source["pattern"]
    for name in _COUNTS:
        if type(source.get(name)) is int:
            node[name] = source[name]
    for name in ("minimum", "maximum"):
        if type(source.get(name)) in (int, float):
            node[name] = source[name]
    match text(source, "x-kubernetes-list-type"):
        case "map":
            node["keys"] = [key for key in sequence(source, "x-kubernetes-list-map-keys") if isinstance(key, str)]
        case "set":
            node["unique"] = True
    if rules := [
        [text(rule, "rule"), text(rule, "message")]
        for rule in sequence(source, "x-kubernetes-validations")
        if text(rule, "rule")
    ]:
        node["rules"] = rules
