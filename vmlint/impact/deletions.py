"""What becomes of an object that is gone from the files, and of those that use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.findings.location import object_id, where
from vmlint.gitops.applied import FLUX
from vmlint.impact.losses import claims_lost
from vmlint.impact.model import ObjectChange, Verdict
from vmlint.impact.pairing import Pair, Side
from vmlint.impact.refusal import rejected
from vmlint.impact.removal import Pruner, Removal
from vmlint.impact.users import Referrers, listed, vms
from vmlint.impact.uses import uses
from vmlint.impact.vms import runs
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    CDI,
    DataVolume,
    KubeVirt,
    PersistentVolumeClaim,
    VirtualMachine,
)
from vmlint.rule import Rule
from vmlint.world import World

__all__ = ["deleted", "moved", "replaced"]

_NAMESPACE = BY_GROUP_KIND["", "Namespace"]
_BLOCKS = "BlockUninstallIfWorkloadsExist"
_IN_NAMESPACES = (VirtualMachine, DataVolume, PersistentVolumeClaim)
"""What a namespace is reported for."""


def deleted(
    side: Side,
    before: Referrers,
    after: Referrers,
    pruner: Pruner,
    renamed_to: Resource | None,
    rules: Sequence[Rule],
    *,
    dropped: bool = False,
) -> ObjectChange | None:
    """What becomes of an object that is gone from the files; None for one that no VM and no disk depends on.

    `before` and `after` are who refers to it before and after the edit. `dropped` means that the files still have the
    object, and what applied it does not apply it any more.
    """
    resource, removal = side.resource, pruner.of(side)
    inside = list(_inside(resource, before, after.world))
    used = list(uses(resource, before, after))
    if not (inside or used or _is_machine(resource)):
        return None
    if resource.spec.get("uninstallStrategy") == _BLOCKS and (
        blocking := _blocking(resource, inside, before, after.world)
    ):
        return _blocked(side, blocking)
    claims = tuple(dict.fromkeys(claim for one in (resource, *inside) for claim in claims_lost(one)))
    notes: list[str] = []
    if earlier := next(rejected(resource, side.world, rules), None):
        notes.append(f"the cluster refused this manifest, so it has an earlier version or none: {earlier.message}")
    if renamed_to is not None:
        notes.append(f"it seems to be renamed to {renamed_to.ref.short}: that is a delete and a create, not an update")
    if not removal.stays:
        if inside:
            of = "all VMs" if isinstance(resource, KubeVirt) else "all objects in a namespace"
            notes.append(f"{of} are deleted with it: {listed(inside)}")
        notes += used
    document, span = where(resource.named)
    return ObjectChange(
        object_id(resource),
        Verdict.NOTHING if removal.stays else Verdict.DELETED,
        _message(removal, claims, dropped=dropped),
        data_loss=() if removal.stays else claims,
        run="stops" if not removal.stays and runs(resource) else None,
        notes=tuple(notes),
        chain=(removal.step,) if removal.step else (),
        file=document.file,
        line=span.line,
        deployments=side.deployments,
        suspended=removal.tool if removal.suspended else "",
    )


def moved(old: Side, new: Side, pruner: Pruner) -> ObjectChange | None:
    """What becomes of an object that another tool applies from now on, and the one before prunes, or is deleted with
    its objects: it is deleted only if that comes first, as a tool spares objects that bear the mark of another one.
    None for an object without data.

    Sources: Flux `kustomize-controller` `internal/controller/kustomization_controller.go` (deleteObjects), Argo CD
    `docs/user-guide/resource_tracking.md`.
    """
    resource, claims = new.resource, claims_lost(old.resource)
    if not claims and not runs(old.resource):
        return None
    document, span = where(resource.named)
    data = f" with its data (claim {', '.join(f'`{claim}`' for claim in claims)})" if claims else ""
    kind = resource.ref.kind
    cascades = pruner.of(old).cascades
    what = "is deleted with its objects" if cascades else "prunes"
    annotation = _spared(old, cascades=cascades)
    return ObjectChange(
        object_id(resource),
        Verdict.UNDECIDED,
        f"it moves here from {old.deployment}, which {what}. If that comes first, it deletes the {kind}{data}, and the "
        f"{kind} is created anew.",
        fix=f"annotate the {kind} in an earlier commit with `{annotation}`, and remove that afterwards",
        file=document.file,
        line=span.line,
        deployments=new.deployments,
    )


def replaced(change: ObjectChange, pair: Pair, pruner: Pruner, rules: Sequence[Rule]) -> ObjectChange:
    """What becomes of an object whose update is refused, where its tool then deletes it and creates it anew."""
    assert pair.before is not None
    assert pair.after is not None
    old, new = pair.before.resource, pair.after.resource
    setting = pruner.forces(pair.after)
    if not setting or pair.before.maker is not None:
        return change
    if next(rejected(new, pair.after.world, rules), None):
        note = f"with `{setting}` the object may be deleted, as its update is refused, and not be created anew"
        return change._replace(notes=(*change.notes, note))
    claims = claims_lost(old)
    lost = f" Its data is lost: claim {', '.join(f'`{claim}`' for claim in claims)}." if claims else ""
    return change._replace(
        verdict=Verdict.DELETED,
        message=f"{change.message} With `{setting}` the {new.ref.kind} is deleted then, and created anew.{lost}",
        data_loss=claims,
        fix=f"revert the edit, or remove `{setting}`",
    )


def _spared(side: Side, *, cascades: bool) -> str:
    """The annotation that keeps an object from being pruned, or from being deleted with the object of its tool."""
    if side.deployment.startswith(FLUX.name):
        return "kustomize.toolkit.fluxcd.io/prune: disabled"
    return f"argocd.argoproj.io/sync-options: {'Delete' if cascades else 'Prune'}=false"


def _is_machine(resource: Resource) -> bool:
    """Whether the deletion of an object is reported whoever uses it."""
    return resource.kind.group.endswith("kubevirt.io") or isinstance(resource, PersistentVolumeClaim)


def _inside(resource: Resource, before: Referrers, after: World) -> Iterator[Resource]:
    """The objects that are deleted with an object though they are in the files after the edit, or nothing else would
    delete them: those in a namespace, and all VMs with the KubeVirt object.

    Source: KubeVirt `pkg/virt-operator/resource/apply/delete.go` (DeleteAll deletes the definitions of the kinds).
    """
    if resource.kind == _NAMESPACE:
        found = (one for one in before.beside(resource.ref) if one.namespace == resource.name)
        kept = (one for one in found if isinstance(one, _IN_NAMESPACES))
        yield from (one for one in kept if after.cluster.named(one.ref))
    elif isinstance(resource, KubeVirt):
        yield from (vm for vm in vms(before.beside(resource.ref)) if after.cluster.named(vm.ref))


def _blocking(resource: Resource, inside: Sequence[Resource], before: Referrers, after: World) -> Sequence[Resource]:
    """The objects for which the webhook of KubeVirt or CDI refuses the deletion of its own object.

    Sources: KubeVirt `pkg/virt-operator/webhooks/webhook.go` (KubeVirtDeletionAdmitter), CDI
    `pkg/apiserver/webhooks/cdi-validate.go` (Admit).
    """
    if isinstance(resource, KubeVirt):
        return inside
    if not isinstance(resource, CDI):
        return ()
    beside = list(before.beside(resource.ref))
    disks = [one for one in beside if isinstance(one, DataVolume)]
    makers = [vm for vm in vms(beside) if any(True for _ in vm.templates())]
    return [one for one in (*disks, *makers) if after.cluster.named(one.ref)]


def _blocked(side: Side, blocking: Sequence[Resource]) -> ObjectChange:
    document, span = where(side.resource.named)
    who, what = ("KubeVirt", "VMs") if isinstance(side.resource, KubeVirt) else ("CDI", "DataVolumes")
    return ObjectChange(
        object_id(side.resource),
        Verdict.REFUSED,
        f"its manifest is gone, and {who} refuses its deletion while there are {what}: `uninstallStrategy: {_BLOCKS}`.",
        notes=(f"the files have {listed(blocking)}",),
        fix=f"delete the {what} first, or restore the manifest",
        file=document.file,
        line=span.line,
        deployments=side.deployments,
    )


def _message(removal: Removal, claims: Sequence[str], *, dropped: bool) -> str:
    """What becomes of an object whose manifest is gone, with the claims that it takes along."""
    if removal.stays:
        gone = "it is not applied any more" if dropped else "its manifest is gone"
        return f"{gone}, and {removal.stays}{f': {removal.until}' * bool(removal.until)}."
    lost = f" Its data is lost with it: claim {', '.join(f'`{claim}`' for claim in claims)}." if claims else ""
    if removal.cascades:
        return f"{removal.tool} is deleted, and takes it along.{lost}"
    if dropped and removal.tool:
        return f"{removal.tool} does not apply it any more, and deletes it.{lost}"
    gone = "its kustomization does not include it any more" if dropped else "its manifest is gone"
    return f"{gone}, and {removal.tool or 'a tool that prunes'} deletes it.{lost}"
