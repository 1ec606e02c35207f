"""How many findings there are, by rule and effect, by kind of object and by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from vmlint.findings.finding import Finding, Report
from vmlint.report.layout import Line, Page, Segment, table
from vmlint.rule import Level

__all__ = ["blocks", "statistics"]

_NO_OBJECT = "no object"


def statistics(report: Report) -> dict[str, list[dict[str, Any]]]:
    """The counts under `rules`, `kinds` and `files`, each list with the most frequent first.

    The kind of a finding that hangs on no object is "".
    """
    return {
        "rules": [
            {"rule": rule, "slug": slug, "effect": effect, **levels}
            for (rule, slug, effect), levels in _counted(
                ((finding.rule, finding.slug, finding.effect.value), finding) for finding in report.findings
            )
        ],
        "kinds": [
            {"kind": kind, **levels}
            for (kind,), levels in _counted(
                ((finding.resource.kind if finding.resource else "",), finding) for finding in report.findings
            )
        ],
        "files": [
            {"file": file, **levels}
            for (file,), levels in _counted(((finding.file,), finding) for finding in report.findings)
        ],
    }


def _counted(keyed: Iterable[tuple[tuple[str, ...], Finding]]) -> list[tuple[tuple[str, ...], dict[str, int]]]:
    """Each key with its findings counted: all of them, then those of each level."""
    counts: dict[tuple[str, ...], Counter[Level]] = {}
    for key, finding in keyed:
        counts.setdefault(key, Counter())[finding.level] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    return [
        (key, {"count": levels.total(), **{f"{level.value}s": levels[level] for level in reversed(Level)}})
        for key, levels in ordered
    ]


def blocks(report: Report, page: Page) -> list[list[Line]]:
    """The counts as blocks of lines, for the text format; none for a report without findings."""
    counts = statistics(report)
    rows = {
        "rules": [(row, f"{row['rule']} {row['slug']}", row["effect"]) for row in counts["rules"]],
        "kinds": [(row, row["kind"] or _NO_OBJECT, "") for row in counts["kinds"]],
        "files": [(row, row["file"], "") for row in counts["files"]],
    }
    return [_block(label, listed, page) for label, listed in rows.items() if listed]


def _block(label: str, rows: Sequence[tuple[dict[str, Any], str, str]], page: Page) -> list[Line]:
    widest = max(len(str(row["count"])) for row, _, _ in rows)
    lines = [
        (f"{row['count']:>{widest}}", _line(row, page.show(name), page.show(f" · {aside}") if aside else ""))
        for row, name, aside in rows
    ]
    return table(label, lines, page.width, column=9)


def _line(row: dict[str, Any], name: str, aside: str) -> Line:
    gravest = next(level for level in reversed(Level) if row[f"{level.value}s"])
    return (Segment(name, gravest.value), Segment(aside, "quiet"))
