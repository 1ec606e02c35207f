"""How the rules put refusals into words: what is wrong, what to do, and the edits that do it.

Each room of rules has a table from the codes of a semantic room to `Words`. A refusal comes with plain values; it is
put into words when a finding is made of it, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import Any, NamedTuple

from vmlint.model.field import render
from vmlint.model.refusal import Refusal
from vmlint.source.edit import Edit

__all__ = ["Wording", "Words", "choice", "in_words"]


class Words(NamedTuple):
    """What is wrong, what to do, and the edits that do it where nobody can have meant anything else.

    The texts of a table are templates: `{name}` is a value of the refusal, `{path}` the field's path, `{names:choice}`
    a list of which one is to be chosen, `{names:and}` a list of which all are meant.
    """

    wrong: str
    fix: str
    edits: Callable[[Refusal], tuple[Edit, ...]] | None = None


Wording = Words | Callable[[Refusal], Words]
"""The words of a code, or who finds them where they depend on more than the values put into a template."""


def in_words(table: Mapping[Any, Wording], refusal: Refusal) -> Words:
    """The words of a refusal, whole."""
    wording = table[refusal.code]
    if not isinstance(wording, Words):
        return wording(refusal)
    values = {"path": render(refusal.path), **refusal.values}
    return wording._replace(wrong=_filled(wording.wrong, values), fix=_filled(wording.fix, values))


def choice(words: Iterable[str]) -> str:
    """The words to choose from: `a`, `b` or `c`."""
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} or {last}" if first else last


class _Template(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "choice":
            return choice(value)
        if format_spec == "and":
            return " and ".join(f"`{one}`" for one in value)
        return str(super().format_field(value, format_spec))


_TEMPLATE = _Template()


def _filled(template: str, values: Mapping[str, Any]) -> str:
    return _TEMPLATE.vformat(template, (), values)
