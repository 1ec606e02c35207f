"""Lines of styled words: measured in terminal cells, wrapped, laid out as labelled tables, and printed.

A style is a role (`error`, `quiet`), not a colour: printing without colour drops it, printing with colour looks it up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from vmlint.record import Record
from vmlint.report import untrusted

__all__ = ["Line", "Page", "Segment", "length", "one_or_two", "paint", "table", "width_of", "wrap"]


class Segment(Record):
    """A piece of a line in one style; "" is the plain one. `link` is the address that it leads to, "" for none."""

    text: str
    style: str = ""
    link: str = ""


Line = tuple[Segment, ...]

# What stands for a character that the output's encoding lacks.
_SPELLED = {
    "→": "->",
    "←": "<-",
    "·": "-",
    "│": "|",
    "…": "...",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}

_PIECE = re.compile(r" +|[^ ]+")

_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "clean": "bold green",
    "strong": "bold",
    "quiet": "dim",
}

_NARROW = 40
"""The least room in cells that a table's text column may have beside its places."""


class Page(Record):
    """What is written on: `width` in cells, None for no limit (a file or a pipe), and the encoding of the output."""

    width: int | None = None
    encoding: str = "utf-8"

    def show(self, text: str) -> str:
        """Untrusted text as this page can show it."""
        return self.fit(untrusted.visible(text))

    def cells(self, text: str) -> list[str]:
        """What `show` gives, character by character, with four blanks for a tab."""
        if text.isascii() and text.isprintable() and "##" not in text:
            return list(text)
        return [
            "    " if char == "\t" else self.fit(shown) for char, shown in zip(text, untrusted.cells(text), strict=True)
        ]

    def fit(self, text: str) -> str:
        """The text in the characters of the page's encoding."""
        if text.isascii() or _has(self.encoding, text):
            return text
        return "".join(_as_written(char, self.encoding) for char in text)


def width_of(text: str) -> int:
    """How many cells a terminal gives to the text."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def wrap(line: Line, width: int | None, hang: int) -> list[Line]:
    """The line broken between words; what follows the first line is indented by `hang` cells.

    A word that is wider than the room stays whole, so that names can be copied.
    """
    if width is None or length(line) <= width:
        return [line]
    rows: list[Line] = []
    row: list[Segment] = []
    used = 0
    for gap, word in _words(line):
        size = length(word)
        if row and used + gap + size > width:
            rows.append(tuple(row))
            row, used, gap = [], 0, hang
        if gap:
            row.append(Segment(" " * gap))
        row += word
        used += gap + size
    return [*rows, tuple(row)]


def one_or_two(one: Line, two: tuple[Line, Line], width: int | None, hang: int) -> list[Line]:
    """One line where it fits, else two lines, each wrapped."""
    if width is None or length(one) <= width:
        return [one]
    return [part for line in two for part in wrap(line, width, hang)]


def table(
    label: str,
    rows: Sequence[tuple[str, Line]],
    width: int | None,
    *,
    indent: int = 0,
    column: int = 0,
    widest: int | None = None,
) -> list[Line]:
    """Rows of a place and a text behind a label that appears once; the texts begin in one column.

    The rows begin in the cell `column`, or two after the label. Where that leaves the texts too little room, or a place
    is wider than `widest`, each is under its place.
    """
    start = max(column, indent + len(label) + 2)
    places = max((width_of(place) for place, _ in rows), default=0)
    beside = start + places + 2 if places else start
    stacked = places > (0 if width is not None and width - beside < _NARROW else widest or places)
    lines: list[Line] = []
    head = Segment((" " * indent + label).ljust(start), "quiet")
    for place, text in rows:
        if stacked and place:
            lines.append((head, Segment(place, "quiet")))
            lines += wrap((Segment(" " * (start + 2)), *text), width, start + 2)
        elif stacked:
            lines += wrap((head, *text), width, start + _blanks(text))
        else:
            gap = Segment(" " * (beside - start - width_of(place)))
            lines += wrap((head, Segment(place, "quiet"), gap, *text), width, beside + _blanks(text))
        head = Segment(" " * start)
    return lines


def _blanks(line: Line) -> int:
    """The blanks that a line begins with."""
    text = line[0].text if line else ""
    return len(text) - len(text.lstrip(" "))


def paint(lines: Iterable[Line], *, color: bool = False, links: bool = False) -> str:
    """The text of the lines; with `color` it has the escape sequences of a terminal with 16 colours, with `links` those
    of hyperlinks (OSC 8)."""
    draw = _draw_styled() if color else _draw_plain
    if links:
        draw = _draw_linked(draw)
    return "".join("".join(map(draw, _guarded(_trimmed(line)))) + "\n" for line in lines)


def _draw_plain(segment: Segment) -> str:
    return segment.text


def _draw_linked(draw: Callable[[Segment], str]) -> Callable[[Segment], str]:
    """Links as most terminals of today know them; others show the text alone.

    Source: "Hyperlinks in terminal emulators", the specification that VTE and iTerm2 wrote.
    """

    def linked(segment: Segment) -> str:
        text = draw(segment)
        return f"\x1b]8;;{segment.link}\x1b\\{text}\x1b]8;;\x1b\\" if segment.link and text.strip() else text

    return linked


def _draw_styled() -> Callable[[Segment], str]:
    from rich.color import ColorSystem
    from rich.style import Style

    looks = {role: Style.parse(look) for role, look in _STYLES.items()}

    def draw(segment: Segment) -> str:
        if segment.style not in looks or not segment.text.strip():
            return segment.text
        return looks[segment.style].render(segment.text, color_system=ColorSystem.STANDARD)

    return draw


def _trimmed(line: Line) -> Line:
    """The line without blanks at its end."""
    while line and not line[-1].text.strip(" "):
        line = line[:-1]
    return line


def _guarded(line: Line) -> Line:
    """The line, harmless for GitHub, which obeys a log's line whose first word begins with `::`."""
    if not "".join(segment.text for segment in line).lstrip().startswith("::"):
        return line
    at = next(index for index, segment in enumerate(line) if ":" in segment.text)
    text = line[at].text.replace(":", r"\x3a", 1)
    return (*line[:at], line[at]._replace(text=text), *line[at + 1 :])


def _words(line: Line) -> Iterator[tuple[int, list[Segment]]]:
    """Each word with the number of blanks before it; a word may change its style in the middle."""
    gap, word = 0, list[Segment]()
    for segment in line:
        for piece in _PIECE.findall(segment.text):
            if piece[0] != " ":
                word.append(segment._replace(text=piece))
                continue
            if word:
                yield gap, word
                gap, word = 0, []
            gap += len(piece)
    if word:
        yield gap, word


def length(line: Iterable[Segment]) -> int:
    """The cells of a line."""
    return sum(width_of(segment.text) for segment in line)


def _cell(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@cache
def _as_written(char: str, encoding: str) -> str:
    if _has(encoding, char):
        return char
    return _SPELLED.get(char) or char.encode("ascii", "backslashreplace").decode("ascii")
