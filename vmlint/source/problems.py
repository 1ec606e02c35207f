"""Why a document can't be read, in words that name what to do.

libyaml reports what its grammar missed (`did not find expected key`); people need to know what they wrote. Where the
table has no row, libyaml's own words stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vmlint.runtime.pattern import late

if TYPE_CHECKING:
    from yaml.error import YAMLError

__all__ = ["CONTROL", "DIRECTIVE", "Unreadable", "explain"]

CONTROL = late("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that YAML does not allow, in quotes or not. Source: libyaml `src/reader.c`, the same in go-yaml v2."""

_INDENTATION = "the indentation does not fit the lines above"
_UNCLOSED = "the quotes are not closed; write the closing quote, or quote the whole value once"
DIRECTIVE = "kubectl can't read YAML directives such as `%YAML`: remove the line"
_TAB = "a tab is not allowed as indentation: use spaces"

_PLAIN: dict[str, str] = {
    "mapping values are not allowed in this context": (
        "`: ` is not allowed here: indent the line as a key of the mapping above, or quote the value"
    ),
    "block sequence entries are not allowed in this context": (
        "`- ` is not allowed here: start the list on its own line, or quote the value"
    ),
    "mapping keys are not allowed in this context": "`? ` is not allowed here: quote the value",
    "could not find expected ':'": (
        "`:` is missing after the key: this line is neither `key: value` nor part of the value above"
    ),
    "did not find expected key": f"expected a key or the end of the mapping: {_INDENTATION}, or a quote is misplaced",
    "did not find expected '-' indicator": f"expected another `- ` or the end of the list: {_INDENTATION}",
    "did not find expected node content": "a value is missing here, or its first character needs quotes",
    "did not find expected ',' or ']'": (
        "expected `,` or `]`: the list opened by `[` is not closed, or a comma is missing"
    ),
    "did not find expected ',' or '}'": (
        "expected `,` or `}`: the mapping opened by `{` is not closed, or a comma is missing"
    ),
    "did not find expected <document start>": DIRECTIVE,
    "found unexpected end of stream": _UNCLOSED,
    "found unexpected document indicator": _UNCLOSED,
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "found unknown escape character": (
        "this escape does not exist in double quotes: write `\\\\` for a backslash, or use single quotes"
    ),
    "found invalid Unicode character escape code": (
        "this escape is not a character: YAML has `\\U0001F600`, not the pairs of JSON such as `\\ud83d\\ude00`"
    ),
    "did not find expected hexdecimal number": "`\\x`, `\\u` and `\\U` take 2, 4 and 8 hexadecimal digits",
    "found undefined tag handle": "this tag is not known: quote the value if `!` is part of it",
    "found incompatible YAML document": DIRECTIVE,
    "found character that cannot start any token": "a value can't start with this character: put the value in quotes",
    "found a comment where an indentation was expected": "a comment is not allowed between these lines",
}

_CONTEXTS: dict[tuple[str, str], str] = {
    ("while scanning an alias", "did not find expected alphabetic or numeric character"): (
        "`*` starts an alias: quote the value if the `*` is part of it"
    ),
    ("while scanning an anchor", "did not find expected alphabetic or numeric character"): (
        "`&` starts an anchor: quote the value if the `&` is part of it"
    ),
}

_NO_COLON = "could not find expected ':'"
_COLON = "mapping values are not allowed in this context"
_OPENED = {"found unexpected end of stream", "found unexpected document indicator", _NO_COLON}
"""Problems that are seen later in the text, and made where the value or the key began."""

_DIRECTIVE_LINE = late("^%", re.MULTILINE)


class Unreadable(Exception):  # noqa: N818 - it never leaves the package, and reads as the fact that it is
    """A text that kubectl refuses: the index of the place, in characters, and the reason.

    `aliased` is how many values aliases had added until then.
    """

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason
        self.aliased = 0


def explain(error: YAMLError, text: str) -> Unreadable:
    """libyaml's error about the text, with its place and readable words."""
    from yaml.error import MarkedYAMLError

    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        index = mark.index if mark else 0
        problem = error.problem or "this is not valid YAML"
        if problem == "found character that cannot start any token" and text[index : index + 1] == "\t":
            return Unreadable(index, _TAB)
        if problem in _OPENED and error.context_mark:
            index = error.context_mark.index
        if problem == _COLON and (start := _key_without_colon(text, index)) is not None:
            problem, index = _NO_COLON, start
        words = _CONTEXTS.get((error.context or "", problem)) or _PLAIN.get(problem) or problem
        if words is DIRECTIVE and (line := _DIRECTIVE_LINE.search(text)):
            index = line.start()
        return Unreadable(index, words)
    if match := CONTROL.search(text):
        code = ord(match[0])
        return Unreadable(match.start(), f"the control character U+{code:04X} is not allowed in YAML: remove it")
    return Unreadable(0, getattr(error, "reason", None) or str(error))


def _key_without_colon(text: str, index: int) -> int | None:
    """The index of the key without a `:` in the line above that of a `:`, which then goes on with its value; None for
    another fault. The two lines are indented the same, and not as a text that goes on: they were to be keys of one
    mapping."""
    line_start = text.rfind("\n", 0, index) + 1
    above = text[:line_start].rstrip()
    start = above.rfind("\n") + 1
    key = above[start:].lstrip(" ")
    line = text[line_start:index]
    column = len(above) - start - len(key)
    if len(line) - len(line.lstrip(" ")) != column:
        return None
    before = above[:start].rstrip()
    opening = before[before.rfind("\n") + 1 :]
    goes_on = len(opening) - len(opening.lstrip(" -")) < column and ": " in opening.partition(" #")[0]
    is_other = key.startswith(("- ", "#", "'", '"', "[", "{", "|", ">")) or ": " in key or key.endswith(":")
    return None if goes_on or is_other or not key else len(above) - len(key)
