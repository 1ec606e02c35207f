"""What an edit does to one VM: the semantics of `kubevirt/update` meet the VMs of two worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vmlint.cdi.render import Rendered
from vmlint.graph.resolution import State
from vmlint.kubevirt.admission import Owner, View, check
from vmlint.kubevirt.matching import MatchOutcome
from vmlint.kubevirt.migration import Blocker, migratability
from vmlint.kubevirt.update.controller import (
    Cluster,
    Migratable,
    Stored,
    Synced,
    admit,
    create,
    fresh_guest,
    runs_at_once,
    sync,
)
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Failure, UpdateReason
from vmlint.kubevirt.update.revisions import Content, Gap, content_of
from vmlint.kubevirt.update.rollout import Rollout
from vmlint.kubevirt.update.volumes import Claim, claim_of
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.schema.merge import three_way_merge
from vmlint.source.clone import clone
from vmlint.world import World
from vmlint.world.disks import Disk, Written

__all__ = ["Refused", "Updated", "VmUpdate", "update"]

_VMI: Path = ("spec", "template", "spec")
_IMMEDIATE = "kubevirt.io/immediate-data-volume-creation"
_RESOURCES = {"cpu": ("domain", "cpu", "sockets"), "memory": ("domain", "memory", "guest")}
_NAMING = tuple(
    f"kubevirt.io/{scope}{noun}-name" for scope in ("", "cluster-") for noun in ("instancetype", "preference")
)


class Refused(Record):
    """One reason why an update is refused: the field, what is wrong, what to do, and the rule that knows it."""

    path: Path
    message: str
    fix: str = ""
    rule: str = ""


Refuse = Callable[[VirtualMachine], Iterable[Refused]]
"""Asked with the VM as it would be stored: why that is refused."""


class Updated(Record):
    """What an edit does to a VM.

    `refused` are the reasons why the VM is not updated at all. `waiting` are the paths in which a guest that is started
    afresh would differ from the one that runs, and `never_starts` is the reason why none could be: the refusal of its
    VirtualMachineInstance, or a text; "" where one could.
    """

    before: Stored
    after: Stored
    running: bool
    stays: bool
    synced: Synced
    waiting: tuple[Path, ...] = ()
    refused: tuple[Refused, ...] = ()
    never_starts: Refusal | str = ""
    old_guest: Guest | None = None
    new_guest: Guest | None = None
    migratable: bool | None = None
    unknown: tuple[Matcher, ...] = ()
    """The matchers of which the files don't say what they give before or after, so that nobody can compare."""
    admitted: VirtualMachine | None = None
    """The VM as the edit leaves it in the cluster, None where it was not edited."""


