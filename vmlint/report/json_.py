"""The report for programs: the names and values of `vmlint.Report`, with its keys in a fixed order.

Strings are exact: what a manifest holds is what a reader decodes, though no byte of the text can act on a terminal.
"""

from __future__ import annotations

from typing import Any

from vmlint.findings.finding import Finding, ObjectId, Report, Suppressed
from vmlint.report.links import rule_url
from vmlint.report.untrusted import json_text
from vmlint.rule import Level

__all__ = ["object_of", "render"]


def render(report: Report, *, statistics: bool = False) -> str:
    """The report as one JSON object: version, whether the run came to its end, summary, changed and statistics if they
    are wanted, findings, suppressed, stale, skipped, undecided."""
    return json_text(
        {
            "version": report.version,
            "complete": report.stopped is None,
            "summary": _summary(report),
            **({"changed": report.changed._asdict()} if report.changed else {}),
            **({"statistics": _counts(report)} if statistics else {}),
            "findings": [_finding(finding) for finding in report.findings],
            "suppressed": [_suppressed(suppressed) for suppressed in report.suppressed],
            "stale": [stale._asdict() for stale in report.stale],
            "skipped": [skipped._asdict() for skipped in report.skipped],
            "undecided": [
                {"file": item.file, "line": item.line, "resource": object_of(item.resource), "reason": item.reason}
                for item in report.undecided
            ],
        }
    )


def _counts(report: Report) -> dict[str, list[dict[str, Any]]]:
    from vmlint.report.statistics import statistics

    return statistics(report)


def _summary(report: Report) -> dict[str, int]:
    counts = report.counts
    return {
        "errors": report.count(Level.ERROR),
        "warnings": report.count(Level.WARNING),
        "notes": report.count(Level.NOTE),
        "files": counts.files,
        "documents": counts.documents,
        "objects": counts.objects,
        "irrelevant": counts.irrelevant,
        "outside": counts.outside,
        "unknown": counts.unknown,
        "suppressed": len(report.suppressed),
        "stale": len(report.stale),
        "skipped": len(report.skipped),
        "undecided": len(report.undecided),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    url = rule_url(finding.rule, finding.slug)
    return {
        "rule": finding.rule,
        "slug": finding.slug,
        **({"url": url} if url else {}),
        "effect": finding.effect.value,
        "level": finding.level.value,
        "message": finding.message,
        "fix": finding.fix,
        **({"fixable": finding.fixable.value} if finding.fixable else {}),
        "resource": object_of(finding.resource),
        **({"also": [object_of(other) for other in finding.also]} if finding.also else {}),
        "field": finding.field,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
        "chain": [step._asdict() for step in finding.chain],
    }


def _suppressed(suppressed: Suppressed) -> dict[str, Any]:
    """The finding, with who suppresses it."""
    by = {
        "source": suppressed.source.value,
        "reason": suppressed.reason,
        "file": suppressed.file,
        "line": suppressed.line,
    }
    return {**_finding(suppressed.finding), "suppression": by}


def object_of(resource: ObjectId | None) -> dict[str, str] | None:
    """The object's identity in the words of a manifest."""
    if resource is None:
        return None
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name,
    }
