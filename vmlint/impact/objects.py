"""What an edit does to objects other than VMs, and what becomes of new objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.findings.location import object_id, where
from vmlint.impact.effects import AcceptedEdit, accepted_edit
from vmlint.impact.model import ObjectChange, ValueChange, Verdict
from vmlint.impact.pairing import Pair, Side
from vmlint.impact.refusal import newly_stuck, rejected, rejected_change, stuck, unresolved
from vmlint.impact.users import SHOWN, Referrers, step_of
from vmlint.impact.values import differing
from vmlint.impact.vms import edited_at, runs
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.model.access import get
from vmlint.model.field import render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import (
    Workload,
)
from vmlint.rule import Change, Rule
from vmlint.world import World

__all__ = ["adopted", "changed_object", "created"]

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
        notes=() if flaw else tuple(_conditions(resource, world, rules)),
        file=document.file,
        line=span.line,
        deployments=side.deployments,
    )


def _conditions(resource: Resource, world: World, rules: Sequence[Rule]) -> Iterator[str]:
    """What the cluster must have for a new object to become ready."""
    for message in dict.fromkeys(missing.message for missing in unresolved(resource, world, rules)):
        yield f"the cluster must have what the files lack: {message}"


def adopted(side: Side, maker: Resource) -> ObjectChange:
    """What becomes of a claim that is new in the files, and that a VM or DataVolume made before the edit."""
    document, span = where(side.resource.named)
    return ObjectChange(
        object_id(side.resource),
        Verdict.NOTHING,
        f"it exists: {maker.ref.kind} `{maker.ref.short}` made it, and it is deleted with that. The API server refuses "
        "the manifest where its spec differs from the claim's.",
        file=document.file,
        line=span.line,
        deployments=side.deployments,
    )


def changed_object(pair: Pair, before: Referrers, after: Referrers, rules: Sequence[Rule]) -> ObjectChange | None:
    """What becomes of an object of another kind than VirtualMachine whose content differs; None for one that no VM and
    no claim depends on."""
    assert pair.before is not None
    assert pair.after is not None
    old, new, world = pair.before.resource, pair.after.resource, pair.after.world
    change = Change(old, new, pair.before.world, strict=True)
    refused = [*rejected_change(change, world, rules), *rejected(new, world, rules)]
    values = tuple(
        value
        for path in changed_paths(old.data, new.data)
        if path[:1] != ("status",)
        for value in differing(path, get(old.data, *path), get(new.data, *path))
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
    edit = accepted_edit(old, new, before, after)
    if waits := next(newly_stuck(change, world, rules), None):
        file, line = edited_at(old, new, [waits.path])
        edit = AcceptedEdit(f"it gets stuck: {waits.message}")
    if edit is None:
        return None
    return ObjectChange(
        object_id(new),
        Verdict.NOTHING,
        edit.message,
        next_start=edit.next_start,
        run=edit.run,
        data_loss=edit.data_loss,
        controller_error=waits.message if waits else "",
        values=values,
        fix=waits.fix if waits else "",
        notes=notes,
        chain=tuple(step_of(user) for user in edit.users[:SHOWN]),
        file=file,
        line=line,
        deployments=pair.after.deployments,
    )
