"""What one line of plain block YAML says, wherever in a document it stands.

Manifests are written of the same few thousand lines: each is read once and kept. Only lines of which everything is
certain are read; `plain` decodes the documents that consist of nothing else.
"""

from __future__ import annotations

import re
from sys import intern
from typing import Any

from vmlint.runtime.pattern import late
from vmlint.source.scalars import HINTS, KEY_HINTS, ScalarError, plain, plain_key

__all__ = ["ENTRY", "HEAD", "QUOTED", "Line", "Unsure", "known", "line_of"]

ENTRY = -1
"""The place of a list's last entry, which a lone `-` has opened."""

_Rest = tuple[int | None, str | int | None, str]
Line = tuple[int, str, Any, _Rest | None]
"""A line with something on it: its level, key and value, and what else there is to it.

A mapping at column c has the level 2c, a list whose dashes are at column c has 2c + 1: what is deeper has the larger
level, and a list may stand at the column of the key above it. The rest is None for `key: value`; else it has

- for a line with a dash, the level of the mapping that its key begins, 0 where it has no key; None without a dash;
- what the next lines may go on with: the key, ENTRY, or None where the value is complete;
- the indicator of the literal text that begins after the line, or "".
"""

_Head = tuple[int, str, _Rest | None, int | None]
"""What stands before a value: its level and key, the rest of the line if the value is complete, and the level of the
mapping that the key begins."""


class Unsure(Exception):  # noqa: N818 - it never leaves the package
    """The text is not surely plain: libyaml has to say what it means."""


_lines: dict[str, Line | tuple[()]] = {}
_heads: dict[str, _Head | None] = {}
_values: dict[str, Any] = {}

known = _lines.get
"""The same as `line_of`, but None for a line that is not kept."""

_MOST_KEPT = 1 << 14
"""How many lines are kept, and how many of their parts: some 250 bytes each."""

_LONGEST_KEPT = 200
"""Longer texts hardly appear twice."""

_LONGEST_KEY = 1000
"""libyaml takes no key of more than 1,024 characters."""

