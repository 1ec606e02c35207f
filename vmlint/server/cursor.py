"""Where the cursor is in a manifest that somebody is writing: the path of its value, and what is around it.

Half-written YAML can't be decoded, so lines are read by their indentation alone. Whatever is odd in a line leads to a
smaller answer, never to an error.
"""

from __future__ import annotations

import re
from typing import Any

from vmlint.model.field import Path
from vmlint.record import Record
from vmlint.server.flow import closing, flow_at, flow_value

__all__ = ["Cursor", "cursor_at"]

_SEPARATOR = re.compile(r"(---|\.\.\.)(\s|$)")
_DASHES = re.compile(r"( *)((?:- +|-$)*)")
_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s:#'"{}\[\],|>&*!%@`-][^:#]*+(?::(?=\S)[^:#]*+)*) *:(?= |$)""")
# The group is not possessive: CPython before 3.11.5, such as that of Debian 12, then finds no key at all.
_PARTIAL = re.compile(r"[^\s:#{}\[\],&*!|>%@`]*")
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+|$))*")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_COMMENT = re.compile(r"(?:^|\s)#.*$")


class Cursor(Record):
    """A place in a document.

    `path` leads to the mapping that a key is written into (`is_key`), or to the value that is written. `typed` is what
    is there before the cursor, `start` and `end` the indexes in the text of what a completion replaces. `indent` is the
    column at which keys of this mapping begin. `data` is the document as far as it can be read. `key` is the whole key
    where one with its colon is there, `flow` says that the place is within braces. `entry` says that the place is an
    entry of a list that has no key yet, so that a value may be written too. `empty` is the path of a key without a
    value above the cursor, whose list may begin in its own column. `block` is the path of the text block that holds the
    document, within which `outer` has the document around it.
    """

    path: Path
    is_key: bool
    typed: str
    start: int
    end: int
    indent: int
    data: Any
    key: str = ""
    flow: bool = False
    entry: bool = False
    empty: Path = ()
    block: Path = ()
    outer: Any = None


class _Line(Record):
    number: int
    start: int
    text: str


class _Frame:
    """A key or list entry that is open: whatever is indented further belongs to it."""

    __slots__ = ("_value", "above", "column", "step")

    def __init__(self, column: int, step: str | int, above: _Frame | None) -> None:
        self.column = column
        self.step = step
        self.above = above
        self._value: Any = None

    @property
    def value(self) -> Any:
        """What is known of the value; the frame above has it too."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        self._value = value
        holder = self.above.value if self.above is not None else None
        if (isinstance(holder, dict) and isinstance(self.step, str)) or (
            isinstance(holder, list) and isinstance(self.step, int) and self.step < len(holder)
        ):
            holder[self.step] = value  # type: ignore[index]

    @property
    def path(self) -> Path:
        steps: list[str | int] = []
        frame = self
        while frame.above is not None:
            steps.append(frame.step)
            frame = frame.above
        return tuple(reversed(steps))

    def key(self, name: str, column: int) -> _Frame:
        """The frame of a key in this one's mapping."""
        if not isinstance(self.value, dict):
            self.value = {}
        self.value[name] = None
        return _Frame(column, name, self)

    def entry(self, column: int) -> _Frame:
        """The frame of another entry in this one's list."""
        if not isinstance(self.value, list):
            self.value = []
        self.value.append(None)
        return _Frame(column, len(self.value) - 1, self)


def cursor_at(text: str, offset: int) -> Cursor | None:
    """The place at an index of a text; None in a comment, in a text block that is no manifest, and in odd places."""
    lines = _document(text, offset)
    found = _Reader(text, lines, offset).read() if lines else None
    return found if found is not None and len(found.path) <= _DEEPEST else None


_DEEPEST = 100
"""The longest path of a place for which anything is offered: no kind has one, and others are looked at step by step."""


def _document(text: str, offset: int) -> list[_Line]:
    """The lines of the document that an index is in."""
    lines: list[_Line] = []
    start = 0
    there = False
    for number, raw in enumerate(text.split("\n")):
        end = start + len(raw)
        if _SEPARATOR.match(raw):
            if there or start <= offset <= end:
                break
            lines = []
        else:
            lines.append(_Line(number, start, raw.rstrip("\r").replace("\t", " ")))
            there = there or start <= offset <= end
        start = end + 1
    return lines if there else []


