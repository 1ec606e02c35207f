"""A rule out of a module."""

from __future__ import annotations

import inspect

from vmlint.rule import Rule, RuleModule

__all__ = ["made"]


def made(module: RuleModule, pack: str = "") -> Rule:
    """The rule of a module: its slug is the file's name, its family the folder's, its page the docstring.

    A module that lies in no package is a family of its own.
    """
    *above, name = module.__name__.replace("_", "-").split(".")
    page = inspect.cleandoc(module.__doc__ or "")
    return Rule(
        meta=module.META,
        slug=name,
        title=page.partition("\n")[0].rstrip("."),
        page=page,
        family=above[-1] if above else name,
        check=module.check,
        pack=pack,
    )
