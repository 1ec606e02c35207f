"""Which documents may wait to be decoded: most repositories hold far more that is no business of vmlint's.

A document waits only where its text shows beyond doubt what kind of object it is. Whatever is written in an unusual way
is decoded at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from vmlint.runtime.pattern import late

__all__ = ["MayWait", "header_of"]

MayWait = Callable[[str], str]
"""From a document's text to the kind of its object, if that can wait until somebody asks; else to ""."""

_VALUE = r" +(?!(?i:y|n|yes|no|on|off|true|false|null) *\n)([A-Za-z][A-Za-z0-9./-]*) *\n"
"""A text that YAML reads as one: none that is a number, a boolean or null without quotes."""

_START = r"(?:---.*\n)?(?:#.*\n|\n)*+"
_AT_THE_TOP = late(
    rf"{_START}(?:apiVersion:{_VALUE}kind:{_VALUE}|kind:{_VALUE}apiVersion:{_VALUE})(?=[A-Za-z#])", re.ASCII
)
_ODD_LINE = late(r"\n[^ #\nA-Za-z-]")
_ODD_OR_AGAIN = late(r"\n(?:[^ #\nA-Za-z-]|kind|apiVersion)")
_LINE = late(rf"{_VALUE}(?!\n* +[^ #\n])", re.ASCII)  # with nothing that would belong to it on the next
_OPEN_NOTHING = late(
    r"""
    \n(?:---.*\n)?
    (?: [ ]*+ (?:\#.*)? \n
      | ([ ]*+) [\w./-]++: [ ]+ [|>][-+0-9]* [ ]* \n (?: \1[ ].*\n | [ ]*\n )*+
      | [ ]*+ (?:-[ ]+)*+ (?:[\w./-]++: (?:[ ]+|(?=\n)))?+
        (?: [^\s"'\[\]{}|>&*!%@`#?,:-].* | -[0-9].* | \{[^"'\[\]{}\n]*\} | \[[^"'\[\]{}\n]*\]
          | "(?:[^"\\\n]|\\.|\\?\n(?=[ \n]))*+" | '(?:[^'\n]|''|\n(?=[ \n]))*+' )?+
        [ ]* \n
    )*+
    """,
    re.ASCII | re.VERBOSE,
)
"""Lines after which nothing is open, and of which none that goes on with a text is at the margin."""

_KEY = late(rf"\n{_START}[A-Za-z][\w./-]*:[ \n]", re.ASCII)
_WORDS = frozenset(("false", "n", "no", "null", "off", "on", "true", "y", "yes"))
"""Words that are no texts without quotes."""
_BREAKS = "\x85\u2028\u2029"  # which end a line too


def header_of(text: str) -> tuple[str, str] | None:
    """The `apiVersion` and `kind` of a document's one object, None where its text may mean something else.

    Both stand once at the top of a block mapping; nothing else at the start of a line may be a key of that name, end
    the document, or begin another style of YAML.
    """
    if "\r" in text or "{{" in text:
        return None
    if not text.isascii() and any(one in text for one in _BREAKS):
        return None
    if (top := _AT_THE_TOP.match(text)) is None:
        return None if _ODD_LINE.search(text) else _header_within(f"\n{text}")
    if _ODD_OR_AGAIN.search(text, top.end() - 1):
        return None
    version, kind, first, second = top.groups()
    return _texts(version, kind) if version else _texts(second, first)


def _header_within(lines: str) -> tuple[str, str] | None:
    """The same where other fields stand before or between the two."""
    if lines.count("\nkind") != 1 or lines.count("\napiVersion") != 1:
        return None
    at_version, at_kind = lines.index("\napiVersion"), lines.index("\nkind")
    before = _OPEN_NOTHING.match(lines)
    if before is None or before.end() < max(at_version, at_kind) or not _KEY.match(lines):
        return None
    version = _LINE.match(lines, at_version + len("\napiVersion:"))
    kind = _LINE.match(lines, at_kind + len("\nkind:"))
    return _texts(version[1], kind[1]) if version and kind else None


def _texts(version: str, kind: str) -> tuple[str, str] | None:
    """Both values, None where YAML takes one of them for a number, a truth value or null."""
    texts = all(value[0].isalpha() and value.casefold() not in _WORDS for value in (version, kind))
    return (version, kind) if texts else None
