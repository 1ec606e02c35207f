"""The rules, in the order of their numbers. The list itself stands in `rules/__init__.py`."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import cast

from vmlint.rule import Rule, RuleModule

__all__ = ["load", "rules"]

_PACKAGE = "vmlint.rules"  # the folder `rules/` at the top of the repository


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that comes with vmlint."""
    names: tuple[str, ...] = import_module(_PACKAGE).RULES
    return tuple(sorted((load(f"{_PACKAGE}.{name}") for name in names), key=lambda rule: rule.id))


def load(module_name: str) -> Rule:
    """The rule of a module: its slug is the file's name, its family the folder's, its page the docstring."""
    module = cast(RuleModule, import_module(module_name))
    _, family, name = module.__name__.rsplit(".", 2)
    page = inspect.cleandoc(module.__doc__ or "")
    return Rule(
        meta=module.META,
        slug=name.replace("_", "-"),
        title=page.partition("\n")[0].rstrip("."),
        page=page,
        family=family,
        check=module.check,
    )