class VmUpdate:
    """A VM before and after an edit, each in its world. `old` is `new` where only something else was edited."""

    def __init__(self, old: VirtualMachine, new: VirtualMachine, before: World, after: World) -> None:
        self.old = old
        self.new = new
        self.worlds = before, after

    def with_data(self, data: Mapping[str, Any]) -> VirtualMachine:
        """The VM with other data."""
        new = self.new
        made = type(new)(new.kind, new.ref, dict(data), new.document, prefix=new.prefix, parts=new.parts)
        for world in self.worlds:  # which know objects by their identity
            world.memo.keep(made)
        return made

    def cluster(self, world: World, *, runs: bool = False) -> Cluster:
        """What an update depends on in the cluster: KubeVirt's settings, the release, and the claims. `runs` is whether
        the guest of the old VM runs."""
        kubevirt, release = world.kubevirt, world.settings.release

        def claim(name: str) -> Claim:
            return self._claim(name)

        return Cluster(
            inputs=world.vms.vm_inputs,
            rollout=Rollout.of(kubevirt, release),
            look=lambda matcher, field: self._look(world, matcher, field),
            claim=claim,
            migratable=lambda guest: _migratable(guest, claim, world),
            data_volumes=lambda vm: self._data_volumes(vm, world, runs=runs),
        )

    def _data_volumes(self, vm: Mapping[str, Any], world: World, *, runs: bool) -> Failure | None:
        """The first template whose DataVolume is refused or, unless the VM is halted, never becomes ready. The
        DataVolumes of a guest that runs are there."""
        storage, spec = world.storage, mapping(vm, "spec")
        if runs and get(vm, "metadata", "annotations", _IMMEDIATE) == "false":
            return None
        there = {name for _, name, _ in self.old.templates()} if runs else set()
        disks = [
            disk
            for disk in storage.disks(self.new)
            if disk.form is Written.TEMPLATE
            and disk.name not in there
            and disk.ref is not None
            and len(storage.owners(disk.ref)) == 1
        ]
        for disk in disks:
            if storage.is_refused(disk):
                return Failure(UpdateReason.DATA_VOLUME_REFUSED, disk.path, disk.name)
        if text(spec, "runStrategy") == "Halted" or spec.get("running") is False:
            return None
        pending = (disk for disk in disks if not isinstance(storage.outline(disk), Rendered))
        first = next(pending, None)
        return Failure(UpdateReason.DATA_VOLUME_PENDING, first.path, first.name) if first is not None else None

    def _look(self, world: World, matcher: Matcher, field: Mapping[str, Any]) -> Content:
        asking = self.with_data({"metadata": self.new.data.get("metadata"), "spec": {matcher.noun: dict(field)}})
        found = world.vms.match(asking, matcher)
        if found is None or found.outcome is MatchOutcome.REFUSED:
            return Gap.UNKNOWN
        if found.object is not None:
            return found.object
        if (
            found.outcome is MatchOutcome.MISSING
            and found.resolution
            and world.settings.is_closed(found.resolution.ref)
        ):
            revision = text(field, "revisionName")
            if revision.startswith(f"{self.old.name}-{text(field, 'name')}-"):
                return Gap.UNKNOWN  # KubeVirt makes copies of such names (GenerateName), and no file has them
            return Gap.REVISION_MISSING if revision else Gap.MISSING
        return Gap.MISSING if found.outcome is MatchOutcome.UNKNOWN_KIND else Gap.UNKNOWN

    def _claim(self, name: str) -> Claim:
        known = Claim(exists=True)
        for world, vm in zip(reversed(self.worlds), (self.new, self.old), strict=True):
            found = world.storage.own_claim(vm, {"persistentVolumeClaim": {"claimName": name}})
            if isinstance(found, Disk):
                return Claim(True, _modes(found, world))
            if found is not None and found.state is State.MISSING and world.settings.is_closed(found.ref):
                known = Claim(exists=False)
        return known


def _migratable(guest: Guest, claim: Callable[[str], Claim], world: World) -> Migratable:
    """Whether a running guest can be migrated, and whether anything but its claims keeps it from that."""
    template = {"metadata": guest.metadata, "spec": guest.spec}
    modes = {index: claim(name).modes for index, volume in each(guest.spec, "volumes") if (name := claim_of(volume))}
    found = migratability(template, modes, world.migration.config)
    others = [
        obstacle
        for obstacle in found.obstacles
        if obstacle.blocker.in_condition and obstacle.blocker is not Blocker.DISK
    ]
    reserved = any(
        get(disk, "lun", "reservation") is True for _, disk in each(guest.spec, "domain", "devices", "disks")
    )
    open_questions = [
        question
        for question in found.questions
        if question.blocker.in_condition and question.blocker is not Blocker.DISK
    ]
    return Migratable(found.condition, False if others or reserved else None if open_questions else True)


def _modes(disk: Disk, world: World) -> tuple[str, ...] | None:
    outcome = world.storage.outline(disk)
    if not isinstance(outcome, Rendered) or any(field == "accessModes" for field, _ in outcome.undecided):
        return None
    modes = outcome.spec.get("accessModes")
    if not isinstance(modes, list) or any(not isinstance(mode, str) or is_unknown(mode) for mode in modes):
        return None
    return tuple(modes) or None


