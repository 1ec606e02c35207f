"""What a run came to: its report, with the parts that the report was made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vmlint.engine.run import Ran, Subject
from vmlint.engine.workspace import Opened
from vmlint.findings.finding import Report

__all__ = ["Judged"]


class Judged(NamedTuple):
    """A report, and what it was made of."""

    report: Report
    opened: Opened
    subjects: Sequence[tuple[int, Subject]]
    ran: Ran
