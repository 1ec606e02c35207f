"""Mapping keys that are no text for kustomize.

kustomize writes an object as JSON, whose keys are text, and fails at a key that go-yaml v3 reads as something else
(kyaml `yaml/rnode.go`, MarshalJSON; go-yaml v3 `resolve.go`, resolve). kubectl itself makes text of it.
"""

from __future__ import annotations

from math import isfinite

from vmlint.model.field import Path
from vmlint.runtime.pattern import late
from vmlint.source.document import Document

__all__ = ["key_without_text"]

_WORDS = r"true|True|TRUE|false|False|FALSE|null|Null|NULL|~|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
_NUMBER = r"[-+]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0o[0-7_]+|(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?)"
_DATE = r"(\d{4})-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])"
_OTHER = late(f"(?:{_WORDS}|(?P<number>{_NUMBER})|{_DATE})")
_LIKELY = late(r"[\n{,?][ -]*+(?:[+.~\d]|[tT]rue|TRUE|[fF]alse|FALSE|[nN]ull|NULL)[^\s:]* *:(?:\s|$)")
"""What may be such a key, behind what stands before keys and without its sign: a line feed before the first, too."""


def key_without_text(document: Document) -> Path | None:
    """The path of the first key that is a number, a date, a truth value or null; None for none."""
    if document.json or not _LIKELY.search(f"\n{document.text}"):
        return None

    from yaml import MappingNode, Node, ScalarNode, SequenceNode  # few documents have such a key, or a text like one

    from vmlint.source.nodes import Nodes, Unfit, name_of

    try:
        waiting: list[tuple[Path, Node]] = [((), Nodes(document.text, json=False).root)]
    except Unfit:
        return None
    seen: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        below: list[tuple[Path, Node]] = []
        if isinstance(node, SequenceNode):
            below = [((*path, index), entry) for index, entry in enumerate(node.value)]
        elif isinstance(node, MappingNode):
            for key, value in node.value:
                if not isinstance(key, ScalarNode):
                    continue
                if not key.style and not _is_text(key.value):
                    return (*path, name_of(key))
                below.append(((*path, name_of(key)), value))
        waiting += reversed(below)
    return None


def _is_text(key: str) -> bool:
    """Whether a key without quotes is text. A number that does not fit, and a day that no month has, are."""
    found = _OTHER.fullmatch(key)
    if found is None:
        return True
    year, month, day = found.groups()[-3:]
    if year:
        from calendar import monthrange  # few keys are dates

        return int(day) > monthrange(int(year), int(month))[1]
    return bool(found["number"]) and not _fits(found["number"].replace("_", ""))


def _fits(number: str) -> bool:
    """Whether go-yaml has a number for it: an integer of 64 bits, or else a float, if it is decimal."""
    if number.lstrip("+-")[:2].lower() not in ("0x", "0b", "0o"):
        return isfinite(float(number))
    try:
        return -(2**63) <= int(number, 0) < 2**64
    except ValueError:  # a prefix without digits
        return False
