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
        "description": "Where to look: a JSONPath. A key with other signs than letters, digits, `_` and `-` stands in "
        "quotes",
        **_TEXT,
        "examples": ["metadata.labels.'app.kubernetes.io/name'", "spec.template.spec.volumes[*].containerDisk.image"],
    },
    "via": {
        "description": "The link to follow before, or several: the path then starts in what is at its end",
        **_one_or_more({"enum": list(WAYS)}),
        "examples": ["instancetype", ["volumes[*].source", "storageClass"]],
    },
    "exists": {"description": "Whether there is a value. `null` is none", "type": "boolean", "examples": [True]},
    "count": _comparison(
        "How many values there are, or how many for which the condition's other wishes hold", ">= 1, < 4"
    ),
    "equals": {"description": "The value; text is not a number: `'1'` is not `1`", "examples": ["production"]},
    "in": {
        "description": "The values of which it is one",
        "type": "array",
        "minItems": 1,
        "examples": [["u1.small", "u1.medium"]],
    },
    "contains": {"description": "An entry of the list that the value is", "examples": ["ReadWriteMany"]},
    "matches": {
        "description": "A glob for the whole text, or several of which one has to match",
        **_one_or_more({"type": "string"}),
        "examples": ["*:latest", ["u1.*", "cx1.*"]],
    },
    "regex": {
        "description": "A regular expression of RE2 that is found somewhere in the text, or several of which one has "
        "to be",
        **_one_or_more({"type": "string"}),
        "examples": ["^registry[.]example[.]com/"],
    },
    "quantity": _comparison("Comparisons of quantities, which have to hold together", ">= 2Gi, <= 64Gi"),
    "version": _comparison("Comparisons of versions, which have to hold together", ">= 1.2"),
    "message": {
        "description": "What is wrong where it is this condition that is not met; else the rule's message is told",
        **_TEXT,
    },
}
"""The keys of a condition."""

RULE: Mapping[str, _Schema] = {
    "id": {
        "description": "The rule's number: capital letters and digits, and none that begins with `VM` and a digit",
        "type": "string",
        "pattern": r"^[A-Z][A-Z0-9_-]{0,30}[0-9]$",
        "examples": ["HOUSE001"],
    },
    "slug": {"description": "Its name, which says the fault", **_NAME, "examples": ["owner-missing"]},
    "level": {
        "description": "What its findings count as, unless the configuration says otherwise. Default: as the effect",
        "enum": [level.value for level in reversed(Level)],
        "examples": ["error"],
    },
    "effect": {
        "description": "What happens to an object that is applied with the fault. Default: `risk`",
        "enum": [effect.value for effect in Effect],
        "examples": ["stuck"],
    },
    "subject": {
        "description": "The kind of object that it looks at, or several",
        **_one_or_more({"enum": sorted({kind.name for kind in KINDS})}),
        "examples": ["VirtualMachine", ["DataVolume", "PersistentVolumeClaim"]],
    },
    "of": {
        "description": "How it sees a VM: as it is `written` (the default), or `expanded`: as KubeVirt "
        "starts it, with instancetype, preference and defaults",
        "enum": ["written", "expanded"],
        "examples": ["expanded"],
    },
    "each": {
        "description": "The values in which relative paths start: the rule then speaks of each of them. A path with "
        "`$` starts at the object all the same",
        **_TEXT,
        "examples": ["spec.template.spec.domain.devices.disks[*]"],
    },
    "when": _conditions("The rule speaks where all of these hold, each of some value"),
    "unless": _conditions("… and where none of these does"),
    "require": _conditions("What has to hold of every value. A path that can find one value alone has to find it"),
    "forbid": _conditions("What may hold of no value"),
    "message": {
        "description": "What is wrong; needed where a condition of `require` or `forbid` has no message of its own. "
        "`{name}`, `{namespace}` and `{kind}` are the object's, `{field}` and `{value}` what was found; with `via` "
        "there are `{via.name}`, `{via.namespace}` and `{via.kind}`",
        **_TEXT,
        "examples": ["VM {name} has no owner."],
    },
    "fix": {"description": "What to do; with the same names", **_TEXT, "examples": ["add the label owner"]},
    "docs": {
        "description": "The page that `vmlint explain` shows, in Markdown; its first line is the rule's title",
        **_TEXT,
    },
}
"""The keys of a rule."""

PACK: Mapping[str, _Schema] = {
    "pack": {
        "description": "The family of its rules, by which `select` and the like may name them. Default: the file's "
        "name",
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
                "anyOf": [{"required": ["require"]}, {"required": ["forbid"]}],
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
