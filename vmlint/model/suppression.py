"""What a suppression is: where somebody wrote that a rule is not to speak, and what became of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmlint.model.resource import Place, Spot
from vmlint.record import Codes, Record, by_identity

if TYPE_CHECKING:
    import datetime

__all__ = ["ANNOTATION", "Mark", "Source", "Suppression", "SuppressionState"]

ANNOTATION = "vmlint.dev/ignore"
"""The annotation of an object that names the rules which are silent about it."""


class Source(Codes):
    """Where a suppression is written."""

    COMMENT = "comment"
    FILE = "file comment"
    ANNOTATION = "annotation"
    CONFIGURATION = "configuration"
    BASELINE = "baseline"

    @property
    def in_manifest(self) -> bool:
        """Whether the suppression is written in a manifest, not in the configuration or a baseline."""
        return self in (Source.COMMENT, Source.FILE, Source.ANNOTATION)


class SuppressionState(Codes):
    """Whether a run needed a suppression. OPEN: unknown, as a rule did not run or could not decide."""

    USED = "used"
    UNUSED = "unused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    MISPLACED = "misplaced"
    OPEN = "open"


@by_identity
class Mark(Record):
    """One comment, one annotation, or one entry of `ignores:`, with the names of rules in it.

    `below` is the line under a comment that has its line to itself, else 0. `until` is the last day on which the mark
    holds. `problem` is why it can't be read; `astray` is one that nobody reads at its place.
    """

    source: Source
    place: Place | Spot
    names: tuple[str, ...] = ()
    reason: str = ""
    below: int = 0
    until: datetime.date | None = None
    object: str = ""
    path: str = ""
    problem: str = ""
    astray: bool = False


@by_identity
class Suppression(Record):
    """One name of a mark, and what became of it. `detail` is the rest of a sentence with the reason.

    `name` is "" where the mark holds none that can be read.
    """

    mark: Mark
    name: str
    state: SuppressionState
    detail: str = ""
