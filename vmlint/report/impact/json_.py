"""An impact for programs: the names and values of `vmlint.Impact`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from vmlint.impact.model import Impact, ObjectChange
from vmlint.report.json_ import object_of
from vmlint.report.untrusted import json_text

__all__ = ["render"]


def render(impact: Impact) -> str:
    """The impact as one JSON object: version, what was compared, summary, changes, assumptions, skipped."""
    return json_text(
        {
            "version": impact.version,
            "before": impact.before,
            "after": impact.after,
            "summary": {
                **Counter(change.group for change in impact.changes),
                "unchanged": impact.unchanged,
            },
            "changes": [_change(change) for change in impact.changes],
            "assumptions": list(impact.assumptions),
            "skipped": [skipped._asdict() for skipped in impact.skipped],
        }
    )


def _change(change: ObjectChange) -> dict[str, Any]:
    return {
        "resource": object_of(change.resource),
        "verdict": change.verdict.value,
        "group": change.group,
        "message": change.message,
        "fix": change.fix,
        "fields": list(change.fields),
        "live": [
            {
                "path": one.path,
                "what": one.what,
                "before": one.before,
                "after": one.after,
                "byMigration": one.by_migration,
            }
            for one in change.live
        ],
        "nextStart": change.next_start,
        "waiting": list(change.waiting),
        "run": change.run,
        "dataLoss": list(change.data_loss),
        "neverStarts": change.never_starts,
        "controllerError": change.controller_error,
        "values": [value._asdict() for value in change.values],
        "notes": list(change.notes),
        "chain": [step._asdict() for step in change.chain],
        "file": change.file,
        "line": change.line,
        "deployments": list(change.deployments),
        "suspended": change.suspended,
    }
