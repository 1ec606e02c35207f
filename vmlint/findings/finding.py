"""What a run reports: findings with their places in the files, and what was not linted, with the reason."""

from __future__ import annotations

from vmlint.model.crash import Crash
from vmlint.model.suppression import Source, Suppression
from vmlint.record import Record
from vmlint.rule import Effect, Fix, Level, Rule
from vmlint.source.document import Skipped
from vmlint.source.edit import Edit

__all__ = [
    "Changed",
    "Counts",
    "FileFix",
    "Finding",
    "KindCount",
    "ObjectId",
    "OpenReference",
    "Report",
    "Skipped",
    "Stale",
    "Step",
    "Suppressed",
    "Undecided",
]


class ObjectId(Record):
    """The object that a finding hangs on; `namespace` is "" for a cluster-wide object."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class Step(Record):
    """One hop of a chain. `file` is "" and `line` 0 where the hop is written nowhere (an object outside, a default)."""

    text: str
    file: str
    line: int


class FileFix(Record):
    """The edits that fix a finding: of the document with that index in a file, with paths from its root.

    `obstacle` is why they can't be made in the files, as a clause; "" where nothing is known to stand against it.
    """

    file: str
    document: int
    edits: tuple[Edit, ...]
    how: Fix
    obstacle: str = ""


class Finding(Record):
    """One fault of one object. Lines and columns count from 1; the end column is one past the last character.

    `field` is the path as KubeVirt writes it, "" for a fault of a whole document. `also` are the objects of other
    deployments that have the same fault at the same place: a base is applied once for each overlay. `excerpt` is the
    text of the finding's first line. `file` is relative to the working directory, with `/`. `file_fix` is None where no
    edit is known.
    """

    rule: str
    slug: str
    effect: Effect
    level: Level
    resource: ObjectId | None
    field: str
    message: str
    fix: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    chain: tuple[Step, ...] = ()
    excerpt: str = ""
    file_fix: FileFix | None = None
    also: tuple[ObjectId, ...] = ()

    def __hash__(self) -> int:
        """Without the file_fix: an edit may put a mapping, which has no hash."""
        return hash((*self.order, self.effect, self.level, self.resource, self.also))

    @property
    def fixable(self) -> Fix | None:
        """How sure the fix is that vmlint can make itself, None where it makes none."""
        return self.file_fix.how if self.file_fix and not self.file_fix.obstacle else None

    @property
    def order(self) -> tuple[object, ...]:
        """The order of a report: file, line, column, rule; the rest makes it total."""
        return (self.file, self.line, self.column, self.rule, self.field, self.message)


class Undecided(Record):
    """A question that the files don't answer: what was asked of which object, and why there is no answer."""

    file: str
    line: int
    resource: ObjectId | None
    reason: str


class OpenReference(Record):
    """A reference to an object outside the repository, or one that holds a variable: to which kind and name, why it is
    not followed, and where it is written."""

    kind: str
    name: str
    reason: str
    file: str
    line: int


class Suppressed(Record):
    """A finding that somebody does not want to see: who suppresses it, where, and why.

    `file` is "" and `line` 0 where that is written in no file.
    """

    finding: Finding
    source: Source
    reason: str
    file: str
    line: int


class Stale(Record):
    """Findings that a baseline still counts and that are fixed: of which rule and field, on what, and how many."""

    rule: str
    about: str
    field: str
    number: int


class Changed(Record):
    """What a change touches, where a run reports no more than that.

    `since` is the revision as it was asked for, and `commit` the id of the commit that was compared with ("" where
    there is none yet). `objects` counts the touched ones, `hidden` the findings elsewhere. `everything` names a file
    of settings that differs, and for which all is reported; "" for none.
    """

    since: str
    commit: str
    objects: int
    hidden: int
    everything: str = ""


class KindCount(Record):
    """A kind of objects, and how many objects are of that kind."""

    kind: str
    number: int


class Counts(Record):
    """How much was read. `outside` counts references to objects elsewhere, `unknown` those that hold a variable.

    `kinds` has each kind of the objects with its number, in alphabetical order.
    """

    files: int = 0
    documents: int = 0
    objects: int = 0
    irrelevant: int = 0
    outside: int = 0
    unknown: int = 0
    kinds: tuple[KindCount, ...] = ()


class Report(Record):
    """The result of a run, in a fixed order. `rules` are the rules that ran, for formats that describe them.

    `suppressions` are those that the files hold, with what became of them. `baseline` is the file of known findings
    that held; "" for none. `changed` is None where everything is reported. `crashes` are where vmlint itself failed.
    `references` are the external references and those with a variable that `counts` counts, where they were asked for.
    `strict` means that the run fails for what was not decided, too. `stopped` tells of a run that was stopped how much
    the rules looked at, of how much; it is None for a whole one.
    """

    version: str
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    references: tuple[OpenReference, ...] = ()
    counts: Counts = Counts()
    rules: tuple[Rule, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    stale: tuple[Stale, ...] = ()
    baseline: str = ""
    changed: Changed | None = None
    crashes: tuple[Crash, ...] = ()
    stopped: tuple[int, int] | None = None
    strict: bool = False

    @property
    def unanswered(self) -> int:
        """How much a strict run does not let pass: what was skipped or undecided, and external references."""
        return len(self.skipped) + len(self.undecided) + self.counts.outside + self.counts.unknown

    def at_least(self, level: Level) -> int:
        """How many findings are of that level or above."""
        return sum(finding.level.weight >= level.weight for finding in self.findings)

    def count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)
