"""What an edit does to objects other than VMs, and what their creation or deletion does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from vmlint.findings.finding import Step
from vmlint.findings.location import object_id, where
from vmlint.graph.links import links
from vmlint.impact.losses import Pruning, claims_lost, kept_by
from vmlint.impact.model import ObjectChange, ValueChange, Verdict
from vmlint.impact.pairing import Pair, Side
from vmlint.impact.refusal import rejected, rejected_change
from vmlint.impact.vms import edited_at, shown
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.model.access import get
from vmlint.model.field import render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import (
    DataSource,
    DataVolume,
    Instancetype,
    PersistentVolumeClaim,
    Preference,
    VirtualMachine,
    VirtualMachineInstanceReplicaSet,
    VirtualMachinePool,
)
from vmlint.rule import Change, Rule
from vmlint.world import World

__all__ = ["changed_object", "created", "deleted", "deleted_namespace"]

_MACHINES = ("kubevirt.io", "storage.k8s.io")
_SECRETS = (BY_GROUP_KIND["", "Secret"], BY_GROUP_KIND["bitnami.com", "SealedSecret"])
_CONTENT = (BY_GROUP_KIND["", "Secret"], BY_GROUP_KIND["", "ConfigMap"])
_KUBEVIRT = BY_GROUP_KIND["kubevirt.io", "KubeVirt"]
_NAMED = 5


def created(side: Side, rules: Sequence[Rule]) -> ObjectChange:
    """What becomes of an object that is new."""
    resource = side.resource
    refused = next(iter(rejected(resource, side.world, rules)), None)
    document, span = where(Place(resource, refused.path) if refused else resource.named)
    message = refused.message if refused else "it is created."
    run = None
    if isinstance(resource, VirtualMachine) and not isinstance(resource, VirtualMachinePool) and not refused:
        from vmlint.kubevirt.update.controller import runs_at_once

        run = "starts" if runs_at_once(resource.vm_spec, running=False) else None
        message = "it is created, and its guest starts." if run else "it is created."
    return ObjectChange(
        object_id(resource),
        Verdict.REFUSED if refused else Verdict.CREATED,
        message,
        fields=(render(refused.path),) if refused else (),
        fix=refused.fix if refused else "",
        run=run,
        file=document.file,
        line=span.line,
        deployments=_names(side),
    )


def deleted(
    side: Side, prune: Callable[[Side], Pruning], renamed_to: Resource | None, rules: Sequence[Rule]
) -> ObjectChange:
    """What becomes of an object that is gone from the files."""
    resource = side.resource
    pruning, claims = prune(side), claims_lost(resource)
    stays, message = _removal(resource, pruning, claims)
    if stays:
        claims = ()
    notes: list[str] = []
    if earlier := next(iter(rejected(resource, side.world, rules)), None):
        notes.append(f"the cluster refused this manifest, so it has an earlier version or none: {earlier.message}")
    if renamed_to is not None:
        notes.append(f"it seems to be renamed to {renamed_to.ref.short}: that is a delete and a create, not an update")
    if isinstance(resource, Instancetype | Preference) and (users := list(_users(resource, side.world))):
        keep = "keeps" if len(users) == 1 else "keep"
        notes.append(f"{_listed(users)} {keep} the stored copy; a VM that is created later never starts")
    document, span = where(resource.named)
    return ObjectChange(
        object_id(resource),
        Verdict.NOTHING if stays else Verdict.DELETED,
        message,
        data_loss=claims,
        run="stops" if isinstance(resource, VirtualMachine) and not stays and _runs(resource) else None,
        notes=tuple(notes),
        chain=(pruning.step,) if pruning.step else (),
        file=document.file,
        line=span.line,
        deployments=_names(side),
    )


def deleted_namespace(side: Side, prune: Callable[[Side], Pruning]) -> ObjectChange | None:
    """What becomes of a namespace that is gone from the files, with all that is in it; None where no VM and no disk is
    in it."""
    namespace, pruning = side.resource, prune(side)
    inside = [
        resource
        for resource in side.world.cluster.resources
        if resource.namespace == namespace.name
        and not resource.fragment
        and isinstance(resource, VirtualMachine | DataVolume | PersistentVolumeClaim)
    ]
    if not inside:
        return None
    claims = tuple(dict.fromkeys(claim for resource in inside for claim in claims_lost(resource)))
    stays, message = _removal(namespace, pruning, claims)
    named = ", ".join(f"{resource.ref.kind} `{resource.name}`" for resource in inside[:_NAMED])
    more = f" and {len(inside) - _NAMED} more" if len(inside) > _NAMED else ""
    document, span = where(namespace.named)
    return ObjectChange(
        object_id(namespace),
        Verdict.NOTHING if stays else Verdict.DELETED,
        message,
        data_loss=() if stays else claims,
        notes=() if stays else (f"all objects in a namespace are deleted with it: {named}{more}",),
        chain=(pruning.step,) if pruning.step else (),
        file=document.file,
        line=span.line,
        deployments=_names(side),
    )


def _removal(resource: Resource, pruning: Pruning, claims: Sequence[str]) -> tuple[bool, str]:
    """Whether an object stays whose manifest is gone, and a sentence about it with the claims that it takes along."""
    name = resource.ref.kind
    if keeper := kept_by(resource):
        return True, f"its manifest is gone, and `{keeper.annotation}` keeps the {name} in the cluster."
    if pruning.prunes is False:
        return True, (
            f"its manifest is gone, and {pruning.tool} does not prune: the {name} stays until it is deleted by hand."
        )
    lost = f" Its data is lost with it: claim {', '.join(f'`{claim}`' for claim in claims)}." if claims else ""
    by = f"{pruning.tool} deletes it" if pruning.prunes else "a tool that prunes deletes it"
    return False, f"its manifest is gone, and {by}.{lost}"


def _runs(vm: VirtualMachine) -> bool:
    from vmlint.kubevirt.update.controller import runs_at_once

    return not isinstance(vm, VirtualMachinePool) and runs_at_once(vm.vm_spec, running=False)


def changed_object(pair: Pair, rules: Sequence[Rule]) -> ObjectChange | None:
    """What becomes of an object of another kind than VirtualMachine whose content differs; None for one that no VM and
    no claim depends on."""
    assert pair.before is not None
    assert pair.after is not None
    old, new, world = pair.before.resource, pair.after.resource, pair.after.world
    change = Change(old, new, pair.before.world)
    refused = [*rejected_change(change, world, rules), *rejected(new, world, rules)]
    values = tuple(
        ValueChange(render(path), shown(get(old.data, *path)), shown(get(new.data, *path)))
        for path in changed_paths(old.data, new.data)
        if path[:1] != ("status",)
    )
    if new.kind in _SECRETS:
        values = tuple(
            ValueChange(value.path, "…" if value.before else "", "…" if value.after else "") for value in values
        )
    notes: tuple[str, ...] = ()
    if maker := pair.before.maker:
        notes = (f"VM `{maker.ref.short}` made it from its template, so it exists, and is deleted with the VM",)
    file, line = edited_at(old, new, [refused.path for refused in refused])
    if refused:
        first = refused[0]
        return ObjectChange(
            object_id(new),
            Verdict.REFUSED,
            first.message,
            fields=tuple(dict.fromkeys(render(refused.path) for refused in refused)),
            fix=first.fix,
            values=values,
            notes=notes,
            file=file,
            line=line,
            deployments=_names(pair.after),
        )
    told = _effect(old, new, pair.before.world, world)
    if told is None:
        return None
    message, next_start, users = told
    return ObjectChange(
        object_id(new),
        Verdict.NOTHING,
        message,
        next_start=next_start,
        values=values,
        notes=notes,
        chain=tuple(_user_step(user) for user in users[:_NAMED]),
        file=file,
        line=line,
        deployments=_names(pair.after),
    )


def _effect(
    old: Resource, new: Resource, before: World, after: World
) -> tuple[str, bool, Sequence[VirtualMachine]] | None:
    """What an accepted edit of an object does: in a sentence, whether guests have it after their next start, and the
    VMs that are concerned."""
    if isinstance(new, Instancetype | Preference):
        known = {vm.ref for vm in _users(old, before)}
        users = [vm for vm in _users(new, after) if vm.ref in known]
        noun = "instancetype" if isinstance(new, Instancetype) else "preference"
        if not users:
            return f"no VM has this {noun}: VMs that are created later get the new values.", False, ()
        keep = "keeps" if len(users) == 1 else "keep"
        return (
            f"{_listed(users)} {keep} the old {noun}, in a copy that KubeVirt stored: only VMs that are created "
            "later get the new values.",
            False,
            users,
        )
    if new.kind in _CONTENT:
        if not (users := list(_referring(new, after))):
            return None
        return (
            f"{_listed(users)} {'sees' if len(users) == 1 else 'see'} it at the next start; cloud-init runs most "
            "modules once for each instance.",
            True,
            users,
        )
    if isinstance(new, VirtualMachineInstanceReplicaSet):
        return "running guests don't change: only new replicas get the new template.", False, ()
    if isinstance(new, VirtualMachinePool):
        return "the pool's controller updates its VMs by its update strategy, each as if it was edited.", True, ()
    if isinstance(new, DataSource):
        return "existing copies don't change: only new copies use the new source.", False, ()
    if not new.kind.group.endswith(_MACHINES) and not isinstance(new, PersistentVolumeClaim):
        return None
    if new.kind == _KUBEVIRT:
        return "KubeVirt's configuration changes; the VMs that it affects are listed separately.", False, ()
    return "the cluster applies it at once.", False, ()


def _users(resource: Resource, world: World) -> Iterator[VirtualMachine]:
    """The VMs that have an instancetype or preference."""
    matcher = Matcher.INSTANCETYPE if isinstance(resource, Instancetype) else Matcher.PREFERENCE
    for vm in _vms(world):
        found = world.vms.match(vm, matcher)
        if found is not None and found.resolution is not None and found.resolution.ref == resource.ref:
            yield vm


def _referring(resource: Resource, world: World) -> Iterator[VirtualMachine]:
    yield from (vm for vm in _vms(world) if any(link.ref == resource.ref for link in links(vm)))


def _vms(world: World) -> Iterator[VirtualMachine]:
    for vm in world.cluster.resources:
        if isinstance(vm, VirtualMachine) and not isinstance(vm, VirtualMachinePool) and not vm.fragment:
            yield vm


def _listed(vms: Sequence[VirtualMachine]) -> str:
    """VMs by name, the first few of them."""
    names = ", ".join(f"`{vm.ref.short}`" for vm in vms[:_NAMED])
    more = f" and {len(vms) - _NAMED} more" if len(vms) > _NAMED else ""
    return f"{'VM' if len(vms) == 1 else 'VMs'} {names}{more}"


def _user_step(vm: VirtualMachine) -> Step:
    document, span = where(vm.named)
    return Step(f"VM {vm.ref.short}", document.file, span.line)


def _names(side: Side) -> tuple[str, ...]:
    return (side.deployment,) if side.deployment else ()
