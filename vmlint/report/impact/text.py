"""An impact for people, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.impact.model import Group, Impact, ObjectChange
from vmlint.report.impact.alike import alike
from vmlint.report.impact.wording import Heading, applied_in, closing, details, grouped, summary
from vmlint.report.layout import Line, Page, Segment, one_or_two, paint, wrap
from vmlint.report.text import WIDEST, chain_lines
from vmlint.report.wording import place, sentence

__all__ = ["render"]

_MOST_VALUES = 12
"""How many changed values of an object are listed."""


def render(
    impact: Impact, *, color: bool = False, width: int | None = None, encoding: str = "utf-8", quiet: bool = False
) -> str:
    """The impact as text; the options are those of the report. `quiet` leaves out what does nothing and the closing."""
    page = Page(min(width, WIDEST) if width else None, encoding)
    blocks = [
        list(_group(heading, changes, page))
        for group, heading, changes in grouped(impact)
        if not (quiet and group is Group.NOTHING)
    ]
    blocks.append([(Segment(page.show(sentence(f"{impact.before} → {impact.after}: {summary(impact)}")), "strong"),)])
    if not quiet:
        blocks.append(
            [row for line in closing(impact) for row in wrap((Segment(page.show(line), "quiet"),), page.width, 2)]
        )
    return "\n".join(paint(lines, color=color) for lines in blocks if lines)


def _group(heading: Heading, changes: Sequence[ObjectChange], page: Page) -> Iterator[Line]:
    title = (Segment(f"{heading.title} ({len(changes)})", heading.style), Segment(f"  {heading.meaning}", "quiet"))
    yield from wrap(title, page.width, 2)
    for group in alike(changes):
        for change in group:
            yield from _object(change, page)
        yield from _consequence(group[0], page)


def _object(change: ObjectChange, page: Page) -> Iterator[Line]:
    where = Segment(page.show(place(change.file, change.line)), "quiet")
    name = (
        Segment("  "),
        Segment(page.show(str(change.resource)), "strong"),
        Segment(page.show(applied_in(change)), "quiet"),
    )
    yield from one_or_two((*name, Segment("  "), where), (name, (Segment("    "), where)), page.width, 4)


def _consequence(change: ObjectChange, page: Page) -> Iterator[Line]:
    for value in change.values[:_MOST_VALUES]:
        yield from wrap((Segment("      "), Segment(page.show(str(value)))), page.width, 8)
    if len(change.values) > _MOST_VALUES:
        yield (Segment(f"      and {len(change.values) - _MOST_VALUES} more", "quiet"),)
    for text in details(change):
        yield from wrap((Segment("    "), Segment(page.show(text))), page.width, 4)
    yield from chain_lines(change.chain, page, indent=4, column=11) if change.chain else ()
