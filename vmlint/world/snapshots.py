"""Whether KubeVirt can take a snapshot of a disk: the storage classes of the files meet their snapshot classes.

Source: KubeVirt `pkg/storage/snapshot/snapshot.go` (getVolumeSnapshotClassName).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmlint.catalog.provisioners import NOT_CSI
from vmlint.cdi.render import Rendered
from vmlint.cdi.storageclass import choose, server_default
from vmlint.graph.cluster import Cluster
from vmlint.model.access import mapping, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.world.disks import Disk
from vmlint.world.storage import Storage

__all__ = ["Lacking", "Snapshots"]

_CLASS = BY_GROUP_KIND["snapshot.storage.k8s.io", "VolumeSnapshotClass"]
_DEFAULT = "snapshot.storage.kubernetes.io/is-default-class"


class Lacking(Record):
    """A disk that can't be snapshotted: its volume, its storage class, that class's provisioner, and the snapshot
    classes among which KubeVirt can't choose."""

    volume: str
    storage_class: str
    provisioner: str
    rivals: tuple[str, ...] = ()


class Snapshots:
    """The snapshot classes of a world. `closed` means that an object that is not in the files does not exist."""

    def __init__(self, cluster: Cluster, storage: Storage, closed: Callable[[Ref], bool]) -> None:
        self._cluster = cluster
        self._storage = storage
        self._closed = closed

    def lacking(self, vm: VirtualMachine) -> tuple[Lacking, ...]:
        """The VM's disks on claims of which KubeVirt surely takes no snapshot, in the order of its volumes."""
        found = []
        for _, volume in vm.volumes():
            disk = self._storage.own_claim(vm, volume)
            lack = self._lack(disk, text(volume, "name")) if isinstance(disk, Disk) else None
            if lack is not None:
                found.append(lack)
        return tuple(found)

    def _lack(self, disk: Disk, volume: str) -> Lacking | None:
        storage_class = self.class_of(disk)
        name, provisioner = text(storage_class, "metadata", "name"), text(storage_class, "provisioner")
        if not provisioner or is_unknown(provisioner) or self._chosen_by_profile(name):
            return None
        if provisioner.startswith(NOT_CSI):
            return Lacking(volume, name, provisioner)
        classes = [resource.data for resource in self._cluster.of_kind(_CLASS.name)]
        if not self._closed(Ref(_CLASS.group, _CLASS.name, "", "")) or any(
            is_unknown(entry.get("driver")) for entry in classes
        ):
            return None
        fitting = [entry for entry in classes if entry.get("driver") == provisioner]
        if len(fitting) == 1 or any(_DEFAULT in mapping(entry, "metadata", "annotations") for entry in fitting):
            return None
        return Lacking(volume, name, provisioner, tuple(sorted(text(entry, "metadata", "name") for entry in fitting)))

    def class_of(self, disk: Disk) -> Mapping[str, Any] | None:
        """The storage class of a disk, None where the files don't show it."""
        outcome = self._storage.outline(disk)
        choice = outcome.choice
        if choice is None:
            # A claim that is taken as it is, with the class of the VM's preference where it names none.
            spec = outcome.spec if isinstance(outcome, Rendered) else disk.spec
            named = spec.get("storageClassName")
            if named is None and self._storage.class_unknown(disk):
                return None
            if named is not None and (not isinstance(named, str) or is_unknown(named)):
                return None
            classes = [resource.data for resource in self._cluster.of_kind("StorageClass")]
            choice = server_default(classes) if named is None else choose(classes, named)
        return choice.storage_class if choice.decided else None

    def _chosen_by_profile(self, name: str) -> bool:
        return any(
            text(resource.data, "status", "snapshotClass") or text(resource.data, "spec", "snapshotClass")
            for resource in self._cluster.of_kind("StorageProfile")
            if resource.name == name
        )
