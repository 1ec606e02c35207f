"""One repository, checked: the rows that it has in each table.

The working directory is the root of the repository, so that files have the names that its own check gives them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint import registry
from vmlint.audit.objects import object_rows, reference_rows
from vmlint.audit.schema import Row
from vmlint.config.config import Config
from vmlint.config.file import load_for
from vmlint.engine.analysis import analyse
from vmlint.engine.reporting import report_of
from vmlint.engine.request import RunRequest
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import Workspace
from vmlint.findings.finding import Finding, ObjectId, Report, Skipped
from vmlint.model.subjects import VirtualMachine
from vmlint.report.fingerprint import fingerprints
from vmlint.rule import Level
from vmlint.version import VERSION

__all__ = ["configuration", "rows", "tables", "valid_until"]

Tables = dict[str, list[Row]]
"""The rows of each table, without the columns that all tables begin with."""

_NOBODY = ObjectId("", "", "", "")


def configuration(paths: Sequence[str], settings: Mapping[str, Any]) -> Config:
    """The repository's own configuration with the settings of the audit over it.

    What comes with a repository brings no code: vmlint reads no Python pack and starts no program for it. Rules of
    packs that are installed do not count either, so that every worker has the same.
    """
    packs = settings.get("rules", ())
    found = load_for(paths, known_rules=registry.known(packs, plugins=False))
    return found.replace(**{name: value for name, value in settings.items() if name != "rules"})


def tables(
    paths: Sequence[str], settings: Mapping[str, Any], reuse: Reuse | None = None, *, absent: Sequence[str] = ()
) -> tuple[Tables, Workspace, datetime.date | None]:
    """The rows of all tables but `updates`, the workspace they come from, and the last day on which they hold.

    `absent` are files that a partial clone lacks. Raises what `vmlint.check` raises.
    """
    workspace = Workspace.open(RunRequest.of(paths, configuration(paths, settings)))
    reuse = reuse or Reuse()
    snapshot = workspace.snapshot(reuse)
    report = report_of(analyse(snapshot, reuse))
    lacking = [Skipped(file, 0, "the clone is partial and lacks this file") for file in absent]
    report = report._replace(skipped=(*report.skipped, *lacking))
    return rows(snapshot, report), workspace, valid_until(report)


def valid_until(report: Report) -> datetime.date | None:
    """The last day of the suppression that ends first; None where none ends. After it the same files may give other
    findings."""
    today = datetime.date.today()
    ends = (suppression.mark.until for suppression in report.suppressions)
    return min((end for end in ends if end is not None and end >= today), default=None)


def rows(snapshot: Snapshot, report: Report) -> Tables:
    """The rows of a report and of what it is about."""
    objects = list(object_rows(snapshot))
    return {
        "repositories": [_repository(snapshot, report)],
        "objects": objects,
        "references": list(reference_rows(snapshot)),
        "findings": list(_findings(report.findings, {rule.id: rule.family for rule in report.rules})),
        "undecided": list(_undecided(report)),
    }


def _repository(snapshot: Snapshot, report: Report) -> Row:
    counts = report.counts
    machines = (
        resource
        for world in snapshot.worlds
        for resource in world.cluster.resources
        if resource.linted and not resource.fragment and isinstance(resource, VirtualMachine)
    )
    return {
        "status": "checked",
        "reason": "",
        "target": snapshot.settings.target_kubevirt or "",
        "version": VERSION,
        "files": counts.files,
        "documents": counts.documents,
        "objects": counts.objects,
        "vms": sum(1 for _ in machines),
        "deployments": len(snapshot.worlds),
        "errors": report.count(Level.ERROR),
        "warnings": report.count(Level.WARNING),
        "notes": report.count(Level.NOTE),
        "suppressed": len(report.suppressed),
        "undecided": len(report.undecided),
        "skipped": len(report.skipped),
        "external": counts.outside,
        "crashes": len(report.crashes),
    }


def _findings(findings: Sequence[Finding], families: Mapping[str, str]) -> Iterator[Row]:
    for finding, mark in zip(findings, fingerprints(findings), strict=True):
        yield {
            "rule": finding.rule,
            "slug": finding.slug,
            "family": families.get(finding.rule, ""),
            "effect": finding.effect.value,
            "level": finding.level.value,
            **(finding.resource or _NOBODY)._asdict(),
            "file": finding.file,
            "line": finding.line,
            "col": finding.column,
            "field": finding.field,
            "message": finding.message,
            "fix": finding.fix,
            "fixable": finding.fixable.value if finding.fixable else None,
            "also": [str(other) for other in finding.also],
            "chain": [step.text for step in finding.chain],
            "fingerprint": mark,
        }


def _undecided(report: Report) -> Iterator[Row]:
    for question in report.undecided:
        place = {"file": question.file, "line": question.line}
        yield {"sort": "question", **(question.resource or _NOBODY)._asdict(), **place, "reason": question.reason}
    for skipped in report.skipped:
        place = {"file": skipped.file, "line": skipped.line}
        yield {"sort": "skipped", **_NOBODY._asdict(), **place, "reason": skipped.reason}
