"""GitLab's code quality report: what a merge request shows as added and fixed.

Source: GitLab "Code Quality", section "Code quality report format".
"""

from __future__ import annotations

from typing import Any

from vmlint.findings.finding import Finding, Report
from vmlint.report.fingerprint import fingerprints
from vmlint.report.untrusted import json_text, visible
from vmlint.report.wording import sentence, statement
from vmlint.rule import Level

__all__ = ["render"]

# The levels among GitLab's five: info, minor, major, critical, blocker.
_SEVERITY = {Level.ERROR: "critical", Level.WARNING: "minor", Level.NOTE: "info"}


def render(report: Report) -> str:
    """The findings as a JSON list. GitLab compares the fingerprints of two branches, so each appears once.

    The paths are those of the report: run vmlint in the repository's root.
    """
    marks = fingerprints(report.findings)
    return json_text([_entry(finding, mark) for finding, mark in zip(report.findings, marks, strict=True)])


def _entry(finding: Finding, mark: str) -> dict[str, Any]:
    fix = f" Fix: {sentence(finding.fix)}" if finding.fix else ""
    return {
        "description": visible(f"{statement(finding)} [{finding.effect.value}]{fix}"),
        "check_name": f"{finding.rule} {finding.slug}",
        "fingerprint": mark,
        "severity": _SEVERITY[finding.level],
        "location": {"path": finding.file.removeprefix("./"), "lines": {"begin": max(finding.line, 1)}},
    }
