"""The JSON Schema of a configuration, made of the table of settings: for editors and for the documentation.

It refuses nothing that the reader takes. Some mistakes only the reader reports: a path that does not exist, an invalid
glob or date, a rule that no pack adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmlint.config.cluster import object_definition
from vmlint.config.levels import level_definition
from vmlint.config.names import rule_definition
from vmlint.config.settings import SETTINGS, Setting
from vmlint.config.shape import Schema

if TYPE_CHECKING:
    from vmlint.rule import Rule

__all__ = ["schema"]

_DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors know best."""


def schema(rules: Sequence[Rule]) -> Schema:
    """The schema of a configuration file. The names of the rules are suggested; others may come from packs."""
    return {
        "$schema": _DRAFT,
        "title": "Configuration of vmlint",
        "description": "`.vmlint.yaml`, or the table `[tool.vmlint]` of a pyproject.toml",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {setting.key: _property(setting) for setting in SETTINGS},
        "definitions": {
            "rule": rule_definition(rules),
            "level": level_definition(),
            "object": object_definition(),
        },
    }


def _property(setting: Setting) -> Schema:
    default = {} if setting.default is None else {"default": setting.default}
    return {"description": setting.doc, **setting.shape.schema(), **default, "examples": list(setting.examples)}
