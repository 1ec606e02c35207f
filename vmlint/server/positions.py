"""Places in a text as editors count them: lines from 0, and columns in code units of an encoding.

vmlint counts lines and characters from 1. An editor counts UTF-16 code units unless it negotiates something else; a
line ends at a line feed, a carriage return, or both. Source: Language Server Protocol 3.17, "Text Documents".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from lsprotocol import types

__all__ = ["Encoding", "Text"]

Encoding = types.PositionEncodingKind

_BREAK = re.compile(r"\r\n|\n|\r")


class Text:
    """A text with the starts of its lines; `encoding` is that of the columns of an editor."""

    def __init__(self, content: str, encoding: Encoding = Encoding.Utf16) -> None:
        self.content = content
        self.encoding = encoding
        # vmlint counts line feeds only: a carriage return by itself begins a line for editors and for nobody else.
        self._rows = [0, *accumulate(len(line) + 1 for line in content.split("\n"))][:-1]
        if "\r" in content:
            breaks = [found.span() for found in _BREAK.finditer(content)]
            self._starts = [0, *(end for _, end in breaks)]
            self._ends = [*(start for start, _ in breaks), len(content)]
        else:
            self._starts = self._rows
            self._ends = [*(start - 1 for start in self._rows[1:]), len(content)]

    @property
    def line_count(self) -> int:
        return len(self._starts)

    def line(self, number: int) -> str:
        """A line without its break, counted from 0; "" for one that is not there."""
        return self.content[self._starts[number] : self._ends[number]] if 0 <= number < len(self._starts) else ""

    def lines(self) -> Sequence[str]:
        """All lines without their breaks."""
        return [self.content[start:end] for start, end in zip(self._starts, self._ends, strict=True)]

    def position(self, line: int, column: int) -> types.Position:
        """The editor's position of a line and column that count characters from 1."""
        row = min(max(line - 1, 0), len(self._rows) - 1)
        end = self._rows[row + 1] if row + 1 < len(self._rows) else len(self.content)
        return self.position_at(min(self._rows[row] + max(column - 1, 0), end))

    def range(self, line: int, column: int, end_line: int, end_column: int) -> types.Range:
        """The editor's range between two places that count characters from 1."""
        return types.Range(self.position(line, column), self.position(end_line, end_column))

    def place(self, position: types.Position) -> tuple[int, int]:
        """The line and column, both from 1, of an editor's position; one beyond a line's end is at its end."""
        offset = self.offset(position)
        row = bisect_right(self._rows, offset) - 1
        return row + 1, offset - self._rows[row] + 1

    def offset(self, position: types.Position) -> int:
        """The index of an editor's position in the text."""
        if position.line >= len(self._starts):
            return len(self.content)
        row = max(position.line, 0)
        return self._starts[row] + self._column(self.line(row), position.character)

    def position_at(self, offset: int) -> types.Position:
        """The editor's position of an index in the text."""
        row = bisect_right(self._starts, offset) - 1
        return types.Position(row, self._units(self.content[self._starts[row] : min(offset, self._ends[row])]))

    def between(self, start: int, end: int) -> types.Range:
        """The editor's range between two indices in the text."""
        return types.Range(self.position_at(start), self.position_at(end))

    def whole(self) -> types.Range:
        """The range of the whole text."""
        return self.between(0, len(self.content))

    def changed(self, range: types.Range | None, content: str) -> Text:
        """The text after a change: `content` in place of a range, or of everything."""
        if range is None:
            return Text(content, self.encoding)
        start, end = self.offset(range.start), self.offset(range.end)
        return Text(self.content[:start] + content + self.content[max(start, end) :], self.encoding)

    def _units(self, text: str) -> int:
        if text.isascii() or self.encoding == Encoding.Utf32:
            return len(text)
        if self.encoding == Encoding.Utf8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def _column(self, line: str, units: int) -> int:
        """The number of characters before a column of an editor; inside a character, before that one."""
        if line.isascii() or self.encoding == Encoding.Utf32:
            return min(max(units, 0), len(line))
        seen = 0
        for column, character in enumerate(line):
            seen += self._units(character)
            if seen > units:
                return column
        return len(line)