_NEVER_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@` ")
"""The characters that do not begin a plain scalar, or not always."""

_WORD = r"[A-Za-z0-9_./~$][A-Za-z0-9_./~$@%+=()-]*"
_QUOTED = r""""[ !#-\[\]-~]*"|'[ -&(-~]*'"""
HEAD = re.compile(rf"( *)(- +)?({_WORD}|{_QUOTED})")
"""What stands before a value: indentation, dash, and key."""

QUOTED = re.compile(r""""[^"\\]*"|'(?:[^']|'')*'""")
"""A scalar in quotes, without other escapes than `''`."""

_ENTRY = re.compile(r"( *)-(?: +(.*))?")
_SIMPLE = re.compile(rf"([A-Za-z0-9_/](?:[A-Za-z0-9_./:@%+=-]*[A-Za-z0-9_./@%+=-])?|{_QUOTED})(?: +(?:#[ -~]*)?)?")
_PADDED = re.compile(r"""("[^"\\]*"|'(?:[^']|'')*'|\|[-+]?)(?: +(?:#.*)?)?""")
_COMMENT = re.compile(r"(?: +(?:#.*)?)?")


def line_of(text: str) -> Line | tuple[()]:
    """What a line says; nothing, if it is blank or a comment. Raises Unsure."""
    if (line := _lines.get(text)) is None:
        line = _read(text)
        _keep(_lines, text, line)
    return line


def _keep(table: dict[str, Any], text: str, found: object) -> None:
    if len(text) <= _LONGEST_KEPT:
        if len(table) >= _MOST_KEPT:
            table.clear()
        table[text] = found


def _read(text: str) -> Line | tuple[()]:
    before, colon, written = text.partition(": ")
    if not colon and text[-1:] == ":":
        before, colon = text[:-1], ":"
    if colon:
        try:
            head = _heads[before]
        except KeyError:
            head = _head(before)
            _keep(_heads, before, head)
        if head is not None:
            level, key, rest, inner = head
            if (value := _values.get(written, _values)) is not _values:
                return level, key, value, rest
            if (simple := _SIMPLE.fullmatch(written)) is not None:
                value = _scalar(simple[1])
                _keep(_values, written, value)
                return level, key, value, rest
            value, literal, is_complete = _value(written)
            return level, key, value, rest if is_complete else (inner, None if literal else key, literal)
    return _entry(text)


def _entry(text: str) -> Line | tuple[()]:
    """A line without a key."""
    if not text.strip(" ") or (text.lstrip(" ")[0] == "#" and text.isprintable()):
        return ()
    if (entry := _ENTRY.fullmatch(text)) is None:
        raise Unsure
    value, literal, is_complete = _value(entry[2] or "")
    return 2 * len(entry[1]) + 1, "", value, (0, None if literal or is_complete else ENTRY, literal)


def _head(text: str) -> _Head | None:
    """A dash and a key, or a key; None for a text that is neither."""
    if len(text) > _LONGEST_KEY or (head := HEAD.fullmatch(text)) is None:
        return None
    column, dash, key = len(head[1]), head[2], _key(head[3])
    if dash is None:
        return 2 * column, key, None, None
    inner = 2 * (column + len(dash))
    return 2 * column + 1, key, (inner, None, ""), inner


def _key(text: str) -> str:
    if text[0] in "\"'":
        return intern(text[1:-1])
    if text[0] in KEY_HINTS:
        try:
            text = plain_key(text)
        except ScalarError:
            raise Unsure from None
    return intern(text)


def _value(text: str) -> tuple[Any, str, bool]:
    """The value behind a key or dash; the indicator of a literal text; whether the value is complete with this line."""
    if not text.isprintable():
        raise Unsure
    text = text.strip(" ")
    first = text[:1]
    if first in ("", "#"):
        return None, "", False
    if first in "\"'|":
        if (padded := _PADDED.fullmatch(text)) is None:
            raise Unsure
        return (None, padded[1], False) if first == "|" else (_scalar(padded[1]), "", True)
    if first in "[{":
        value, end = _flow(text, 1, 1)
        if _COMMENT.fullmatch(text, end) is None:
            raise Unsure
        return value, "", True
    if first in _NEVER_FIRST and (first != "-" or text[1:2] in ("", " ")):
        raise Unsure
    text = text.partition(" #")[0].rstrip(" ")
    if ": " in text or text[-1] == ":":
        raise Unsure
    return _scalar(text), "", True


def _scalar(text: str) -> Any:
    """The value of a scalar, plain or in quotes without escapes but `''`."""
    first = text[0]
    if first in HINTS:
        try:
            return plain(text)
        except ScalarError:
            raise Unsure from None
    if first == '"':
        return text[1:-1]
    return text[1:-1].replace("''", "'") if first == "'" else text


_FLOW_WORD = r"(?:[A-Za-z0-9_./$+~(]|-[A-Za-z0-9-])(?:[A-Za-z0-9_./$@%+=~()-]|:[A-Za-z0-9/]|\ +[A-Za-z0-9_./$+~(])*"
_FLOW_KEY = late(rf" *({_WORD}|{_QUOTED}): +")
_FLOW_SCALAR = late(rf" *({_FLOW_WORD}|{_QUOTED}) *([\],}}])")
_FLOW_OPENS = late(r" *[\[{]")
_FLOW_GOES_ON = late(r" *([\],}])")
_FLOW_CLOSES = late(r" *[\]}]")
_DEEPEST_FLOW = 8


def _flow(text: str, at: int, depth: int) -> tuple[Any, int]:
    """The mapping or list in brackets whose content begins at a place of the text; and where it ends."""
    if depth > _DEEPEST_FLOW:
        raise Unsure
    is_mapping = text[at - 1] == "{"
    close = "}" if is_mapping else "]"
    fields: dict[str, Any] = {}
    entries: list[Any] = []
    if (empty := _FLOW_CLOSES.match(text, at)) is not None:
        if text[empty.end() - 1] != close:
            raise Unsure
        return (fields if is_mapping else entries), empty.end()
    while True:
        if is_mapping:
            if (named := _FLOW_KEY.match(text, at)) is None or len(named[1]) > _LONGEST_KEY:
                raise Unsure
            key, at = _key(named[1]), named.end()
            if key in fields:
                raise Unsure
        if (scalar := _FLOW_SCALAR.match(text, at)) is not None:
            value, mark, at = _scalar(scalar[1]), scalar[2], scalar.end()
        elif (opens := _FLOW_OPENS.match(text, at)) is not None:
            value, at = _flow(text, opens.end(), depth + 1)
            if (after := _FLOW_GOES_ON.match(text, at)) is None:
                raise Unsure
            mark, at = after[1], after.end()
        else:
            raise Unsure
        if is_mapping:
            fields[key] = value
        else:
            entries.append(value)
        if mark == close:
            return (fields if is_mapping else entries), at
        if mark != ",":
            raise Unsure
