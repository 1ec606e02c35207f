"""What the controllers of pools and replica sets do with their VMs and guests after an update.

Sources: KubeVirt `pkg/virt-controller/watch/pool/pool.go` (scale, proactiveScaleIn, update, isOutdatedVMI,
handleResourceUpdate), `pkg/virt-controller/watch/replicaset/replicaset.go` (scale),
`pkg/virt-controller/watch/vm/vm.go` (syncRunStrategy).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.update.controller import runs_at_once
from vmlint.kubevirt.values import whole
from vmlint.model.access import get, mapping, text
from vmlint.record import Codes, Record

__all__ = ["Guests", "Replicas", "keeps_disks", "pool_update", "replica_set_update"]


class Guests(Codes):
    """What becomes of the guests that run."""

    KEPT = "kept"
    """They are not touched."""
    LATER = "later"
    """Their VMs are updated, and they get the change as if somebody had edited the VMs."""
    STARTED = "started"
    RESTARTED = "restarted"
    STOPPED = "stopped"
    """Nothing starts them again."""
    RECREATED = "recreated"
    """Their VMs are deleted and created again."""


class Replicas(Record):
    """How many VMs or guests are created and deleted, and what becomes of the others."""

    added: int = 0
    removed: int = 0
    guests: Guests = Guests.KEPT
    paused: bool = False


def pool_update(old: Mapping[str, Any], new: Mapping[str, Any]) -> Replicas:
    """What an update of a VirtualMachinePool's spec does to its VMs."""
    scaled = replica_set_update(old, new)
    if any(get(new, "scaleInStrategy", name) is not None for name in ("unmanaged", "opportunistic")):
        scaled = scaled._replace(removed=0)
    if scaled.paused or get(new, "updateStrategy", "unmanaged") is not None:
        return scaled
    before, after = mapping(old, "virtualMachineTemplate"), mapping(new, "virtualMachineTemplate")
    if before == after:
        return scaled
    proactive = get(new, "updateStrategy", "opportunistic") is None
    return scaled._replace(guests=_guests(mapping(before, "spec"), mapping(after, "spec"), proactive=proactive))


_RUNS_ONCE_STARTED = ("RerunOnFailure", "Manual")
"""Run strategies by which a guest that the pool deletes is not started again."""


def _guests(old: Mapping[str, Any], new: Mapping[str, Any], *, proactive: bool) -> Guests:
    """What becomes of the guests of updated VMs, from their VMs' specs. `proactive`: the pool deletes outdated ones."""
    runs = runs_at_once(old, running=False)
    if runs and proactive and old.get("dataVolumeTemplates") != new.get("dataVolumeTemplates"):
        return Guests.RECREATED
    stays = runs_at_once(new, running=runs)
    if stays != runs:
        return Guests.STARTED if stays else Guests.STOPPED
    if runs and proactive and old.get("template") != new.get("template"):
        return Guests.STOPPED if text(new, "runStrategy") in _RUNS_ONCE_STARTED else Guests.RESTARTED
    return Guests.LATER


def replica_set_update(old: Mapping[str, Any], new: Mapping[str, Any]) -> Replicas:
    """What an update of a VirtualMachineInstanceReplicaSet's spec does to its guests."""
    if new.get("paused") is True:
        return Replicas(paused=True)
    before, after = (whole(spec.get("replicas", 1)) for spec in (old, new))
    if before is None or after is None:
        return Replicas()
    return Replicas(max(after - before, 0), max(before - after, 0))


def keeps_disks(pool: Mapping[str, Any]) -> bool:
    """Whether a pool leaves the DataVolumes and claims of a VM that it deletes since it has fewer replicas."""
    kept = get(pool, "scaleInStrategy", "proactive", "statePreservation")
    return kept not in (None, "Disabled")
