"""What a VM and its guest become: created, and later updated.

The order is that of the VM controller, which looks at a VM again until nothing changes any more. Sources: KubeVirt
`pkg/virt-controller/watch/vm/vm.go` (sync, startVMI), `pkg/virt-controller/watch/vm/firmware.go`,
`pkg/instancetype/controller/vm` (Sync, handleExpand).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vmlint.kubevirt.apply import Copies, VMInputs
from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.update.cpu import change_sockets
from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.memory import change_memory
from vmlint.kubevirt.update.metadata import follow_annotations
from vmlint.kubevirt.update.networks import change_networks, forget_absent
from vmlint.kubevirt.update.outcome import Failure, Live, Restart, UpdateReason
from vmlint.kubevirt.update.restart import restart_required
from vmlint.kubevirt.update.revisions import Content, Gap, Look, Revision, content_of, stored_revision
from vmlint.kubevirt.update.rollout import Policy, Rollout
from vmlint.kubevirt.update.scheduling import change_placement
from vmlint.kubevirt.update.start import start
from vmlint.kubevirt.update.volumes import Claim, is_migrating, migrate_volumes, plug_volumes
from vmlint.kubevirt.values import ensure
from vmlint.model.access import get, mapping, text
from vmlint.model.matcher import Matcher
from vmlint.model.refusal import Refusal
from vmlint.record import Record
from vmlint.source.clone import clone

__all__ = ["Cluster", "Migratable", "Stored", "Synced", "admit", "create", "fresh_guest", "runs_at_once", "sync"]

_LEGACY = uuid.UUID("6a1a24a1-4061-4607-8bf4-a3963d0c5895")
"""The namespace of the identifiers that KubeVirt derives from a VM's name."""
_ASSIGNED = uuid.UUID("a2bd6a1f-7d1e-4c0e-9a51-3f4f3f6b8f0e")
"""The namespace of the identifiers here that stand for those which the webhook draws by lot."""
_MOST_SYNCS = 8
_LACKING = {
    Matcher.INSTANCETYPE: UpdateReason.INSTANCETYPE_MISSING,
    Matcher.PREFERENCE: UpdateReason.PREFERENCE_MISSING,
}
_NO_CONTENT: Mapping[Matcher, Content | None] = dict.fromkeys(Matcher)
_STARTING = ("Always", "Once", "RerunOnFailure")
_RECEIVER = "WaitAsReceiver"


class Migratable(Record):
    """Whether a guest can be migrated live, and whether anything but its claims keeps it from that; None: not known."""

    live: bool | None
    storage: bool | None


class Cluster(Record):
    """What a VM meets in the cluster: how changes are rolled out, instancetypes and preferences, claims.

    `inputs` gives what the webhook applies to a VM with an instancetype and a preference; either may be None.
    `data_volumes` is why the controller stops at the DataVolumes of a VM's templates (handleDataVolumes): before it
    starts or stops the guest.
    """

    inputs: Callable[[Mapping[str, Any] | None, Mapping[str, Any] | None], VMInputs]
    rollout: Rollout
    look: Look
    claim: Callable[[str], Claim]
    migratable: Callable[[Guest], Migratable]
    data_volumes: Callable[[Mapping[str, Any]], Failure | None]


@dataclass
class Stored:
    """A VM as the cluster has it. `data` is the whole object, `started_with` the template's spec of the running guest
    with instancetype and preference applied, None where that is not known any more."""

    data: dict[str, Any]
    revisions: dict[Matcher, Revision] = field(default_factory=dict)
    started_with: Mapping[str, Any] | None = None


class Synced(Record):
    """What the controller made of an updated VM: the VM, its guest, what changed at once, and what waits.

    `restarts` are the reasons for a restart, the first one first. `failure` is why the controller goes no further.
    """

    stored: Stored
    guest: Guest | None
    live: tuple[Live, ...] = ()
    restarts: tuple[Restart, ...] = ()
    failure: Failure | None = None


