"""What becomes of an object that is gone from the files, and of those that use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vmlint.findings.location import object_id, where
from vmlint.graph.links import Link, LinkKind
from vmlint.impact.losses import claims_lost
from vmlint.impact.model import ObjectChange, Verdict
from vmlint.impact.pairing import Side
from vmlint.impact.refusal import rejected
from vmlint.impact.removal import Pruner, Removal
from vmlint.impact.users import Referrers, listed, matched_by, vms
from vmlint.impact.vms import runs
from vmlint.model.access import get
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataVolume,
    Instancetype,
    KubeVirt,
    PersistentVolumeClaim,
    Preference,
    VirtualMachine,
)
from vmlint.rule import Rule
from vmlint.world import World

__all__ = ["deleted"]

_NAMESPACE = BY_GROUP_KIND["", "Namespace"]
_BLOCKS = "BlockUninstallIfWorkloadsExist"
_IN_NAMESPACES = (VirtualMachine, DataVolume, PersistentVolumeClaim)
"""What a namespace is reported for."""

_STARTS = "a guest that runs continues, and can't start again"
_USED: Mapping[LinkKind, str] = {
    LinkKind.VOLUME: "a guest that runs keeps the claim until it stops, and can't start again",
    LinkKind.SECRET: _STARTS,
    LinkKind.CONFIG_MAP: _STARTS,
    LinkKind.SERVICE_ACCOUNT: _STARTS,
    LinkKind.PRIORITY_CLASS: _STARTS,
    LinkKind.NETWORK: _STARTS,
    LinkKind.REVISION: _STARTS,
    LinkKind.SOURCE: "existing copies don't change, and new ones never become ready",
    LinkKind.STORAGE_CLASS: "existing claims don't change, and new ones are not provisioned",
}
"""What the deletion of an object does to those that refer to it. Sources: Kubernetes
`pkg/controller/volume/pvcprotection`, KubeVirt `pkg/virt-controller/services/rendervolumes.go`."""


def deleted(
    side: Side,
    after: Referrers,
    pruner: Pruner,
    renamed_to: Resource | None,
    rules: Sequence[Rule],
    *,
    dropped: bool = False,
) -> ObjectChange | None:
    """What becomes of an object that is gone from the files; None for one that no VM and no disk depends on.

    `after` is the cluster after the edit. `dropped` means that the files still have the object, and its tool does not
    apply it any more.
    """
    resource, removal = side.resource, pruner.of(side)
    inside = list(_inside(resource, side.world, after.world))
    used = list(_uses(resource, side.world, after))
    if not (inside or used or _is_machine(resource)):
        return None
    if isinstance(resource, KubeVirt) and inside and resource.spec.get("uninstallStrategy") == _BLOCKS:
        return _kept_by_vms(side, inside)
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


def _is_machine(resource: Resource) -> bool:
    """Whether the deletion of an object is reported whoever uses it."""
    return resource.kind.group.endswith("kubevirt.io") or isinstance(resource, PersistentVolumeClaim)


def _inside(resource: Resource, before: World, after: World) -> Iterator[Resource]:
    """The objects that are deleted with an object though they are in the files after the edit, or nothing else would
    delete them: those in a namespace, and all VMs with the KubeVirt object.

    Source: KubeVirt `pkg/virt-operator/resource/apply/delete.go` (DeleteAll deletes the definitions of the kinds).
    """
    if resource.kind == _NAMESPACE:
        found = (one for one in before.cluster.resources if one.namespace == resource.name)
        kept = (one for one in found if isinstance(one, _IN_NAMESPACES) and not one.fragment)
        yield from (one for one in kept if after.cluster.named(one.ref))
    elif isinstance(resource, KubeVirt):
        yield from (vm for vm in vms(before) if after.cluster.named(vm.ref))


def _kept_by_vms(side: Side, inside: Sequence[Resource]) -> ObjectChange:
    """Source: KubeVirt `pkg/virt-operator/webhooks/webhook.go` (KubeVirtDeletionAdmitter)."""
    document, span = where(side.resource.named)
    return ObjectChange(
        object_id(side.resource),
        Verdict.REFUSED,
        f"its manifest is gone, and KubeVirt refuses its deletion while there are VMs: `uninstallStrategy: {_BLOCKS}`.",
        notes=(f"the files have {listed(inside)}",),
        fix="delete the VMs first, or restore the manifest",
        file=document.file,
        line=span.line,
        deployments=side.deployments,
    )


def _uses(resource: Resource, before: World, after: Referrers) -> Iterator[str]:
    """What the deletion of an object does to the objects that use it before and after the edit: a sentence for each way
    of using it."""
    if isinstance(resource, Instancetype | Preference):
        still = {vm.ref for vm in matched_by(resource, after.world)}
        if matched := [vm for vm in matched_by(resource, before) if vm.ref in still]:
            keep = "keeps" if len(matched) == 1 else "keep"
            yield f"{listed(matched)} {keep} the stored copy; a VM that is created later never starts"
        return
    if after.world.cluster.named(resource.ref) or after.world.cluster.makers(resource.ref):
        return  # something else makes it now
    users: dict[str, list[Resource]] = {}
    for link in after.to(resource.ref):
        if link.kind in _USED and before.cluster.named(link.source.ref) and not _is_optional(link):
            named = users.setdefault(_USED[link.kind], [])
            if link.source not in named[-1:]:
                named.append(link.source)
    for what, found in users.items():
        yield f"{listed(found)} {'uses' if len(found) == 1 else 'use'} it: {what}"


def _is_optional(link: Link) -> bool:
    return get(link.source.data, *link.path[:-1], "optional") is True


def _message(removal: Removal, claims: Sequence[str], *, dropped: bool) -> str:
    """What becomes of an object whose manifest is gone, with the claims that it takes along."""
    if removal.stays:
        return f"its manifest is gone, and {removal.stays}{f': {removal.until}' * bool(removal.until)}."
    lost = f" Its data is lost with it: claim {', '.join(f'`{claim}`' for claim in claims)}." if claims else ""
    if dropped:
        return f"{removal.tool} does not apply it any more, and deletes it.{lost}"
    return f"its manifest is gone, and {removal.tool or 'a tool that prunes'} deletes it.{lost}"
