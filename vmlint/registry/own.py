"""The rules that come with vmlint, in the order of their numbers. The list itself stands in `rules/__init__.py`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from vmlint.registry import OWN
from vmlint.registry.made import made
from vmlint.rule import Rule, RuleModule

__all__ = ["rules"]


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that comes with vmlint."""
    names: tuple[str, ...] = import_module(OWN).RULES
    found = (made(cast(RuleModule, import_module(f"{OWN}.{name}"))) for name in names)
    return tuple(sorted(found, key=lambda rule: rule.id))