def runs_at_once(spec: Mapping[str, Any], *, running: bool) -> bool:
    """Whether a VM's guest runs, of which one ran before or not."""
    strategy = text(spec, "runStrategy")
    if not strategy:
        return spec.get("running") is True
    return running if strategy in ("Manual", _RECEIVER) else strategy in _STARTING


def create(vm: Mapping[str, Any], cluster: Cluster, source_architecture: str = "") -> tuple[Stored, Guest, bool]:
    """The VM as the cluster has it after its manifest was applied for the first time, the guest that it starts, and
    whether that runs. The manifest's matchers have names: the caller infers."""
    revisions: dict[Matcher, Revision] = {}
    contents = _contents(vm, {}, cluster)
    data = clone(dict(_copies(vm, contents, cluster, source_architecture).stored))
    _assign_identifiers(data)
    if cluster.rollout.policy is Policy.REFERENCE:
        revisions = _store(data, revisions, cluster)
    else:
        data = _expanded(data, contents, cluster)
        contents = _contents(data, {}, cluster)
    started_with = _compared(data, contents, cluster)
    running = runs_at_once(mapping(data, "spec"), running=False)
    guest = _start(data, contents, cluster)
    forget_absent(guest.spec, None)
    forget_absent(data["spec"]["template"]["spec"], None)
    return Stored(data, revisions, started_with), guest, running


def admit(stored: Stored, merged: Mapping[str, Any], cluster: Cluster, source_architecture: str = "") -> Stored:
    """The VM as the mutating webhook stores an update of it. The matchers have names: the caller infers."""
    contents = _contents(merged, stored.revisions, cluster)
    data = clone(dict(_copies(merged, contents, cluster, source_architecture).stored))
    return Stored(data, stored.revisions, stored.started_with)


def fresh_guest(stored: Stored, cluster: Cluster) -> Guest:
    """The guest that a VM would become if it was started now."""
    guest = _start(stored.data, _contents(stored.data, stored.revisions, cluster), cluster)
    forget_absent(guest.spec, None)
    return guest


def sync(stored: Stored, guest: Guest | None, cluster: Cluster) -> Synced:
    """What the controller makes of a VM whose object, or whose cluster, was changed."""
    state = Synced(Stored(stored.data, dict(stored.revisions), stored.started_with), guest and guest.copy())
    live: list[Live] = []
    for _ in range(_MOST_SYNCS):
        before = clone(state.stored.data), state.guest and clone(state.guest.spec)
        state = _synced(state, cluster)
        live += state.live
        if before == (state.stored.data, state.guest and state.guest.spec) or state.failure:
            break
    return state._replace(live=tuple(_joined(live)))


def _synced(state: Synced, cluster: Cluster) -> Synced:
    """One pass of the controller."""
    stored, guest = state.stored, state.guest
    stored, failure = _settle(stored, cluster)
    failure = failure or cluster.data_volumes(stored.data) or _receives(stored, guest)
    if failure is not None:
        return Synced(stored, guest, failure=failure)
    vm_spec = mapping(stored.data, "spec")
    contents = _contents(stored.data, stored.revisions, cluster)
    wanted = _compared(stored.data, contents, cluster)
    if guest is None:
        _complete(stored.data, None)
        return Synced(stored, None)
    migrating = is_migrating(vm_spec)
    migratable = cluster.migratable(guest)
    attachable = cluster.rollout.changes_attachments
    if attachable is None:
        attachable = migratable.live
    restart = None
    if wanted is not None and stored.started_with is not None:
        restart = restart_required(
            stored.started_with, wanted, guest, cluster.rollout, migrating=migrating, attachable=attachable
        )
    restarts = [restart] if restart else []
    own = mapping(vm_spec, "template", "spec")
    live = list(change_networks(own, guest, attachable=attachable))
    _complete(stored.data, guest.spec)
    if cluster.rollout.hotplugs_volumes and not migrating:
        plugged = plug_volumes(own, guest)
        if isinstance(plugged, Failure):
            return Synced(stored, guest, tuple(live), tuple(restarts), plugged)
        live += plugged
    followed = follow_annotations(stored.data, guest, apart=cluster.rollout.annotations_follow_apart)
    if isinstance(followed, Failure):
        return Synced(stored, guest, tuple(live), tuple(restarts), followed)
    live += followed
    if cluster.rollout.live_update and restart is None and wanted is not None:
        for result in _hotplugged(wanted, own, guest, cluster, migratable, migrating=migrating):
            (live if isinstance(result, Live) else restarts).append(result)  # type: ignore[arg-type]
    return Synced(stored, guest, tuple(live), tuple(restarts))


