"""Two states of a repository, compared: what the edit between them does to the running cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import with_objects
from vmlint.graph.links import links
from vmlint.impact.deletions import deleted, moved, replaced
from vmlint.impact.model import Group, Impact, ObjectChange, Verdict
from vmlint.impact.objects import adopted, changed_object, created
from vmlint.impact.pairing import Pair, Side, lost_in_part, pairs
from vmlint.impact.remaining_tools import with_remaining_tools
from vmlint.impact.remains import remains
from vmlint.impact.removal import Pruner
from vmlint.impact.renames import Renames
from vmlint.impact.unapplied import Unapplied
from vmlint.impact.users import Referrers, RepositoryLinks, is_vm
from vmlint.impact.vms import changed_vm, stuck_vm, vm_update
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import PersistentVolumeClaim
from vmlint.record import Record
from vmlint.rule import Effect, Rule
from vmlint.version import VERSION
from vmlint.world.settings import Absence
from vmlint.world.update import VmUpdate

__all__ = ["compare", "ordered"]

_ASSUMED = (
    "The objects in the cluster equal those in the files before the edit, and the guests that their run strategies "
    "start are running.",
    "No volumes were plugged by hand, no migration is running, and no guest already waits for a restart.",
)


def compare(before: Snapshot, after: Snapshot, names: tuple[str, str] = ("before", "after")) -> Impact:
    """What happens to each object when `after` is applied to a cluster that runs `before`."""
    all_rules = after.settings.all_rules()
    after, remaining = with_remaining_tools(before, after)
    unapplied = Unapplied(before, after)
    judge = _Judge(before, Pruner(before, after), unapplied, [rule for rule in all_rules if _may_refuse(rule)])
    found = list(pairs(before, after))
    rest = list(remains(found, after, judge.pruner, unapplied))
    gone = {old.resource.ref: Absence.DELETED for old, new in found if old is not None and new is None}
    for resource in rest:
        gone.pop(resource.ref, None)
    if rest or gone:
        after = with_objects(after, {}, rest, gone)
    judged = list(judge.all(after))
    if held := [one for one in judged if one.is_held]:
        judged = [*held, *judge.without(held, after, judged)]
    merged = ordered([*unapplied.changes(all_rules), *(one.change for one in judged if one.change is not None)])
    return Impact(
        *names,
        changes=merged,
        unchanged=sum(one.change is None for one in judged),
        assumptions=(*_assumptions(merged, after), *remaining, *map(_resumed, judge.pruner.resumed)),
        skipped=after.repository.skipped,
        version=VERSION,
    )


class _Judged(Record):
    """What the edit does to the object of a pair; None for nothing that is reported."""

    pair: Pair
    change: ObjectChange | None
    suspended: bool = False

    @property
    def key(self) -> tuple[str, int] | None:
        """Which object of the files after the edit it is, as one deployment applies it."""
        side = self.pair.after
        return None if side is None else (side.deployment, id(side.resource))

    @property
    def is_held(self) -> bool:
        """Whether the cluster keeps what it has of an object: its tool is suspended, or its edit is refused and others
        may depend on it."""
        if self.pair.after is None:
            return False
        refused = self.change is not None and self.change.verdict is Verdict.REFUSED
        return self.suspended or (refused and not is_vm(self.pair.after.resource))


_Users = tuple[Referrers, Referrers]
"""Who refers to an object before and after an edit."""


class _Judge(Record):
    """Judges each object of a repository before and after an edit."""

    before: Snapshot
    pruner: Pruner
    unapplied: Unapplied
    rules: Sequence[Rule]

    def all(self, after: Snapshot) -> Iterator[_Judged]:
        """What becomes of every object."""
        found = [pair for pair in pairs(self.before, after) if pair.before or not self.pruner.leaves_out(pair.after)]
        edited = {pair.after.resource.ref for pair in found if pair.after and pair.is_edit}
        renames = Renames(found)
        old, new = RepositoryLinks(self.before), RepositoryLinks(after)
        worlds = dict(zip(map(after.relative, after.names), after.worlds, strict=True))
        for pair in found:
            own = worlds.get(self.before.relative(pair.before.deployment)) if pair.before else None
            users = old.of(pair.before and pair.before.world), new.of(pair.after.world if pair.after else own)
            change = self._change(pair, renames, edited, users)
            if change is not None and change.verdict is Verdict.REFUSED and pair.before and pair.after:
                change = replaced(change, pair, self.pruner, self.rules)
            yield self._applied(pair, change)
        for side in lost_in_part(self.before, after):
            if self.pruner.still_applies(side) and not self.unapplied.keeps(side):
                users = old.of(side.world), new.of(worlds.get(self.before.relative(side.deployment)))
                change = deleted(side, *users, self.pruner, None, self.rules, dropped=True)
                yield self._applied(Pair(side, None), change)

    def _applied(self, pair: Pair, change: ObjectChange | None) -> _Judged:
        """A change with what is known of the tool that applies it, or applied it."""
        own = pair.after.deployment if pair.after else ""
        tool = change.deployments[0] if change is not None and change.deployments else own
        suspended = tool == own and self.pruner.suspends(tool) and (pair.is_edit or pair.before is None)
        if change is not None and suspended:
            change = change._replace(suspended=tool)
        elif (
            change is not None and self.pruner.suspends_now(tool) and (pair.after or change.verdict is Verdict.DELETED)
        ):
            note = f"{tool} is suspended by the same edit: this happens only if Flux applies it before"
            change = change._replace(notes=(*change.notes, note))
        return _Judged(pair, change, suspended)

    def _change(self, pair: Pair, renames: Renames, edited: AbstractSet[Ref], users: _Users) -> ObjectChange | None:
        old, side = pair
        if old is None:
            return self._new(side) if side and _matters(side.resource) else None
        if side is None:
            if not old.resource.name or self.unapplied.keeps(old):
                return None
            return deleted(old, *users, self.pruner, renames.of(old.resource), self.rules)
        if old.deployment != side.deployment and self.unapplied.keeps(old):
            return None
        if self.pruner.drops(old, side):
            return deleted(old, *users, self.pruner, None, self.rules, dropped=True)
        if self.pruner.moves(old, side) and (change := moved(old, side, self.pruner)):
            return change
        same = not pair.is_edit
        if work := vm_update(pair):
            if not same or not _same_surroundings(work):
                return changed_vm(work, side.deployments, self.rules)
            uses = not edited.isdisjoint(link.ref for link in links(work.new))
            return stuck_vm(work, side.deployments, self.rules) if uses else None
        return None if same and old.maker is None else changed_object(pair, *users, self.rules)

    def _new(self, side: Side) -> ObjectChange:
        makers = self.before.world.cluster.makers(side.resource.ref)
        if isinstance(side.resource, PersistentVolumeClaim) and makers:
            return adopted(side, makers[0][0])
        return created(side, self.rules)

    def without(self, held: Sequence[_Judged], after: Snapshot, judged: Iterable[_Judged]) -> Iterator[_Judged]:
        """All other objects, in a cluster that keeps what it has of some; with a note where that makes a difference."""
        kept = {id(new.resource): old and old.resource for old, new in (one.pair for one in held) if new is not None}
        known = {one.key: one.change for one in judged}
        earlier = {id(old) for old in kept.values() if old is not None}
        note = _without(held)
        absent = {
            new.resource.ref: Absence.SUSPENDED if suspended else Absence.REFUSED
            for (old, new), _, suspended in held
            if new is not None and old is None
        }
        for one in self.all(with_objects(after, kept, absent=absent)):
            if one.pair.after is not None and id(one.pair.after.resource) in earlier:
                continue
            change = one.change
            if change is not None and one.key is not None and change != known[one.key]:
                change = change._replace(notes=(*change.notes, note))
            yield _Judged(one.pair, change)


def _without(held: Sequence[_Judged]) -> str:
    """A note about objects that are judged with what the cluster keeps."""
    why = {
        "because the cluster refuses that part of the edit": [one for one in held if not one.suspended],
        "because a tool is suspended": [one for one in held if one.suspended],
    }
    notes = [f"{_kept(some)}, {reason}" for reason, some in why.items() if some]
    return f"judged {', and '.join(notes)}"


def _kept(held: Iterable[_Judged]) -> str:
    edited: list[str] = []
    new: list[str] = []
    for old, side in (one.pair for one in held):
        if side is not None:
            (edited if old else new).append(f"{side.resource.ref.kind} `{side.resource.ref.short}`")
    parts = [f"with the old {', '.join(edited)}"] * bool(edited) + [f"without the new {', '.join(new)}"] * bool(new)
    return " and ".join(parts)


def _resumed(tool: str) -> str:
    return f"{tool} is resumed: what the files gained since it was suspended is applied too, and is not compared."


def ordered(changes: Iterable[ObjectChange]) -> tuple[ObjectChange, ...]:
    """The changes, the worst first; what is the same in several deployments is one."""
    rank = {group: number for number, group in enumerate(Group)}
    merged = _merged(changes)
    return tuple(
        sorted(merged, key=lambda change: (rank[change.group], not change.is_vm, change.resource, change.message))
    )


def _may_refuse(rule: Rule) -> bool:
    return rule.meta.effect in (Effect.REJECTED, Effect.STUCK) or rule.meta.refuses_updates


def _matters(resource: Resource) -> bool:
    """Whether the creation or deletion of an object is reported: those of KubeVirt and CDI, and claims."""
    return resource.kind.group.endswith("kubevirt.io") or isinstance(resource, PersistentVolumeClaim)


def _same_surroundings(work: VmUpdate) -> bool:
    """Whether a VM that is as it was has the same KubeVirt object, instancetype and preference."""
    before, after = work.worlds
    if before.kubevirt != after.kubevirt:
        return False
    for matcher in Matcher:
        matches = before.vms.match(work.old, matcher), after.vms.match(work.new, matcher)
        was, now = (match and match.object for match in matches)
        if was != now:
            return False
    return True


def _merged(changes: Iterable[ObjectChange]) -> Iterator[ObjectChange]:
    """What is the same in several deployments is told once."""
    known: dict[object, ObjectChange] = {}
    for change in changes:
        key = change._replace(deployments=())
        earlier = known.get(key)
        known[key] = (
            change if earlier is None else earlier._replace(deployments=(*earlier.deployments, *change.deployments))
        )
    yield from known.values()


def _assumptions(changes: Sequence[ObjectChange], after: Snapshot) -> Iterator[str]:
    if not any(change.is_vm for change in changes):
        return
    yield from _ASSUMED
    if any(world.kubevirt is None for world in after.worlds) and after.settings.closed_world is not True:
        yield "No KubeVirt object is in the files: the release's defaults for rollouts and live updates apply."
