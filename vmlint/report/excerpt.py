"""The line of source that a finding points at, with a mark under the place."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, takewhile

from vmlint.findings.finding import Finding
from vmlint.report.layout import Line, Page, Segment, width_of

__all__ = ["excerpt"]

_WIDTH = 100
"""The width in cells of an excerpt where the page has none."""

_FAR = 500
"""More characters than any page has cells."""

_LEAST = 20
"""The room in cells that a line of source has on the narrowest page."""


def excerpt(finding: Finding, page: Page, indent: int) -> list[Line]:
    """The source line and its mark, or nothing where the finding has no source line.

    The source is cut around the mark where it is wider than the page.
    """
    if not finding.excerpt.strip():
        return []
    bar = page.show(" │ ")
    number = str(finding.line)
    room = max((page.width or _WIDTH) - indent - len(number) - width_of(bar), _LEAST)
    before, source, mark = _cut(finding, page, room)
    return [
        (Segment(" " * indent + number + bar, "quiet"), Segment(source)),
        (
            Segment(" " * (indent + len(number)) + bar, "quiet"),
            Segment(" " * before),
            Segment("^" * mark, finding.level.value),
        ),
    ]


def _cut(finding: Finding, page: Page, room: int) -> tuple[int, str, int]:
    """The cells before the mark, the part of the source that is shown, and the cells of the mark."""
    # Of a line of a million characters, what is far from the mark is not even looked at.
    low = max(finding.column - _FAR, 0)
    high = low + 4 * _FAR
    goes_on = len(finding.excerpt) > high
    cells = page.cells(finding.excerpt[low:high] if goes_on else finding.excerpt[low:].rstrip())
    known = {cell: width_of(cell) for cell in set(cells)}
    widths = [known[cell] for cell in cells]
    start = min(max(finding.column - 1 - low, 0), len(cells))
    end = min(max(finding.end_column - 1 - low, start), len(cells)) if finding.end_line <= finding.line else len(cells)
    first, last = _window(widths, start, end, room, width_of(page.show("…")))
    cut = page.show("…") if first or low else ""
    rest = page.show("…") if last < len(cells) or goes_on else ""
    before = width_of(cut) + sum(widths[first:start])
    return before, cut + "".join(cells[first:last]) + rest, max(sum(widths[start : min(end, last)]), 1)


def _window(widths: list[int], start: int, end: int, room: int, cut: int) -> tuple[int, int]:
    """The characters to show: all, else the line's head where the mark is in it, else a part around the mark.

    Of the room around the mark, a third goes before it: what is marked is mostly a value, and its key is near.
    """
    if sum(widths) <= room:
        return 0, len(widths)
    first = 0
    if sum(widths[:end]) + cut > room:
        around = max(room - 2 * cut - sum(widths[start:end]), room // 3)
        before = around // 3 if end < len(widths) else around
        first = start - _fitting(reversed(widths[:start]), before)
    left = room - (cut if first else 0)
    if sum(widths[first:]) <= left:
        return first, len(widths)
    return first, first + _fitting(widths[first:], left - cut)


def _fitting(widths: Iterable[int], room: int) -> int:
    """How many of the characters fit into the room."""
    return sum(1 for _ in takewhile(lambda used: used <= room, accumulate(widths)))