def _hotplugged(
    wanted: Mapping[str, Any],
    own: Mapping[str, Any],
    guest: Guest,
    cluster: Cluster,
    migratable: Migratable,
    *,
    migrating: bool,
) -> Iterator[Live | Restart]:
    """What is changed only where nothing else asks for a restart. `own` is the VM's spec as it is stored."""
    if sockets := change_sockets(wanted, guest):
        yield sockets
    yield from change_placement(wanted, guest)
    if memory := change_memory(wanted, guest, migratable=migratable.live):
        yield memory
    if migrating:
        moved = migrate_volumes(own, guest, cluster.claim, otherwise_migratable=migratable.storage)
        yield from (moved,) if isinstance(moved, Restart) else moved


def _receives(stored: Stored, guest: Guest | None) -> Failure | None:
    """A VM that is to receive a migrated guest has none of its own (syncRunStrategy)."""
    receives = get(stored.data, "spec", "runStrategy") == _RECEIVER
    return Failure(UpdateReason.RECEIVER_RUNS) if guest and receives else None


def _settle(stored: Stored, cluster: Cluster) -> tuple[Stored, Failure | None]:
    """Instancetype and preference, as the reference policy has it."""
    vm_spec = mapping(stored.data, "spec")
    if not any(isinstance(vm_spec.get(matcher.noun), dict) for matcher in Matcher):
        return stored, None
    contents = _contents(stored.data, stored.revisions, cluster)
    for matcher, content in contents.items():
        if content is Gap.REVISION_MISSING:
            path = ("spec", matcher.noun, "revisionName")
            return stored, Failure(UpdateReason.REVISION_MISSING, path, text(vm_spec, matcher.noun, "revisionName"))
        if content is Gap.MISSING:
            path = ("spec", matcher.noun, "name")
            return stored, Failure(_LACKING[matcher], path, text(vm_spec, matcher.noun, "name"))
    policy = cluster.rollout.policy
    if policy is Policy.REFERENCE:
        revisions = _store(stored.data, stored.revisions, cluster)
        if failure := _not_stored(stored, revisions, cluster):
            return stored, failure
        return Stored(stored.data, revisions, stored.started_with), None
    if policy is Policy.EXPAND and stored.revisions:
        return stored, None
    data = _expanded(stored.data, contents, cluster)
    started_with = None if stored.revisions else stored.started_with  # with their copies the old spec can't be expanded
    return Stored(data, {}, started_with), None


def _not_stored(stored: Stored, revisions: Mapping[Matcher, Revision], cluster: Cluster) -> Failure | None:
    """Why a copy can't be made for a matcher that keeps its name and changes its kind: the webhook checks the old copy,
    the controller looks for the other object."""
    for matcher, revision in revisions.items():
        if revision is stored.revisions.get(matcher):
            continue
        path = ("spec", matcher.noun, "kind")
        if revision.content is Gap.MISSING:
            return Failure(_LACKING[matcher], path, revision.name)
        if (
            matcher is Matcher.INSTANCETYPE
            and _copies(stored.data, {**_NO_CONTENT, matcher: revision.content}, cluster).compared.conflicts
        ):
            return Failure(UpdateReason.INSTANCETYPE_CONFLICT, path, revision.name)
    return None


def _store(vm: Mapping[str, Any], revisions: Mapping[Matcher, Revision], cluster: Cluster) -> dict[Matcher, Revision]:
    stored = {
        matcher: stored_revision(matcher, _field(vm, matcher), revisions.get(matcher), cluster.look)
        for matcher in Matcher
    }
    return {matcher: revision for matcher, revision in stored.items() if revision is not None}


