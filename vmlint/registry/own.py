"""The rules that come with vmlint, in the order of their numbers. The list itself stands in `rules/__init__.py`.

What is known of them stands in `rules/_index.py`, so that a run loads the modules alone of those that it asks. One that
is not there yet is loaded at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import cast

from vmlint.registry.made import announced, made
from vmlint.rule import Meta, Rule, RuleModule

__all__ = ["OWN", "rules"]

OWN = "vmlint.rules"
"""The name of vmlint's own rules, which are there without being named."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that comes with vmlint."""
    names: tuple[str, ...] = import_module(OWN).RULES
    index: Mapping[str, tuple[str, Meta]] = import_module(f"{OWN}._index").INDEX
    found = (
        announced(f"{OWN}.{name}", *index[name])
        if name in index
        else made(cast(RuleModule, import_module(f"{OWN}.{name}")))
        for name in names
    )
    return tuple(sorted(found, key=lambda rule: rule.id))
