"""The form of a pack as JSON Schema, with what each key means: for editors and for the documentation.

It refuses nothing that the reader takes. What it can't know the reader alone tells: whether a path, a pattern or a
comparison can be read, whether a link leads on from a kind, and which names a message may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.model.effect import Effect, Level
from vmlint.model.kinds import KINDS
from vmlint.packs.way import WAYS

__all__ = ["CONDITION", "PACK", "RULE", "schema"]

_Schema = dict[str, Any]

_TEXT: _Schema = {"type": "string", "pattern": r"\S"}
_NAME: _Schema = {"type": "string", "pattern": "^[a-z][a-z0-9-]*[a-z0-9]$"}


def _one_or_more(entry: _Schema) -> _Schema:
    return {"anyOf": [entry, {"type": "array", "items": entry, "minItems": 1}]}


def _conditions(what: str) -> _Schema:
    return {"description": what, **_one_or_more({"$ref": "#/definitions/condition"})}


def _comparison(what: str, example: str) -> _Schema:
    return {"description": what, "type": "string", "examples": [example]}


CONDITION: Mapping[str, _Schema] = {
    "path": {
        "description": "The field to check: a JSONPath. A key with other characters than letters, digits, `_` "
        "and `-` is in "
        "quotes",
        **_TEXT,
        "examples": ["metadata.labels.'app.kubernetes.io/name'", "spec.template.spec.volumes[*].containerDisk.image"],
    },
    "via": {
        "description": "The link, or links, to follow first: the path then starts in the object at its end",
        **_one_or_more({"enum": list(WAYS)}),
        "examples": ["instancetype", ["volumes[*].source", "storageClass"]],
    },
    "exists": {
        "description": "Whether the field has a value; `null` counts as missing",
        "type": "boolean",
        "examples": [True],
    },
    "count": _comparison("The number of values, or of those that meet the condition's other checks", ">= 1, < 4"),
    "equals": {"description": "The value; text is not a number: `'1'` is not `1`", "examples": ["production"]},
    "in": {
        "description": "The allowed values",
        "type": "array",
        "minItems": 1,
        "examples": [["u1.small", "u1.medium"]],
    },
    "contains": {"description": "An entry that the value, a list, contains", "examples": ["ReadWriteMany"]},
    "matches": {
        "description": "A glob that matches the whole text, or several of which one matches",
        **_one_or_more({"type": "string"}),
        "examples": ["*:latest", ["u1.*", "cx1.*"]],
    },
    "regex": {
        "description": "An RE2 regular expression that matches a part of the text, or several of which one matches",
        **_one_or_more({"type": "string"}),
        "examples": ["^registry[.]example[.]com/"],
    },
    "quantity": _comparison("Comparisons of quantities, all of which must be true", ">= 2Gi, <= 64Gi"),
    "version": _comparison("Comparisons of versions, all of which must be true", ">= 1.2"),
    "message": {
        "description": "The message if this condition is not met. Default: the rule's message",
        **_TEXT,
    },
}
"""The keys of a condition."""

RULE: Mapping[str, _Schema] = {
    "id": {
        "description": "The rule's number: capital letters and digits; `VM` followed by a digit is reserved",
        "type": "string",
        "pattern": r"^[A-Z][A-Z0-9_-]{0,30}[0-9]$",
        "examples": ["HOUSE001"],
    },
    "slug": {"description": "Its name, which names the fault", **_NAME, "examples": ["owner-missing"]},
    "level": {
        "description": "The level of its findings, unless the configuration sets another. Default: that of the effect",
        "enum": [level.value for level in reversed(Level)],
        "examples": ["error"],
    },
    "effect": {
        "description": "What happens to an object that is applied with the fault. Default: `risk`",
        "enum": [effect.value for effect in Effect],
        "examples": ["stuck"],
    },
    "subject": {
        "description": "The kind of object that it checks, or several",
        **_one_or_more({"enum": sorted({kind.name for kind in KINDS})}),
        "examples": ["VirtualMachine", ["DataVolume", "PersistentVolumeClaim"]],
    },
    "of": {
        "description": "The form of a VM that it checks: `written` (the default), or `expanded`, as KubeVirt "
        "starts it, with instancetype, preference and defaults",
        "enum": ["written", "expanded"],
        "examples": ["expanded"],
    },
    "each": {
        "description": "The values at which relative paths start: the rule then checks each of them. A path with "
        "`$` still starts at the object",
        **_TEXT,
        "examples": ["spec.template.spec.domain.devices.disks[*]"],
    },
    "when": _conditions("The rule applies if at least one value meets each of these"),
    "unless": _conditions("… and if none of these is met"),
    "require": _conditions("What every value must meet. A path that leads to a single value requires that it exists"),
    "forbid": _conditions("What no value may meet"),
    "message": {
        "description": "The message of a finding; required if a condition of `require` or `forbid` lacks one. "
        "`{name}`, `{namespace}` and `{kind}` are those of the object, `{field}` and `{value}` those of the "
        "fault; with "
        "`via`, also `{via.name}`, `{via.namespace}` and `{via.kind}`",
        **_TEXT,
        "examples": ["VM {name} has no owner."],
    },
    "fix": {"description": "How to fix it, with the same placeholders", **_TEXT, "examples": ["add the label owner"]},
    "docs": {
        "description": "The page that `vmlint explain` shows, in Markdown; its first line is the rule's title",
        **_TEXT,
    },
}
"""The keys of a rule."""

PACK: Mapping[str, _Schema] = {
    "pack": {
        "description": "The family of its rules, which `select` and similar settings accept. Default: the file's name",
        **_NAME,
        "examples": ["house"],
    },
    "rules": {
        "description": "The rules",
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/definitions/rule"},
    },
}
"""The keys of a pack."""


def schema() -> _Schema:
    """The schema of a pack's file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Pack of rules for vmlint",
        **_mapping(PACK, "rules"),
        "definitions": {
            "rule": {
                **_mapping(RULE, "id", "slug", "subject"),
                # The catalog of schemas wants a property beside the `required` that names it.
                "anyOf": [{"properties": {key: True}, "required": [key]} for key in ("require", "forbid")],
            },
            "condition": _mapping(CONDITION, "path"),
        },
    }


def _mapping(keys: Mapping[str, _Schema], *required: str) -> _Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": dict(keys),
    }