def _field(vm: Mapping[str, Any], matcher: Matcher) -> Mapping[str, Any] | None:
    value = get(vm, "spec", matcher.noun)
    return value if isinstance(value, dict) else None


def _contents(
    vm: Mapping[str, Any], revisions: Mapping[Matcher, Revision], cluster: Cluster
) -> dict[Matcher, Content | None]:
    return {
        matcher: content_of(matcher, _field(vm, matcher), revisions.get(matcher), cluster.look) for matcher in Matcher
    }


def _copies(
    vm: Mapping[str, Any], contents: Mapping[Matcher, Content | None], cluster: Cluster, source_architecture: str = ""
) -> Copies:
    objects = {matcher: None if isinstance(content, Gap) else content for matcher, content in contents.items()}
    vm_inputs = cluster.inputs(objects[Matcher.INSTANCETYPE], objects[Matcher.PREFERENCE])
    return Copies(vm, vm_inputs, source_architecture)


def _expanded(vm: dict[str, Any], contents: Mapping[Matcher, Content | None], cluster: Cluster) -> dict[str, Any]:
    """The VM with the values of its instancetype and preference in the place of its matchers."""
    if not any(contents.values()):
        return vm
    applied = _copies(vm, contents, cluster).expanded
    if applied.conflicts or applied.refusal or applied.problem:
        return vm
    spec = {key: value for key, value in vm["spec"].items() if key not in {matcher.noun for matcher in Matcher}}
    return {**vm, "spec": {**spec, "template": clone(applied.template)}}


def _compared(
    vm: Mapping[str, Any], contents: Mapping[Matcher, Content | None], cluster: Cluster
) -> Mapping[str, Any] | None:
    """The template's spec with instancetype and preference applied and nothing else; None where they conflict."""
    applied = _copies(vm, contents, cluster).compared
    return None if applied.conflicts or applied.refusal else clone(mapping(applied.template, "spec"))


def _start(vm: Mapping[str, Any], contents: Mapping[Matcher, Content | None], cluster: Cluster) -> Guest:
    started = _copies(vm, contents, cluster).started
    guest = start(started.template, cluster.rollout)
    if started.conflicts:
        field = started.conflicts[0].field
        guest.problem = Refusal(Applying.INSTANCETYPE_CONFLICTS, ("spec", "instancetype"), {"field": field})
    else:
        guest.problem = started.problem or started.refusal
    follow_annotations(vm, guest, apart=cluster.rollout.annotations_follow_apart)
    return guest


def _assign_identifiers(vm: dict[str, Any]) -> None:
    """What the webhook draws by lot when the VM is created."""
    firmware = ensure(vm, "spec", "template", "spec", "domain", "firmware")
    seed = f"{text(vm, 'metadata', 'namespace')}/{text(vm, 'metadata', 'name')}"
    for key in ("uuid", "serial"):
        firmware[key] = firmware.get(key) or str(uuid.uuid5(_ASSIGNED, f"{seed}/{key}"))


def _complete(vm: dict[str, Any], guest: Mapping[str, Any] | None) -> None:
    """What the controller writes into the VM: it forgets interfaces that are gone, and derives a missing identifier."""
    spec = vm["spec"]["template"]["spec"]
    forget_absent(spec, guest)
    firmware = ensure(spec, "domain", "firmware")
    firmware["uuid"] = firmware.get("uuid") or str(uuid.uuid5(_LEGACY, text(vm, "metadata", "name")))


def _joined(changes: list[Live]) -> Iterator[Live]:
    """The changes of all passes: one of each place, from what was there first to what is there last."""
    by_place: dict[tuple[object, ...], Live] = {}
    for change in changes:
        key = (change.path, change.entry)
        earlier = by_place.get(key)
        by_place[key] = change if earlier is None else earlier._replace(after=change.after)
    yield from (change for change in by_place.values() if change.before != change.after)
