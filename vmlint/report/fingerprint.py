"""What a finding is known by from run to run, whichever lines it moves to."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from vmlint.findings.finding import Finding, ObjectId

__all__ = ["fingerprints"]


def fingerprints(findings: Sequence[Finding]) -> Iterator[str]:
    """A mark for each finding that stays the same when lines move: of the rule, the object and the field.

    Findings that agree in all three are numbered in their order, so that no two of a report have the same mark.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        about = _identity(finding.resource) if finding.resource else ["", finding.file]
        parts = json.dumps([finding.rule, *about, finding.field])
        mark = hashlib.sha256(parts.encode("ascii")).hexdigest()[:32]
        seen[mark] += 1
        yield f"{mark}:{seen[mark]}"


def _identity(resource: ObjectId) -> list[str]:
    """The object whatever its API version: group, kind, namespace, name."""
    return [resource.api_version.rpartition("/")[0], resource.kind, resource.namespace, resource.name]
