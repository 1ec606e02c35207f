"""Names of rules, as `select`, `ignore`, `levels` and suppressions write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vmlint.config.shape import Schema, Shape, list_of
from vmlint.model.spelling import nearest
from vmlint.source.authored import At

if TYPE_CHECKING:
    from vmlint.rule import Rule

__all__ = ["IGNORE", "RULE", "SELECT", "check_name", "means", "meant", "naming", "rule_definition", "unknown_name"]


def means(name: str, rule: Rule) -> bool:
    """Whether a name in `select`, `ignore` or `levels` means the rule: its number or the beginning of it (with at
    least one digit), its slug, or its family."""
    number = name.upper()
    return name in (rule.slug, rule.family) or (number[-1:].isdigit() and rule.id.startswith(number))


def meant(names: Sequence[str], rule: Rule) -> bool:
    """Whether one of the names means the rule."""
    return any(means(name, rule) for name in names)


def unknown_name(name: str, rules: Sequence[Rule]) -> str:
    """What is wrong with a name that means no rule; "" where it means one."""
    if any(means(name, rule) for rule in rules):
        return ""
    # All numbers are similar, so that none is a likely correction of another.
    known = [] if name[-1:].isdigit() else [word for rule in rules for word in (rule.slug, rule.family)]
    return f"no rule or family is called `{name}`{nearest(name, known) or '; `vmlint rules` lists them'}"


def naming(rules: Sequence[Rule] | None) -> Callable[[str], str] | None:
    """`unknown_name` for these rules, None where they are not known."""
    return None if rules is None else lambda name: unknown_name(name, rules)


def check_name(name: str, at: At, *, key: bool = False) -> None:
    """Reports a name that means no rule, where the rules are known."""
    if at.unknown_name is not None and (problem := at.unknown_name(name)):
        at.report(problem, key=key)


def _read(text: str, at: At) -> str:
    check_name(text, at)
    return text


RULE = Shape(_read, lambda: {"$ref": "#/definitions/rule"})
"""The name of one rule."""
SELECT = list_of(RULE, "select: [inference, storage]")
IGNORE = list_of(RULE, "ignore: [hygiene]")


def rule_definition(rules: Sequence[Rule]) -> Schema:
    """The schema's definition of a rule's name. The known names are suggested; others may come from packs."""
    families = dict.fromkeys(rule.family for rule in rules)
    names = [*families, *(name for rule in rules for name in (rule.slug, rule.id))]
    return {
        "description": "A rule by its number, a beginning of the number, its name or its family",
        "anyOf": [{"enum": names}, {"type": "string", "pattern": r"\S"}],
    }
