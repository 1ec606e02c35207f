"""How the rules put refusals into words: what is wrong, what to do, and the edits that do it.

Each room of rules has a table from the codes of a semantic room to `Words`. A refusal comes with plain values; it is
put into words when a finding is made of it, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from vmlint.model.field import render
from vmlint.model.refusal import Entry, Refusal
from vmlint.record import Record
from vmlint.source.edit import Edit

__all__ = ["Wording", "Words", "called", "choice", "in_words"]


class Words(Record):
    """What is wrong, what to do, and the edits that do it; `sure` means that nobody can have meant anything else.

    The texts of a table are templates: `{name}` is a value of the refusal, `{path}` the field's path, `{names:choice}`
    a list of which one is to be chosen, `{names:and}` a list of which all are meant, `{architecture:default}` the
    architecture whose default a value is, and `{off}` is the note that the feature gate is off, where that is sure.
    """

    wrong: str
    fix: str
    edits: Callable[[Refusal], tuple[Edit, ...]] | None = None
    sure: bool = True


Wording = Words | Callable[[Refusal], Words]
"""The words of a code, or who finds them where they depend on more than the values put into a template."""


def in_words(table: Mapping[Any, Wording], refusal: Refusal) -> Words:
    """The words of a refusal, whole."""
    wording = table[refusal.code]
    if not isinstance(wording, Words):
        return wording(refusal)
    off = ", which is off" if refusal.gate is None else ""
    values = {"path": render(refusal.path), "off": off, **refusal.values}
    return wording._replace(wrong=_filled(wording.wrong, values), fix=_filled(wording.fix, values))


def choice(words: Iterable[str]) -> str:
    """The words to choose from: `a`, `b` or `c`."""
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} or {last}" if first else last


def called(entry: Entry) -> str:
    """How a message calls an entry of a list: disk `root`, or the list with its index where it has no name."""
    return f"{_NOUNS[entry.field]} `{entry.name}`" if entry.name else f"`{entry.field}[{entry.number}]`"


_NOUNS = {
    "disks": "disk",
    "gpus": "GPU",
    "hostDevices": "host device",
    "interfaces": "interface",
    "networks": "network",
    "resourceClaims": "resource claim",
    "volumes": "volume",
}


def _filled(template: str, values: Mapping[str, Any]) -> str:
    out = []
    for literal, name, spec, _ in _parts(template):
        out.append(literal)
        if name is not None:
            out.append(_formatted(values[name], spec or ""))
    return "".join(out)


@cache
def _parts(template: str) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
    from string import Formatter

    return tuple(Formatter().parse(template))


def _formatted(value: Any, spec: str) -> str:
    if isinstance(value, Entry):
        return called(value)
    if spec == "choice":
        return choice(value)
    if spec == "and":
        return " and ".join(f"`{value}`" for value in value)
    if spec == "default":
        return f" (the default of `{value}`)" if value else ""
    return format(value, spec)
