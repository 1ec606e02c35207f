"""What an edit of an object other than a VM does that the cluster accepts."""

from __future__ import annotations

from collections.abc import Sequence

from vmlint.impact.losses import claims_lost
from vmlint.impact.users import Referrers, listed
from vmlint.kubevirt.update.replicas import Guests, Replicas, keeps_disks, pool_update, replica_set_update
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataSource,
    Instancetype,
    KubeVirt,
    MigrationPolicy,
    PersistentVolumeClaim,
    Preference,
    StorageProfile,
    VirtualMachine,
    VirtualMachineInstanceReplicaSet,
    VirtualMachinePool,
)
from vmlint.record import Record

__all__ = ["AcceptedEdit", "accepted_edit"]

_MACHINES = ("kubevirt.io", "storage.k8s.io")
_CONTENT = (BY_GROUP_KIND["", "Secret"], BY_GROUP_KIND["", "ConfigMap"])
_NETWORK = BY_GROUP_KIND["k8s.cni.cncf.io", "NetworkAttachmentDefinition"]
_STORAGE_CLASS = BY_GROUP_KIND["storage.k8s.io", "StorageClass"]


class AcceptedEdit(Record):
    """What an edit does, in a sentence; whether guests have it after their next start; the VMs that are concerned.

    `run` and `data_loss` are those of an `ObjectChange`.
    """

    message: str
    next_start: bool = False
    users: Sequence[VirtualMachine] = ()
    run: str | None = None
    data_loss: tuple[str, ...] = ()


def accepted_edit(old: Resource, new: Resource, before: Referrers, after: Referrers) -> AcceptedEdit | None:
    """What an edit of an object does; None for one that no VM and no disk depends on."""
    if isinstance(new, Instancetype | Preference):
        return _matched(old, new, before, after)
    if new.kind in (*_CONTENT, _NETWORK):
        return _referred(new, after)
    if isinstance(new, VirtualMachinePool):
        return _pool(new, pool_update(old.spec, new.spec))
    if isinstance(new, VirtualMachineInstanceReplicaSet):
        return _replica_set(replica_set_update(old.spec, new.spec))
    if isinstance(new, DataSource):
        return AcceptedEdit("existing copies don't change: only new copies use the new source.")
    if isinstance(new, StorageProfile):
        return AcceptedEdit("existing claims don't change: only new ones follow it.")
    if new.kind == _STORAGE_CLASS:
        return AcceptedEdit("existing claims don't change: new ones, and those that are to grow, follow it.")
    if isinstance(new, MigrationPolicy):
        return AcceptedEdit("migrations that start later follow it.")
    if isinstance(new, KubeVirt):
        return AcceptedEdit("KubeVirt's configuration changes; the VMs that it affects are listed separately.")
    if new.kind.group.endswith(_MACHINES) or isinstance(new, PersistentVolumeClaim):
        return AcceptedEdit("the cluster applies it at once.")
    return None


def _matched(old: Resource, new: Resource, before: Referrers, after: Referrers) -> AcceptedEdit:
    known = {vm.ref for vm in before.matched_by(old)}
    users = [vm for vm in after.matched_by(new) if vm.ref in known]
    noun = "instancetype" if isinstance(new, Instancetype) else "preference"
    if not users:
        return AcceptedEdit(f"no VM has this {noun}: VMs that are created later get the new values.")
    keep = f"{listed(users)} {'keeps' if len(users) == 1 else 'keep'} the old {noun}"
    return AcceptedEdit(
        f"{keep}, in a copy that KubeVirt stored: only VMs that are created later get the new values.", users=users
    )


def _referred(new: Resource, after: Referrers) -> AcceptedEdit | None:
    """Content that a guest gets with its pod."""
    users = after.vms(new.ref)
    if not users:
        return None
    sees = f"{listed(users)} {'sees' if len(users) == 1 else 'see'} it"
    if new.kind == _NETWORK:
        return AcceptedEdit(f"{sees} at the next start or migration, with a new pod.", next_start=True, users=users)
    message = f"{sees} at the next start"
    if any(_is_cloud_init(link.path) for link in after.to(new.ref)):
        message += "; cloud-init runs most modules once for each instance"
    return AcceptedEdit(f"{message}.", next_start=True, users=users)


def _is_cloud_init(path: Sequence[str | int]) -> bool:
    return any(str(step).startswith("cloudInit") for step in path)


_GUESTS = {
    Guests.LATER: "its VMs are updated, each as if it was edited",
    Guests.STARTED: "its VMs are updated, and their guests start",
    Guests.STOPPED: "its VMs are updated, and the guests that run are stopped: their run strategy does not start them "
    "again",
    Guests.RESTARTED: "its VMs are updated, and the guests that run are restarted at once",
    Guests.RECREATED: "its VMs are deleted and created again, since their DataVolume templates differ",
}

_RUNS = {
    Guests.STARTED: "starts",
    Guests.STOPPED: "stops",
    Guests.RESTARTED: "restarts",
    Guests.RECREATED: "restarts",
}


def _pool(pool: VirtualMachinePool, update: Replicas) -> AcceptedEdit:
    parts = [_GUESTS[update.guests]] if update.guests in _GUESTS else []
    lost: tuple[str, ...] = ()
    if update.guests is Guests.RECREATED or (update.removed and not keeps_disks(pool.spec)):
        lost = claims_lost(pool)
    if update.removed:
        parts.append(
            f"{_counted(update.removed, 'VM')} deleted{', without the disks' if keeps_disks(pool.spec) else ''}"
        )
    if update.added:
        parts.append(f"{_counted(update.added, 'VM')} created")
    run = _RUNS.get(update.guests) or _run(update)
    whose = "of the deleted VMs" if update.guests is not Guests.RECREATED else "of all its VMs"
    data = f" The data {whose} is lost: claim {', '.join(f'`{claim}`' for claim in lost)}." if lost else ""
    return AcceptedEdit(
        f"{_joined(parts, update)}.{data}", next_start=update.guests is Guests.LATER, run=run, data_loss=lost
    )


def _replica_set(update: Replicas) -> AcceptedEdit:
    parts = [f"{_counted(update.removed, 'guest')} deleted"] if update.removed else []
    parts += [f"{_counted(update.added, 'guest')} created"] if update.added else []
    kept = "guests that run don't change: only new replicas get the new template"
    return AcceptedEdit(f"{_joined(parts, update) if parts or update.paused else kept}.", run=_run(update))


def _run(update: Replicas) -> str | None:
    return "stops" if update.removed else "starts" if update.added else None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def _joined(parts: Sequence[str], update: Replicas) -> str:
    if update.paused:
        return "it is paused, so its controller does nothing"
    return ", and ".join(parts) or "its VMs don't change"
