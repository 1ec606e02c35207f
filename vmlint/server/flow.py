"""Values in braces and brackets that somebody is writing, and JSON, as far as they can be read."""

from __future__ import annotations

import re
from typing import Any

from vmlint.model.field import Path
from vmlint.record import Record

__all__ = ["Inner", "closing", "flow_at", "flow_value"]

_TOKEN = re.compile(r"""\s+|"(?:[^"\\]|\\.)*"?|'[^']*'?|[{}\[\],]|:(?=[\s,\[\]{}"']|$)|(?:[^\s,\[\]{}:"']|:(?=\S))+""")


class Inner(Record):
    """A place within braces or brackets; the members are those of `Cursor`, the indexes those of the value's text."""

    path: Path
    is_key: bool
    typed: str
    start: int
    end: int
    key: str
    entry: bool


class _Open:
    """An open brace or bracket: the key or index that comes next."""

    __slots__ = ("after_colon", "brace", "step")

    def __init__(self, brace: bool) -> None:
        self.brace = brace
        self.step: str | int = "" if brace else 0
        self.after_colon = False


def closing(text: str) -> int:
    """The index behind a value that begins with a brace or bracket; behind the text where that is not closed."""
    depth = 0
    for match in _TOKEN.finditer(text):
        depth += match[0] in ("{", "[")
        depth -= match[0] in ("}", "]")
        if depth == 0:
            return match.end()
    return len(text) + 1


def flow_at(text: str, offset: int) -> Inner | None:
    """The place at an index of a value that begins with a brace or bracket, None outside of it."""
    open_ones: list[_Open] = []
    typed, start, end = "", offset, offset
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match.start() >= offset:
            break
        if match.end() >= offset and not token.isspace() and token not in "{}[],:":
            quote = len(token) - len(token.lstrip("\"'"))
            start, end = match.start() + min(quote, 1), match.end() - (token[0] in "\"'" and token.endswith(token[0]))
            typed = text[start:offset]
            break
        _step(open_ones, token)
    if not open_ones:
        return None
    top = open_ones[-1]
    is_key = top.brace and not top.after_colon
    path = tuple(one.step for one in (open_ones[:-1] if is_key else open_ones))
    end = max(end, start)
    key = text[start:end] if is_key and re.match(r"[\"']?\s*:", text[end:]) else ""
    return Inner(path, is_key or not top.brace, typed, start, end, key, not top.brace)


def _step(open_ones: list[_Open], token: str) -> None:
    if token in ("{", "["):
        open_ones.append(_Open(token == "{"))
    elif token in ("}", "]"):
        if open_ones:
            open_ones.pop()
    elif not open_ones or token.isspace():
        return
    elif token == ":":
        open_ones[-1].after_colon = True
    elif token == ",":
        top = open_ones[-1]
        top.after_colon = False
        top.step = "" if isinstance(top.step, str) else top.step + 1
    elif open_ones[-1].brace and not open_ones[-1].after_colon:
        open_ones[-1].step = token.strip("\"'")


def flow_value(text: str) -> Any:
    """What a value holds, as far as it goes: of one that is not closed, what is before."""
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace()]
    value, _ = _value(tokens, 0)
    return value


def _value(tokens: list[str], at: int, depth: int = 0) -> tuple[Any, int]:
    if at >= len(tokens) or depth > _DEEPEST:
        return None, len(tokens)
    token = tokens[at]
    if token == "{":
        return _mapping(tokens, at + 1, depth)
    if token == "[":
        return _list(tokens, at + 1, depth)
    return token.strip("\"'"), at + 1


_DEEPEST = 100


def _mapping(tokens: list[str], at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(tokens) and tokens[at] not in ("}", "]"):
        if tokens[at] == ",":
            at += 1
            continue
        key = tokens[at].strip("\"'")
        at += 1
        if at < len(tokens) and tokens[at] == ":":
            if at + 1 < len(tokens) and tokens[at + 1] not in (",", "}", "]"):
                found[key], at = _value(tokens, at + 1, depth + 1)
            else:
                found[key], at = None, at + 1
    return found, at + 1


def _list(tokens: list[str], at: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at < len(tokens) and tokens[at] not in ("}", "]"):
        if tokens[at] == ",":
            at += 1
            continue
        value, at = _value(tokens, at, depth + 1)
        found.append(value)
    return found, at + 1
