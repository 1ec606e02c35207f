"""What an edit does to the running cluster, as values that reports show."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.findings.finding import ObjectId, Skipped, Step
from vmlint.record import Codes, Record

__all__ = ["Group", "Impact", "LiveChange", "ObjectChange", "ValueChange", "Verdict"]


_VM = ("kubevirt.io", "VirtualMachine")


class Verdict(Codes):
    """What becomes of an object that an edit touches, the gravest first."""

    DELETED = "deleted"
    REFUSED = "refused"
    """The cluster refuses the new object, and nothing changes."""
    RESTART = "restart"
    """The guest has to be restarted before it has all of the change."""
    UNDECIDED = "undecided"
    """The files don't show what becomes of the guest."""
    LIVE = "live"
    """The running guest is changed at once."""
    CREATED = "created"
    NOTHING = "nothing"
    """Nothing that runs changes, and nobody is asked to restart anything."""


class Group(Codes):
    """The heading under which a report lists a change, the worst first."""

    DATA_LOSS = "data loss"
    REFUSED = "refused"
    TROUBLE = "trouble"
    DELETED = "deleted"
    RESTART = "restart"
    UNDECIDED = "undecided"
    RUN = "run"
    LIVE = "live"
    NEXT_START = "next start"
    SUSPENDED = "suspended"
    FINDING = "finding"
    DEFAULT = "default"
    DEPRECATED = "deprecated"
    CREATED = "created"
    NOTHING = "nothing"
    RESOLVED = "resolved"


class LiveChange(Record):
    """A change that is made at once: its path in the VirtualMachineInstance, what is done, and the values as texts.

    `by_migration` means that a live migration brings it into the guest.
    """

    path: str
    what: str
    before: str
    after: str
    by_migration: bool = False

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


class ValueChange(Record):
    """An effective value before and after, "" where there is none, and who gives it where that is not the VM."""

    path: str
    before: str
    after: str
    giver: str = ""

    def __str__(self) -> str:
        by = f" ({self.giver})" if self.giver else ""
        return f"{self.path}: {self.before or 'unset'} → {self.after or 'unset'}{by}"


class ObjectChange(Record):
    """What an edit does to one object.

    `fields` are the paths that decide the verdict: of a refusal those at fault, of a restart those that wait for it, in
    the VM with instancetype and preference applied. `live` is what changes at once. `next_start` means that a guest
    which is started afresh would differ from the one that runs, in `waiting`. `run` is `starts` or `stops` where the
    edit does that to the guest at once, or `restarts` for those of a pool, else None. `data_loss` are the claims that
    disappear with the object. `never_starts` is why a guest could not be started any more, `controller_error` why the
    controller fails on the object without end; both are mostly "". `notes` are what else a reader should know. `file`
    and `line` are where the edit is written, `deployments` the names of what applies the object. `suspended` is the
    tool that applies it, where that is suspended: nothing happens before it is resumed.
    """

    resource: ObjectId
    verdict: Verdict
    message: str
    fields: tuple[str, ...] = ()
    live: tuple[LiveChange, ...] = ()
    next_start: bool = False
    waiting: tuple[str, ...] = ()
    run: str | None = None
    data_loss: tuple[str, ...] = ()
    never_starts: str = ""
    controller_error: str = ""
    values: tuple[ValueChange, ...] = ()
    fix: str = ""
    notes: tuple[str, ...] = ()
    chain: tuple[Step, ...] = ()
    file: str = ""
    line: int = 0
    deployments: tuple[str, ...] = ()
    suspended: str = ""
    topic: Group | None = None
    """The heading under which a comparison of releases lists the change, where that is not its verdict's."""

    @property
    def is_vm(self) -> bool:
        """Whether the object is a VirtualMachine."""
        return (self.resource.api_version.partition("/")[0], self.resource.kind) == _VM

    @property
    def group(self) -> Group:
        """The heading under which a report lists the change."""
        if self.topic is not None:
            return self.topic
        if self.suspended:
            return Group.SUSPENDED
        if self.data_loss:
            return Group.DATA_LOSS
        if self.never_starts or self.controller_error:
            return Group.TROUBLE
        if self.verdict is Verdict.NOTHING and self.run:
            return Group.RUN
        return Group.NEXT_START if self.verdict is Verdict.NOTHING and self.next_start else Group(self.verdict)


class Impact(Record):
    """What an edit does to the running cluster: each object that it touches, the worst first.

    `before` and `after` name what was compared. `unchanged` counts the objects that are as they were. `assumptions`
    are what only the cluster knows.
    """

    before: str
    after: str
    changes: tuple[ObjectChange, ...] = ()
    unchanged: int = 0
    assumptions: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    version: str = ""

    def of(self, *groups: str) -> Iterator[ObjectChange]:
        """The changes of some groups, in order."""
        yield from (change for change in self.changes if change.group in groups)