class _Reader:
    def __init__(self, text: str, lines: list[_Line], offset: int) -> None:
        self._text = text
        self._lines = lines
        self._offset = offset
        self._root = _Frame(-1, "", None)
        self._top = self._root
        self._found: Cursor | None = None

    def read(self) -> Cursor | None:
        at = 0
        while at < len(self._lines):
            at = self._line(at)
        found, data = self._found, self._root.value
        return found and (found._replace(outer=data) if found.block else found._replace(data=data))

    def _line(self, at: int) -> int:
        """Read a line, and what belongs to it on the lines below; the number of the next line."""
        line = self._lines[at]
        here = line.start <= self._offset <= line.start + len(line.text)
        match = _DASHES.match(line.text)
        assert match is not None
        content = line.text[match.end() :]
        if not line.text.strip():
            if here:
                self._blank(line)
            return at + 1
        self._dashes(match)
        if content.startswith("#"):
            return at + 1
        column = match.end()
        if content[:1] in ("{", "["):
            return self._flow(at, column, self._top, column)
        key = _KEY.match(content)
        if key is None:
            if here and not self._in_comment(line):
                self._typing(line, column, bool(match[2]))
            elif match[2] and content:
                self._top.value = _plain(content)
            return at + 1
        return self._key(at, column, key, here, bool(match[2]))

    def _dashes(self, match: re.Match[str]) -> None:
        column = len(match[1])
        if not match[2]:
            return
        for dash in re.finditer("-", match[2]):
            self._close(column + dash.start() + 1)
            if isinstance(self._top.step, int) and self._top.column == column + dash.start():
                self._leave()
            self._top = self._top.entry(column + dash.start())

    def _close(self, column: int) -> None:
        """Leave the frames at a column and beyond it."""
        while self._top.above is not None and self._top.column >= column:
            self._leave()

    def _leave(self) -> None:
        assert self._top.above is not None
        self._top = self._top.above

    def _key(self, at: int, column: int, key: re.Match[str], here: bool, dash: bool) -> int:
        line = self._lines[at]
        if not dash:
            self._close(column)
        mapping, name = self._top, key[1].rstrip()
        self._top = frame = mapping.key(name.strip("\"'"), column)
        begin = column + key.end()
        rest = line.text[begin:]
        skipped = _PROPERTIES.match(rest.lstrip())
        value_at = begin + len(rest) - len(rest.lstrip()) + (skipped.end() if skipped else 0)
        value = line.text[value_at:]
        behind = here and self._offset >= line.start + begin
        if here and not behind:
            self._in_key(line, mapping.path, column, name)
        if _BLOCK.match(value):
            return self._block(at, frame, column)
        if value[:1] in ("{", "["):
            return self._flow(at, value_at, frame, column)
        if behind and not self._in_comment(line):
            self._value(line, frame.path, begin, column)
        frame.value = _plain(value)
        return at + 1

    def _in_key(self, line: _Line, path: Path, column: int, key: str) -> None:
        """The cursor is on a key that has its colon."""
        start = line.start + column
        if self._offset >= start and key[:1] not in "\"'":
            typed = self._text[start : self._offset]
            end = start + len(key)
            self._found = Cursor(path, True, typed, start, end, column, None, key)

    def _value(self, line: _Line, path: Path, begin: int, indent: int) -> None:
        """The cursor is behind a key's colon."""
        before = line.text[begin : self._offset - line.start]
        if not before.startswith(" "):
            return
        typed = before.lstrip()
        quote = typed[:1] if typed.startswith(("'", '"')) else ""
        start = self._offset - len(typed) + len(quote)
        rest = self._text[self._offset : line.start + len(line.text)]
        end = self._offset + len(re.match(r"[^\s\"']*", rest)[0])  # type: ignore[index]
        self._found = Cursor(path, False, typed[len(quote) :], start, end, indent, None)

    def _typing(self, line: _Line, column: int, dash: bool) -> None:
        """The cursor is in a key without its colon, or in the value of a list's entry."""
        typed = self._text[line.start + column : self._offset]
        before = line.text[:column]
        if self._offset < line.start + column or before.endswith("-") or not _PARTIAL.fullmatch(typed):
            return
        if not dash:
            self._close(column)
        rest = self._text[self._offset : line.start + len(line.text)]
        end = self._offset + len(re.match(r"[^\s:]*", rest)[0])  # type: ignore[index]
        self._found = Cursor(self._top.path, True, typed, line.start + column, end, column, None, entry=dash)

    def _blank(self, line: _Line) -> None:
        column = self._offset - line.start
        above = self._top
        is_empty = above.column == column and isinstance(above.step, str) and above.value is None
        empty = above.path if is_empty else ()
        self._close(column)
        if not isinstance(self._top.value, str):
            self._found = Cursor(self._top.path, True, "", self._offset, self._offset, column, None, empty=empty)

    def _block(self, at: int, frame: _Frame, column: int) -> int:
        """A block of text: a patch in a kustomization is a document by itself."""
        end = at + 1
        while end < len(self._lines):
            text = self._lines[end].text
            if text.strip() and len(text) - len(text.lstrip()) <= column:
                break
            end += 1
        frame.value = "\n".join(line.text for line in self._lines[at + 1 : end])
        inside = self._lines[at + 1 : end]
        if frame.step == "patch" and any(one.start <= self._offset <= one.start + len(one.text) for one in inside):
            found = _Reader(self._text, inside, self._offset).read()
            if found is not None:
                self._found = found._replace(block=frame.path)
        return end

    def _flow(self, at: int, begin: int, frame: _Frame, column: int) -> int:
        """A value in braces or brackets, over several lines where it is not closed."""
        end = at
        start = self._lines[at].start + begin
        last = self._lines[at].start + len(self._lines[at].text)
        closed = start + closing(self._text[start : self._lines[-1].start + len(self._lines[-1].text)])
        while last < closed and end + 1 < len(self._lines):
            text = self._lines[end + 1].text
            narrow = len(text) - len(text.lstrip()) <= column
            if text.strip() and narrow and _KEY.match(text.lstrip()) and column:
                break
            end += 1
            last = self._lines[end].start + len(text)
        frame.value = flow_value(self._text[start:last])
        if start < self._offset <= last and (inner := flow_at(self._text[start:last], self._offset - start)):
            path = (*frame.path, *inner.path)
            begin = start + inner.start
            self._found = Cursor(
                path,
                inner.is_key,
                inner.typed,
                begin,
                start + inner.end,
                column,
                None,
                inner.key,
                True,
                inner.entry,
            )
        return end + 1

    def _in_comment(self, line: _Line) -> bool:
        return bool(_COMMENT.search(line.text[: self._offset - line.start]))


def _plain(value: str) -> Any:
    """A scalar as far as it matters here: text without quotes and comments."""
    if value.startswith(("'", '"')):
        end = value.find(value[0], 1)
        return value[1 : end if end > 0 else None]
    return _COMMENT.sub("", value).strip() or None
