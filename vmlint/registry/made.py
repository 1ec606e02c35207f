"""A rule out of a module, which may still have to be loaded."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from vmlint.rule import Meta, Rule, RuleModule
from vmlint.runtime.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmlint.rule import Check, Doubt, Fault
    from vmlint.world import World

__all__ = ["announced", "code_of", "made"]


def made(module: RuleModule, pack: str = "") -> Rule:
    """The rule of a module: its slug is the file's name, its family the folder's, its page the docstring.

    A module that lies in no package is a family of its own.
    """
    slug, family = _names(module.__name__)
    page = _page(module)
    title = page.partition("\n")[0].rstrip(".")
    return Rule(module.META, slug, title, lambda: page, family, module.check, pack)


def announced(name: str, title: str, meta: Meta) -> Rule:
    """The rule of a module that is loaded when it is first asked something."""
    slug, family = _names(name)
    later = _Later(name, meta)
    return Rule(meta, slug, title, later.page, family, later)


def code_of(rule: Rule) -> Check:
    """The function that checks for a rule; it is loaded now, if it was not."""
    check = rule.check
    return check.code() if isinstance(check, _Later) else check


class _Later:
    """The check of a rule of which all else is known already: its code is loaded when it is first called."""

    def __init__(self, name: str, meta: Meta) -> None:
        self._name = name
        self._meta = meta

    def __call__(self, subject: Any, world: World) -> Iterator[Fault | Doubt]:
        return self._module.check(subject, world)

    def code(self) -> Check:
        return self._module.check

    def page(self) -> str:
        return _page(self._module)

    @cached_property
    def _module(self) -> RuleModule:
        module = cast(RuleModule, import_module(self._name))
        meta = module.META
        if meta != self._meta:
            raise RuntimeError(f"{self._name} has another `META` than the index of the rules: reinstall vmlint")
        return module


def _names(module: str) -> tuple[str, str]:
    """The slug and the family."""
    *above, name = module.replace("_", "-").split(".")
    return name, above[-1] if above else name


def _page(module: RuleModule) -> str:
    from inspect import cleandoc

    return cleandoc(module.__doc__ or "")
