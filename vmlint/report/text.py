"""The report for people: each finding with its source line and its chain, then what the run could not say.

Without colour and without a width the text is stable: nothing is wrapped, one line of output for each fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.findings.finding import Finding, Report, Step
from vmlint.report.bundles import Bundle, about, bundles
from vmlint.report.closing import ROWS, closing
from vmlint.report.excerpt import excerpt
from vmlint.report.layout import Line, Page, Segment, length, one_or_two, paint, table, wrap
from vmlint.report.links import rule_url
from vmlint.report.statistics import blocks as counts
from vmlint.report.wording import FIX_MARK, counted, place, statement

__all__ = ["WIDEST", "chain_lines", "render"]

WIDEST = 120
"""The widest a page is set in cells: longer lines are hard to read."""

_BODY = 9
"""The cell in which the texts behind the labels of a finding begin."""


def render(
    report: Report,
    *,
    color: bool = False,
    links: bool = False,
    width: int | None = None,
    encoding: str = "utf-8",
    quiet: bool = False,
    verbose: bool = False,
    statistics: bool = False,
    show_suppressed: bool = False,
) -> str:
    """The report as text.

    `color` writes the escape sequences of a terminal, `links` those of links to rules' documentation. `width` is the
    terminal's in cells (None: nothing is wrapped), and what `encoding` lacks is written in ASCII. `quiet` gives only
    the findings; `verbose` shows each finding by itself, and lists everything that was skipped or is undecided.
    `statistics` counts the findings instead of listing them. `show_suppressed` lists those that are suppressed too.
    """
    page = Page(min(width, WIDEST) if width else None, encoding)
    if statistics:
        blocks = counts(report, page)
    else:
        shown = map(Bundle, report.findings) if verbose else bundles(report.findings)
        blocks = [[*_finding(bundle.first, page), *_others(bundle.others, page)] for bundle in shown]
    if not quiet:
        blocks += closing(report, page, verbose=verbose, show_suppressed=show_suppressed)
    return "\n".join(paint(lines, color=color, links=links) for lines in blocks)


def _finding(finding: Finding, page: Page) -> Iterator[Line]:
    where = Segment(page.show(place(finding.file, finding.line, finding.column)), "strong")
    what = (
        Segment("  "),
        Segment(finding.level.value, finding.level.value),
        Segment("  "),
        Segment(f"{page.show(finding.rule)} {page.show(finding.slug)}", link=rule_url(finding.rule, finding.slug)),
        Segment(page.show(f" · {finding.effect.value}"), "quiet"),
    )
    yield from one_or_two((where, *what), ((where,), what), page.width, 2)
    yield from wrap((Segment("  "), Segment(page.show(statement(finding)))), page.width, 2)
    yield from excerpt(finding, page, 4)
    yield from chain_lines(finding.chain, page, indent=2, column=_BODY)
    if finding.fix:
        line: Line = (Segment(page.show(finding.fix)),)
        if finding.fixable:
            line = (*line, Segment(f"  {FIX_MARK[finding.fixable]}", "quiet"))
        yield from table("fix", [("", line)], page.width, indent=2, column=_BODY)


def _others(others: Sequence[Finding], page: Page) -> list[Line]:
    """The places of findings that have the same cause as the one above them; each object is beside its place, or below
    it where a line would be too long."""
    rows: list[tuple[str, Line]] = [
        (page.show(place(finding.file, finding.line, finding.column)), (Segment(page.show(about(finding)), "quiet"),))
        for finding in others[:ROWS]
    ]
    beside: list[tuple[str, Line]] = [("", (Segment(where), Segment("  "), *line)) for where, line in rows]
    if page.width is None or all(_BODY + length(line) <= page.width for _, line in beside):
        rows = beside
    if hidden := len(others) - len(rows):
        text = f"and {counted(hidden, 'more finding')} with the same cause, listed with --verbose"
        rows.append(("", (Segment(text, "quiet"),)))
    return table("also", rows, page.width, indent=2, column=_BODY, widest=1)


def chain_lines(chain: Sequence[Step], page: Page, *, indent: int, column: int) -> list[Line]:
    """The hops of a chain, each behind the place where it is written."""
    steps = [(page.show(place(step.file, step.line)), (Segment(page.show(step.text)),)) for step in chain]
    return table("chain", steps, page.width, indent=indent, column=column)