def update(pair: VmUpdate, refuse: Refuse | None = None) -> Updated:
    """What an edit does to a VM that was created, and started, as it was before.

    `refuse` is why the cluster refuses the new VM; without it, nothing does.
    """
    before, after = pair.worlds
    old_cluster = pair.cluster(before)
    manifest = {**pair.old.data, "spec": before.vms.inferred(pair.old)}
    stored, guest, running = create(manifest, old_cluster, before.vms.source_architecture(pair.old))
    new_cluster = pair.cluster(after, runs=running)
    was = Stored(clone(stored.data), dict(stored.revisions), stored.started_with)
    migratable_before = old_cluster.migratable(guest).live
    admitted = None
    if pair.old.data != pair.new.data:
        merged = three_way_merge(stored.data, pair.old.data, pair.new.data)
        admitted = pair.with_data(merged)
        _keep_revisions(admitted, stored, new_cluster, after)
        refused = tuple(refuse(admitted)) if refuse else ()
        if refused:
            unchanged = Synced(stored, guest if running else None)
            return Updated(was, was, running, running, unchanged, refused=refused, old_guest=guest, new_guest=guest)
        data = {**admitted.data, "spec": after.vms.inferred(admitted)}
        stored = admit(stored, data, new_cluster, after.vms.source_architecture(admitted))
    stays = runs_at_once(mapping(stored.data, "spec"), running=running)
    if new_cluster.data_volumes(stored.data) is not None:
        stays = running
    synced = sync(stored, guest if running and stays else None, new_cluster)
    reached = synced.guest or guest
    fresh = fresh_guest(synced.stored, new_cluster)
    starts = stays and not running
    waiting = () if starts else tuple(_waiting(reached, fresh, synced))
    never = _never_starts(synced, guest, fresh, pair.worlds)
    return Updated(
        was,
        synced.stored,
        running,
        stays,
        synced,
        waiting,
        never_starts=never,
        old_guest=guest,
        new_guest=fresh,
        migratable=migratable_before,
        unknown=tuple(_unknown(was, synced.stored, old_cluster, new_cluster)),
        admitted=admitted,
    )


def _unknown(before: Stored, after: Stored, old: Cluster, new: Cluster) -> Iterator[Matcher]:
    """The matchers whose content is known on one side alone, or on neither where they differ."""
    for matcher in Matcher:
        contents = []
        for stored, cluster in ((before, old), (after, new)):
            field = get(stored.data, "spec", matcher.noun)
            known = stored.revisions.get(matcher)
            contents.append((content_of(matcher, field, known, cluster.look), field))
        (was, was_field), (now, now_field) = contents
        if Gap.UNKNOWN in (was, now) and (was is not now or was_field != now_field):
            yield matcher


def _keep_revisions(vm: VirtualMachine, stored: Stored, cluster: Cluster, world: World) -> None:
    """Let the world know the stored copies of the VM's instancetype and preference."""
    for matcher in Matcher:
        field = vm.matcher(matcher)
        content = content_of(matcher, field, stored.revisions.get(matcher), cluster.look)
        found = world.vms.match(vm, matcher)
        if found is None or not isinstance(content, dict) or content is found.object:
            continue
        if found.outcome in (MatchOutcome.USED, MatchOutcome.MISSING, MatchOutcome.UNDECIDED):
            world.vms.assume(vm, found._replace(outcome=MatchOutcome.USED, object=content))


def _waiting(guest: Guest, fresh: Guest, synced: Synced) -> Iterator[Path]:
    """Where a fresh guest would differ from the one that runs."""
    raised = {change.path for change in synced.live}
    computed = guest.computed & fresh.computed
    for path in changed_paths(_counted(guest, computed), _counted(fresh, computed)):
        if path[:3] == ("spec", "domain", "resources") and _RESOURCES.get(str(path[-1])) in raised:
            continue
        yield path


def _counted(guest: Guest, computed: frozenset[Path]) -> dict[str, Any]:
    data: dict[str, Any] = clone({"metadata": guest.metadata, "spec": guest.spec})
    for path in computed:
        if isinstance(holder := get(data["spec"], *path[:-1]), dict):
            holder.pop(path[-1], None)
    annotations = get(data, "metadata", "annotations")
    if isinstance(annotations, dict):
        for key in _NAMING:
            annotations.pop(key, None)
    for holder, key in ((data["metadata"], "annotations"), (data["metadata"], "labels")):
        if not holder.get(key):
            holder.pop(key, None)
    return data


def _never_starts(synced: Synced, old: Guest, fresh: Guest, worlds: tuple[World, World]) -> Refusal | str:
    """Why the guest could not be started any more; "" where it could, or could not before either."""
    if synced.failure is not None and synced.failure.path[:1] == ("spec",):
        return str(synced.failure.why)
    if fresh.problem and not old.problem:
        return fresh.problem
    before, after = worlds
    known = list(_flaws(synced, old, before))
    return next((refusal for refusal in _flaws(synced, fresh, after) if refusal not in known), "")


def _flaws(synced: Synced, guest: Guest, world: World) -> Iterator[Refusal]:
    """Why the webhook would refuse a guest's VirtualMachineInstance."""
    gates, config = world.machine.gates, world.machine.config
    view = View(Owner.VM, synced.stored.data, guest.spec, metadata=guest.metadata, gates=gates, cluster=config)
    yield from (refusal for refusal in check(view) if refusal.gate is None)
