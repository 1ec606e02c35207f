"""A report as text and back: the rows that a cache entry holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vmlint.cache.shape import fits
from vmlint.findings.finding import (
    Counts,
    FileFix,
    Finding,
    KindCount,
    ObjectId,
    Report,
    Skipped,
    Stale,
    Step,
    Suppressed,
    Undecided,
)
from vmlint.model.effect import Effect, Level
from vmlint.model.suppression import Source
from vmlint.rule import Fix, Rule
from vmlint.source.edit import Edit, Move, Put, Quote, Remove

__all__ = ["MALFORMED", "finding_of", "packed", "row_of", "undecided_of", "unpacked"]

MALFORMED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, MemoryError)
"""What reading an entry raises that is none: one that another program made, or that was made to do harm."""


def packed(report: Report) -> bytes:
    """The report with the numbers of its rules, and without `suppressions`."""
    stored = {
        "version": report.version,
        "findings": [row_of(finding) for finding in report.findings],
        "skipped": report.skipped,
        "undecided": report.undecided,
        "counts": report.counts,
        "suppressed": [[row_of(one.finding), *one[1:]] for one in report.suppressed],
        "stale": report.stale,
        "baseline": report.baseline,
        "rules": [rule.id for rule in report.rules],
    }
    return json.dumps(stored, separators=(",", ":")).encode("ascii")


def unpacked(text: bytes, rules: Iterable[Rule]) -> Report | None:
    """The report of an entry, None where the entry is none. `rules` are all that there are."""
    by_id = {rule.id: rule for rule in rules}
    try:
        stored = json.loads(text)
        report = Report(
            version=stored["version"],
            findings=tuple(finding_of(row) for row in stored["findings"]),
            skipped=tuple(Skipped(*row) for row in stored["skipped"]),
            undecided=tuple(undecided_of(row) for row in stored["undecided"]),
            counts=_counts(stored["counts"]),
            rules=tuple(by_id[id] for id in stored["rules"]),
            suppressed=tuple(
                Suppressed(finding_of(row), Source(source), reason, file, line)
                for row, source, reason, file, line in stored["suppressed"]
            ),
            stale=tuple(Stale(*row) for row in stored["stale"]),
            baseline=stored["baseline"],
        )
        for one in (report.counts, *report.findings, *report.skipped, *report.undecided, *report.stale):
            fits(one)
        for suppressed in report.suppressed:
            fits(suppressed)
    except MALFORMED:
        return None
    return report if isinstance(report.version, str) and isinstance(report.baseline, str) else None


def _counts(row: Sequence[Any]) -> Counts:
    *numbers, kinds = row
    return Counts(*numbers)._replace(kinds=tuple(KindCount(*kind) for kind in kinds))


def row_of(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in Finding._fields} | {"file_fix": _file_fix_row(finding.file_fix)}


def finding_of(row: Mapping[str, Any]) -> Finding:
    return Finding(
        **{
            **row,
            "effect": Effect(row["effect"]),
            "level": Level(row["level"]),
            "resource": _object(row["resource"]),
            "also": tuple(ObjectId(*other) for other in row["also"]),
            "chain": tuple(Step(*step) for step in row["chain"]),
            "file_fix": _file_fix(row["file_fix"]),
        }
    )


def undecided_of(row: Sequence[Any]) -> Undecided:
    file, line, resource, reason = row
    return Undecided(file, line, _object(resource), reason)


def _file_fix_row(file_fix: FileFix | None) -> list[Any] | None:
    """The file_fix with the name of each edit before its fields."""
    if file_fix is None:
        return None
    return [
        file_fix.file,
        file_fix.document,
        [(type(edit).__name__, *edit) for edit in file_fix.edits],
        file_fix.how,
        file_fix.obstacle,
    ]


def _file_fix(row: Sequence[Any] | None) -> FileFix | None:
    if row is None:
        return None
    file, document, edits, how, obstacle = row
    return FileFix(file, document, tuple(_edit(*edit) for edit in edits), Fix(how), obstacle)


def _edit(name: str, path: Sequence[str | int], *rest: Any) -> Edit:
    match name:
        case "Put":
            return Put(tuple(path), *rest)
        case "Move":
            (to,) = rest
            return Move(tuple(path), tuple(to))
        case "Remove":
            return Remove(tuple(path), *rest)
        case "Quote":
            return Quote(tuple(path), *rest)
    raise ValueError(f"no edit is called `{name}`")


def _object(row: Sequence[str] | None) -> ObjectId | None:
    return None if row is None else ObjectId(*row)
