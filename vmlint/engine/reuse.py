"""Work of a run that need not be done here and now: other processes do it, or an earlier run has done it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vmlint.engine.files import NOTHING, KnownFiles
from vmlint.engine.silent import Ends
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.findings.finding import Finding, Undecided
from vmlint.model.crash import Crash
from vmlint.model.resource import Written
from vmlint.record import Record
from vmlint.rule import Doubt, Fault, Rule

__all__ = ["NO_FINDING", "Judged", "Reuse"]


class Judged(Record):
    """What the rules have found in one subject: the faults that are shown, how many are not, the questions, and where a
    rule failed. `complete` says that everything is there that the subject names. Others who have found the faults give
    the findings too, one for each, and may give the ends of the references. An earlier run gives the questions as
    reports show them too, each with the place of its field in a document."""

    faults: Sequence[tuple[Rule, Fault]] = ()
    truncated: Sequence[tuple[Rule, Fault, int, int]] = ()
    doubts: Sequence[tuple[Rule, Doubt]] = ()
    crashes: Sequence[Crash] = ()
    complete: bool = True
    findings: Sequence[Finding] = ()
    ends: Ends | None = None
    undecided: Sequence[tuple[Written, Undecided]] = ()


NO_FINDING = Judged()


class Reuse:
    """What others know of a run. This one knows nothing: all work is done here.

    A report is the same whichever of these is at work. Only `engine`, `parallel` and `cache` know of them.
    """

    files: KnownFiles = NOTHING
    """What is known of linted files before they are decoded."""

    def __init__(self, files: KnownFiles = NOTHING) -> None:
        self.files = files

    def silent(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Ends]:
        """The subjects, by their numbers in the list, that are known to be without findings and questions."""
        return {}

    def judged(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Judged]:
        """What is known to be found in subjects, by their numbers in the list, with findings and without."""
        return {}

    keeps = False
    """Whether the analysis keeps what it finds in each subject, for a later one."""

    def portions(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Iterator[Sequence[int]]:
        """The subjects that this process judges, by their numbers in the list, portion after portion: those that nobody
        else has taken meanwhile."""
        yield range(len(subjects))

    def results(self, *, wait: bool) -> Iterator[tuple[int, Mapping[int, tuple[Judged, Ends]]]]:
        """How many subjects the others have judged since the last call, and what they found in those of which they can
        tell, with the ends of their references; the rest is judged here too. With `wait`, all until the others have
        finished."""
        return iter(())

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether what the others told is what this process would have found; after the analysis."""
        return True
