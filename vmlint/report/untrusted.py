"""Text from manifests and file names, made harmless for terminals, build logs, JSON and addresses.

A manifest may hold any character: terminal escapes that recolour or hide a finding, line breaks that forge another
line, marks that reverse the reading direction, or words that a build service obeys when it meets them in a log.
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any
from urllib.parse import quote

__all__ = ["address", "cells", "json_text", "patch_text", "visible"]

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories with no picture of their own: controls, invisible marks, lone surrogates, separators."""

# Build services take `##[name]` (GitHub) and `##vso[name]` (Azure) for commands anywhere in a line of a log.
_SERVICE = re.compile(r"##(?=[\w.-]*\[)")

_NOT_PLAIN = re.compile(r"[^\n -~]")


def visible(text: str) -> str:
    """The text on one line, with each character that can't be seen written as its escape: `\\n`, `\\x1b`, `\\u202e`."""
    if text.isprintable() and "##" not in text:
        return text
    return "".join(cells(text))


def cells(text: str) -> list[str]:
    """What `visible` shows, character by character: as many items as the text has characters."""
    import unicodedata

    shown = [_escape(char) if unicodedata.category(char) in _HIDDEN else char for char in text]
    for match in _SERVICE.finditer(text):
        shown[match.start() + 1] = r"\x23"
    return shown


def patch_text(patch: str) -> tuple[str, int]:
    """A patch with each line of it made harmless, and how many lines are not as they were: these do not apply.

    Tabs and the line ends of Windows stay. A build service also obeys a line that begins with `::` behind blanks, as an
    unchanged line of a patch does.
    """
    before = patch.split("\n")
    after = [_patch_line(line) for line in before]
    return "\n".join(after), sum(old != new for old, new in zip(before, after, strict=True))


def _patch_line(line: str) -> str:
    text = line.removesuffix("\r")
    if not (text.isprintable() and "##" not in text):
        text = "\t".join(visible(part) for part in text.split("\t"))
    if text.lstrip().startswith("::"):
        text = text.replace(":", r"\x3a", 1)
    return text + line[len(line.removesuffix("\r")) :]


def json_text(value: Any, *, compact: bool = False) -> str:
    """JSON with a line break at its end, indented or `compact`. A reader decodes the very strings that were given.

    Everything beyond printable ASCII is escaped, so that no string can act on a terminal or a log, and the bytes are
    the same in any encoding. What no JSON reader has to accept is replaced: a byte of a file's name that is not UTF-8
    by `\\xff`, any other lone surrogate by U+FFFD.
    """
    if compact:
        text = _NOT_PLAIN.sub(_json_escape, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    else:
        text = _indented(value, "\n")
    return _SERVICE.sub(r"#\\u0023", text) + "\n"


def _indented(value: Any, start: str) -> str:
    """What `json.dumps(value, indent=2)` gives, several times as fast, and with the replacements of `json_text`;
    `start` begins a line."""
    if isinstance(value, str):
        return _quoted(value) if value.isascii() else _NOT_PLAIN.sub(_json_escape, encode_basestring(value))
    if value is None:
        return "null"
    if type(value) is int:
        return str(value)
    inner = f"{start}  "
    if isinstance(value, dict) and {*map(type, value)} == {str}:
        fields = [
            f"{inner}{_quoted(key) if key.isascii() else _indented(key, inner)}: "
            f"{_quoted(field) if type(field) is str and field.isascii() else _indented(field, inner)}"
            for key, field in value.items()
        ]
        return f"{{{','.join(fields)}{start}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join([inner + _indented(entry, inner) for entry in value])}{start}]" if value else "[]"
    return _NOT_PLAIN.sub(_json_escape, json.dumps(value, ensure_ascii=False, indent=2)).replace("\n", start)


def address(file: str) -> str:
    """The path of a file as a relative URI reference. Bytes that are no UTF-8 keep their value."""
    try:
        raw = file.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = file.encode("utf-8", "replace")
    return quote(raw, safe="/") or "."


def _escape(char: str) -> str:
    return _byte(char) or char.encode("unicode_escape").decode("ascii")


def _byte(char: str) -> str:
    """The escape of a byte that is not UTF-8, as it is in a file's name; "" for another character."""
    return f"\\x{ord(char) - 0xDC00:02x}" if "\udc80" <= char <= "\udcff" else ""


def _json_escape(match: re.Match[str]) -> str:
    char = match[0]
    if byte := _byte(char):
        return f"\\{byte}"
    return r"\ufffd" if "\ud800" <= char <= "\udfff" else json.dumps(char)[1:-1]
