"""One line for each finding, `file:line:column: level rule message [effect]`, as editors and grep read it; then the
summary."""

from __future__ import annotations

from vmlint.findings.finding import Finding, Report
from vmlint.report.closing import summary
from vmlint.report.layout import Line, Page, Segment, paint
from vmlint.report.links import rule_url
from vmlint.report.wording import place, statement

__all__ = ["render"]


def render(
    report: Report, *, color: bool = False, links: bool = False, encoding: str = "utf-8", quiet: bool = False
) -> str:
    """The report as lines that are never wrapped.

    `color` writes the escape sequences of a terminal, `links` those of links to the rules' documentation. What
    `encoding` lacks is written in ASCII. `quiet` leaves the summary out.
    """
    page = Page(None, encoding)
    lines = [_finding(finding, page) for finding in report.findings]
    return paint(lines if quiet else [*lines, *summary(report, page)], color=color, links=links)


def _finding(finding: Finding, page: Page) -> Line:
    return (
        Segment(page.show(place(finding.file, max(finding.line, 1), max(finding.column, 1))), "strong"),
        Segment(": "),
        Segment(finding.level.value, finding.level.value),
        Segment(" "),
        Segment(page.show(finding.rule), link=rule_url(finding.rule, finding.slug)),
        Segment(page.show(f" {statement(finding)}")),
        Segment(f" [{finding.effect.value}]", "quiet"),
    )
