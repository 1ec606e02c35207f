"""Where a field of a document in plain YAML is, found by a walk down its lines: of most only the indentation matters.

The places are those that `positions` has for any document.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.source.lines import ENTRY, HEAD, QUOTED, Line, line_of
from vmlint.source.span import Path

__all__ = ["Place", "place"]

Place = tuple[int, int, int]
"""A line of the document, and the columns in it where something begins and ends; all count from 0."""

_Holder = tuple[int, int]
"""A mapping or list: its level, and the line on which it begins."""


def place(lines: list[str], path: Path, *, key: bool = False) -> Place:
    """The place of a field, or of its `key`: as `Positions.span` and `Positions.key_span`."""
    first = _following(lines, -1)
    holder: _Holder | None = _line(lines, first)[0], first
    row = -1
    is_entry = False
    for number, step in enumerate(path):
        found = _child(lines, holder, step) if holder is not None else None
        if found is None:
            break
        row, is_entry = found, isinstance(step, int)
        holder = _inside(lines, row, is_entry)
        if holder is None and isinstance(_line(lines, row)[2], dict | list):
            return _in_brackets(lines, row, path[number:], key=key)
    if row < 0:
        return _rest_of_line(lines, first, _indent(lines[first]))
    return _of_entry(lines, row, holder, key=key) if is_entry else _of_field(lines, row, key=key)


def _line(lines: list[str], row: int) -> Line:
    line = line_of(lines[row])
    assert line
    return line


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _following(lines: list[str], row: int) -> int:
    """The next line with something on it; the number of lines where there is none."""
    for following in range(row + 1, len(lines)):
        text = lines[following].strip(" ")
        if text and text[0] != "#" and text != "---":
            return following
    return len(lines)


def _child(lines: list[str], holder: _Holder, step: str | int) -> int | None:
    """The line on which a field of a mapping begins, or an entry of a list."""
    level, first = holder
    if isinstance(step, int):
        return _entry(lines, level, first, step) if level & 1 and step >= 0 else None
    return None if level & 1 else _field(lines, level, first, step)


def _field(lines: list[str], level: int, first: int, key: str) -> int | None:
    if _line(lines, first)[1] == key:
        return first
    for row in _rows_at(lines, level >> 1, first):
        at, name, _, _ = _line(lines, row)
        if name == key and at == level:  # else it is the entry of a list at the column of its key
            return row
    return None


def _entry(lines: list[str], level: int, first: int, index: int) -> int | None:
    if index == 0:
        return first
    for number, row in enumerate(_rows_at(lines, level >> 1, first), 1):
        if _line(lines, row)[0] != level:
            return None
        if number == index:
            return row
    return None


def _rows_at(lines: list[str], column: int, first: int) -> Iterator[int]:
    """The lines at a column, until one that is before it."""
    deeper = " " * (column + 1)
    margin = " " * column
    for row in range(first + 1, len(lines)):
        text = lines[row]
        if not text.startswith(deeper) and (rest := text.lstrip(" ")) and rest[0] != "#":
            if not text.startswith(margin):
                return
            yield row


def _inside(lines: list[str], row: int, is_entry: bool) -> _Holder | None:
    """What a field or entry contains over several lines."""
    level, _, _, rest = _line(lines, row)
    if rest is None:
        return None
    inner, opens, _ = rest
    if is_entry and inner:
        return inner, row
    if opens is None:
        return None
    following = _following(lines, row)
    if following < len(lines) and (below := _line(lines, following)[0]) > (inner or level):
        return below, following
    return None


def _of_field(lines: list[str], row: int, *, key: bool) -> Place:
    """A scalar's own place, else the key."""
    text = lines[row]
    head = HEAD.match(text)
    assert head is not None
    _, _, _, rest = _line(lines, row)
    if key or (rest is not None and rest[1] is not None):
        return row, head.start(3), head.end(3)
    return _scalar(text, row, head.end(3) + 1)


def _of_entry(lines: list[str], row: int, holder: _Holder | None, *, key: bool) -> Place:
    """A scalar's own place, or for a key the rest of its line; else the first key or the first line."""
    if holder is not None:
        level, row = holder
        if level & 1:
            return _rest_of_line(lines, row, level >> 1)
        head = HEAD.match(lines[row])
        assert head is not None
        return row, head.start(3), head.end(3)
    text = lines[row]
    dash = _indent(text)
    rest = _line(lines, row)[3]
    if rest is not None and rest[1] == ENTRY:
        return row, dash, dash + 1
    scalar = _scalar(text, row, dash + 1)
    return _rest_of_line(lines, row, scalar[1]) if key else scalar


def _scalar(text: str, row: int, start: int) -> Place:
    """The scalar behind a key or dash that ends at a column. Of a literal text it is the rest of the line."""
    written = text[start:].strip(" ")
    start = text.index(written, start)
    if (quoted := QUOTED.match(written)) is not None:
        return row, start, start + quoted.end()
    if written[0] == "|":
        return row, start, start + len(written)
    return row, start, start + len(written.partition(" #")[0].rstrip(" "))


def _rest_of_line(lines: list[str], row: int, start: int) -> Place:
    return row, start, len(lines[row].rstrip(" "))


def _in_brackets(lines: list[str], row: int, path: Path, *, key: bool) -> Place:
    """A field or entry whose value is in brackets, or a field inside of these: the line is a document of its own."""
    from vmlint.source.positions import Positions

    text = lines[row]
    start = _indent(text)
    if isinstance(path[0], str) and (head := HEAD.match(text)) is not None:
        start = head.start(3)
    else:
        path = (0, *path[1:])
    positions = Positions(text[start:], 0, column=start)
    _, begins, _, ends = positions.key_span(path) if key else positions.span(path)
    return row, begins, ends
