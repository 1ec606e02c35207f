"""What an edit does to objects other than VMs, and what becomes of new objects."""

from __future__ import annotations

from collections.abc import Sequence

from vmlint.findings.location import object_id, where
from vmlint.impact.model import ObjectChange, ValueChange, Verdict
from vmlint.impact.pairing import Pair, Side
from vmlint.impact.refusal import newly_stuck, rejected, rejected_change, stuck
from vmlint.impact.users import SHOWN, listed, matched_by, referring_vms, step_of
from vmlint.impact.vms import edited_at, runs, shown
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.model.access import get
from vmlint.model.field import render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import (
    DataSource,
    Instancetype,
    PersistentVolumeClaim,
    Preference,
    VirtualMachine,
    VirtualMachineInstanceReplicaSet,
    VirtualMachinePool,
    Workload,
)
from vmlint.rule import Change, Rule
from vmlint.world import World

__all__ = ["changed_object", "created"]

_MACHINES = ("kubevirt.io", "storage.k8s.io")
_SECRETS = (BY_GROUP_KIND["", "Secret"], BY_GROUP_KIND["bitnami.com", "SealedSecret"])
_CONTENT = (BY_GROUP_KIND["", "Secret"], BY_GROUP_KIND["", "ConfigMap"])
_KUBEVIRT = BY_GROUP_KIND["kubevirt.io", "KubeVirt"]


def created(side: Side, rules: Sequence[Rule]) -> ObjectChange:
    """What becomes of an object that is new."""
    resource, world = side.resource, side.world
    refused = next(rejected(resource, world, rules), None)
    waits = None if refused else next(stuck(resource, world, rules), None)
    run = None
    message = "it is created."
    if refused:
        message = refused.message
    elif waits:
        message = f"it is created, and gets stuck: {waits.message}"
    elif runs(resource):
        run, message = "starts", "it is created, and its guest starts."
    flaw, is_workload = refused or waits, isinstance(resource, Workload)
    document, span = where(Place(resource, flaw.path) if flaw else resource.named)
    return ObjectChange(
        object_id(resource),
        Verdict.REFUSED if refused else Verdict.CREATED,
        message,
        fields=(render(refused.path),) if refused else (),
        run=run,
        never_starts=waits.message if waits and is_workload else "",
        controller_error=waits.message if waits and not is_workload else "",
        fix=flaw.fix if flaw else "",
        file=document.file,
        line=span.line,
        deployments=side.deployments,
    )


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
            deployments=pair.after.deployments,
        )
    if waits := next(newly_stuck(change, world, rules), None):
        file, line = edited_at(old, new, [waits.path])
        message, next_start, users = f"it gets stuck: {waits.message}", False, list[VirtualMachine]()
    elif (effect := _effect(old, new, pair.before.world, world)) is not None:
        message, next_start, users = effect
    else:
        return None
    return ObjectChange(
        object_id(new),
        Verdict.NOTHING,
        message,
        next_start=next_start,
        controller_error=waits.message if waits else "",
        values=values,
        fix=waits.fix if waits else "",
        notes=notes,
        chain=tuple(step_of(user) for user in users[:SHOWN]),
        file=file,
        line=line,
        deployments=pair.after.deployments,
    )


def _effect(old: Resource, new: Resource, before: World, after: World) -> tuple[str, bool, list[VirtualMachine]] | None:
    """What an accepted edit of an object does: in a sentence, whether guests have it after their next start, and the
    VMs that are concerned."""
    if isinstance(new, Instancetype | Preference):
        known = {vm.ref for vm in matched_by(old, before)}
        users = [vm for vm in matched_by(new, after) if vm.ref in known]
        noun = "instancetype" if isinstance(new, Instancetype) else "preference"
        if not users:
            return f"no VM has this {noun}: VMs that are created later get the new values.", False, []
        keep = "keeps" if len(users) == 1 else "keep"
        return (
            f"{listed(users)} {keep} the old {noun}, in a copy that KubeVirt stored: only VMs that are created "
            "later get the new values.",
            False,
            users,
        )
    if new.kind in _CONTENT:
        if not (users := list(referring_vms(new, after))):
            return None
        return (
            f"{listed(users)} {'sees' if len(users) == 1 else 'see'} it at the next start; cloud-init runs most "
            "modules once for each instance.",
            True,
            users,
        )
    if isinstance(new, VirtualMachineInstanceReplicaSet):
        return "running guests don't change: only new replicas get the new template.", False, []
    if isinstance(new, VirtualMachinePool):
        return "the pool's controller updates its VMs by its update strategy, each as if it was edited.", True, []
    if isinstance(new, DataSource):
        return "existing copies don't change: only new copies use the new source.", False, []
    if not new.kind.group.endswith(_MACHINES) and not isinstance(new, PersistentVolumeClaim):
        return None
    if new.kind == _KUBEVIRT:
        return "KubeVirt's configuration changes; the VMs that it affects are listed separately.", False, []
    return "the cluster applies it at once.", False, []
