"""Two states of a repository, compared: what the edit between them does to the running cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vmlint.engine.snapshot import Snapshot
from vmlint.impact.losses import pruning
from vmlint.impact.model import Impact, ObjectChange
from vmlint.impact.objects import already_made, changed_object, created, deleted, deleted_namespace
from vmlint.impact.pairing import Pair, Side, pairs
from vmlint.impact.refusal import tells_updates
from vmlint.impact.vms import changed_vm
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine, VirtualMachinePool
from vmlint.rule import Effect, Rule
from vmlint.version import VERSION

__all__ = ["compare", "ordered"]

_NAMESPACE = BY_GROUP_KIND["", "Namespace"]
_GROUPS = (
    "data loss",
    "refused",
    "trouble",
    "deleted",
    "restart",
    "run",
    "live",
    "next start",
    "finding",
    "default",
    "deprecated",
    "created",
    "nothing",
    "resolved",
)
"""The groups of changes, the worst first."""

_ASSUMED = (
    "The objects in the cluster equal those in the files before the edit, and the guests that their run strategies "
    "start are running.",
    "No volumes were plugged by hand, no migration is running, and no guest already waits for a restart.",
)


def compare(before: Snapshot, after: Snapshot, names: tuple[str, str] = ("before", "after")) -> Impact:
    """What happens to each object when `after` is applied to a cluster that runs `before`."""
    rules = [rule for rule in after.settings.all_rules() if _tells_refusals(rule)]
    prune = pruning(before)
    found = list(pairs(before, after))
    new = [pair.after for pair in found if pair.before is None and pair.after is not None]
    makers = _makers(found)
    changes: list[ObjectChange] = []
    unchanged = 0
    for pair in found:
        change = _change(pair, rules, makers)
        if pair.after is None and pair.before is not None:
            change = None
            if _matters(pair.before.resource) and pair.before.resource.name:
                change = deleted(pair.before, prune, _renamed(pair.before.resource, new), rules)
            elif pair.before.resource.kind == _NAMESPACE:
                change = deleted_namespace(pair.before, prune)
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    merged = ordered(changes)
    return Impact(
        *names,
        changes=merged,
        unchanged=unchanged,
        assumptions=tuple(_assumptions(merged, after)),
        skipped=after.repository.skipped,
        version=VERSION,
    )


def ordered(changes: Iterable[ObjectChange]) -> tuple[ObjectChange, ...]:
    """The changes, the worst first; what is the same in several deployments is one."""
    merged = _merged(changes)
    return tuple(
        sorted(
            merged, key=lambda change: (_GROUPS.index(change.group), not change.is_vm, change.resource, change.message)
        )
    )


def _tells_refusals(rule: Rule) -> bool:
    return rule.meta.effect in (Effect.REJECTED, Effect.STUCK) or tells_updates(rule)


def _makers(found: Iterable[Pair]) -> Mapping[tuple[str, str], Side]:
    """The VMs before the edit by the DataVolumes that they made from templates: namespace and name."""
    sides = [pair.before for pair in found if pair.before is not None]
    return {
        (side.resource.namespace, name): side
        for side in sides
        if isinstance(side.resource, VirtualMachine) and not isinstance(side.resource, VirtualMachinePool)
        for _, name, _ in side.resource.templates()
    }


def _change(pair: Pair, rules: Sequence[Rule], makers: Mapping[tuple[str, str], Side]) -> ObjectChange | None:
    if pair.after is None:
        return None
    if pair.before is None:
        new = pair.after.resource
        if isinstance(new, DataVolume) and (maker := makers.get((new.namespace, new.name))):
            return already_made(maker, pair.after, rules)
        return created(pair.after, rules) if _matters(pair.after.resource) else None
    old, new = pair.before.resource, pair.after.resource
    if isinstance(old, VirtualMachine) and isinstance(new, VirtualMachine) and not isinstance(new, VirtualMachinePool):
        if old.data == new.data and _same_surroundings(pair.before, pair.after):
            return None
        return changed_vm(pair, rules)
    return None if old.data == new.data else changed_object(pair, rules)


def _matters(resource: Resource) -> bool:
    """Whether the creation or deletion of an object is reported: those of KubeVirt and CDI, and claims."""
    return resource.kind.group.endswith("kubevirt.io") or isinstance(resource, PersistentVolumeClaim)


def _same_surroundings(before: Side, after: Side) -> bool:
    """Whether a VM that is as it was has the same KubeVirt object, instancetype and preference."""
    worlds = before.world, after.world
    if worlds[0].kubevirt != worlds[1].kubevirt:
        return False
    for matcher in Matcher:
        contents = []
        for side in (before, after):
            vm = side.resource
            assert isinstance(vm, VirtualMachine)
            match = side.world.vms.match(vm, matcher)
            contents.append(match and match.object)
        if contents[0] != contents[1]:
            return False
    return True


def _renamed(old: Resource, new: Iterable[Side]) -> Resource | None:
    """The new object that an old one seems to be renamed to: the same but for its name."""
    for side in new:
        other = side.resource
        if other.kind != old.kind or other.ref == old.ref:
            continue
        if len(list(changed_paths(old.spec, other.spec))) <= _FEW:
            return other
    return None


_FEW = 3


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
