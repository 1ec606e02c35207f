"""Findings that one change fixes: a Secret that is missing for a hundred VMs is one fault with a hundred places.

Reports for people show such findings together; formats for programs have each of them by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from vmlint.findings.finding import Finding
from vmlint.findings.merging import own_message
from vmlint.record import Record
from vmlint.report.wording import sentence

__all__ = ["Bundle", "about", "bundles"]

_INDEX = re.compile(r"\[[^]]*\]")

_SEGMENTS = 2
"""How many names at the end of a field's path tell whether two texts are about the same field."""


class Bundle(Record):
    """The first of some findings with the same cause, and the others in the order of the report."""

    first: Finding
    others: tuple[Finding, ...] = ()


def bundles(findings: Iterable[Finding]) -> list[Bundle]:
    """The findings, of which those with the same cause are one bundle, at the place of its first."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_cause(finding), []).append(finding)
    return [Bundle(first, tuple(others)) for first, *others in groups.values()]


def _cause(finding: Finding) -> tuple[object, ...]:
    """What findings with the same cause share: all that a report says of them, but not the object and the place."""
    field = tuple(_INDEX.sub("", finding.field).split(".")[-_SEGMENTS:])
    end = tuple(step.text for step in finding.chain[-1:])
    message = sentence(own_message(finding))
    return finding.rule, finding.level, finding.effect, message, finding.fix, finding.fixable, field, end


def about(finding: Finding) -> str:
    """The objects of a finding: `VirtualMachine dev/web and prod/web`, "" for a finding of a whole document."""
    if finding.resource is None:
        return ""
    if len(finding.also) > 1:
        return f"{finding.resource} and {len(finding.also)} more"
    return " and ".join([str(finding.resource), *(str(other).partition(" ")[2] for other in finding.also)])
