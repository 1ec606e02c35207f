"""Findings of several deployments that are one fault: a base is applied once for each overlay.

What differs in level or effect stays apart: it was decided for each deployment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vmlint.findings.finding import Finding, ObjectId, Suppressed

__all__ = ["merged", "merged_suppressed", "own_message"]

_MOST_NAMED = 5
"""The most other objects that a message names; the finding has all."""


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, of which equal ones are one that names the other objects."""
    return tuple(_with_others(finding, others) for finding, others in _grouped(findings, lambda finding: finding, ()))


def merged_suppressed(suppressed: Sequence[Suppressed]) -> tuple[Suppressed, ...]:
    """The same of findings that are suppressed, by one mark."""
    groups = _grouped(suppressed, lambda one: one.finding, ("source", "reason", "file", "line"))
    return tuple(one._replace(finding=_with_others(one.finding, others)) for one, others in groups)


def _grouped(items: Iterable[Any], finding_of: Any, fields: Sequence[str]) -> list[tuple[Any, list[ObjectId]]]:
    """The first of each group of equal items, with the objects of the others."""
    groups: dict[object, tuple[Any, list[ObjectId]]] = {}
    numbers: dict[object, int] = {}
    seen: set[object] = set()
    for item in items:
        finding: Finding = finding_of(item)
        mark = tuple(getattr(item, field) for field in fields)
        whole = (finding.resource, finding.message, *_place(finding), mark)
        if whole in seen:
            continue  # two deployments apply the same object
        seen.add(whole)
        own = (finding.resource, *_place(finding), mark)
        number = numbers[own] = numbers.get(own, -1) + 1
        first, others = groups.setdefault((*_place(finding), mark, number), (item, []))
        if first is not item and finding.resource is not None:
            others.append(finding.resource)
    return list(groups.values())


def _place(finding: Finding) -> tuple[object, ...]:
    """What equal findings share. Messages may differ in the names of objects."""
    where = (finding.file, finding.line, finding.column, finding.end_line, finding.end_column, finding.field)
    kind = finding.resource.kind if finding.resource else ""
    return finding.rule, finding.effect, finding.level, kind, *where


def _with_others(finding: Finding, others: Sequence[ObjectId]) -> Finding:
    if not others:
        return finding
    message = finding.message if finding.message.endswith((".", "?", "!")) else f"{finding.message}."
    return finding._replace(message=f"{message}{_also_in(others)}", also=tuple(others))


def _also_in(others: Sequence[ObjectId]) -> str:
    named = ", ".join(f"`{other.namespace}/{other.name}`".replace("`/", "`") for other in others[:_MOST_NAMED])
    more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    return f" Also in {named}{more}."


def own_message(finding: Finding) -> str:
    """The message of a finding without the sentence that names the objects of other deployments."""
    return finding.message.removesuffix(_also_in(finding.also)) if finding.also else finding.message
