"""What CDI would do with the DataVolumes of the files: its semantics (`cdi/`) meet the objects of the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from vmlint.cdi import datavolume
from vmlint.cdi.cause import Cause
from vmlint.cdi.dataimportcron import check as check_cron
from vmlint.cdi.populator import check_import_source, check_upload_source
from vmlint.cdi.render import Failure, Rendered, render
from vmlint.cdi.storageworld import Lookup, Overhead, StorageWorld, Undecided
from vmlint.graph.cluster import Cluster
from vmlint.graph.resolution import State
from vmlint.model.access import mapping
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataVolume,
    VirtualMachine,
    VolumeImportSource,
    VolumeUploadSource,
)
from vmlint.rule import Effect

__all__ = ["Disk", "Refusal", "Storage"]

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_SNAPSHOT = BY_GROUP_KIND["snapshot.storage.k8s.io", "VolumeSnapshot"]
_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]
_NAMESPACE = BY_GROUP_KIND["", "Namespace"]
_EVERYWHERE = frozenset(("default", "kube-system", "kube-public", "kube-node-lease"))


class Disk(NamedTuple):
    """A DataVolume, or a template of one in a VM: the object, where its body stands, and the body."""

    holder: Resource
    path: Path
    body: Mapping[str, Any]

    @property
    def is_template(self) -> bool:
        return bool(self.path)


class Refusal(NamedTuple):
    """Why an object is refused, or a template's DataVolume never made."""

    cause: Cause
    effect: Effect
    disk: Disk | None = None


class Storage:
    """The storage of the files' cluster. `closed` says whether an object that is not in the files does not exist."""

    def __init__(self, cluster: Cluster, closed: Callable[[Ref], bool]) -> None:
        self.cluster = cluster
        self._closed = closed

    def disks(self, holder: Resource) -> Iterator[Disk]:
        """The DataVolume that an object is, or the templates that it holds."""
        if isinstance(holder, DataVolume):
            yield Disk(holder, (), holder.data)
        elif isinstance(holder, VirtualMachine):
            for path, _, template in holder.templates():
                yield Disk(holder, path, template)

    def render(self, disk: Disk) -> Rendered | Failure:
        """The claim that CDI would make of it."""
        return render(disk.body, disk.holder.namespace, self._seen_from(disk.holder))

    def refusals(self, subject: Resource) -> Iterator[Refusal]:
        """Why the cluster refuses an object of CDI, or a VM for its templates; each first failure only, as there.

        KubeVirt checks its templates less than CDI does. What only CDI refuses shows when the VM's controller makes
        the DataVolume: the VM is accepted and never starts.
        """
        if isinstance(subject, DataVolume):
            yield from (
                Refusal(cause, Effect.REJECTED, Disk(subject, (), subject.data)) for cause in self._own(subject)
            )
        elif isinstance(subject, VirtualMachine):
            for disk in self.disks(subject):
                yield from self._of_template(subject, disk)
        elif check := _CHECKS.get(type(subject)):
            yield from (Refusal(cause, Effect.REJECTED) for cause in check(subject.data))

    def _own(self, subject: DataVolume) -> tuple[Cause, ...]:
        claims = self.cluster.named(Ref(_CLAIM.group, _CLAIM.name, subject.namespace, subject.name))
        return datavolume.check(
            subject.data,
            subject.namespace,
            self._lookup(_DATA_SOURCE, subject),
            namespace_exists=self._namespace_exists,
            existing_claim=claims[0].data if len(claims) == 1 else None,
        )

    def _of_template(self, vm: VirtualMachine, disk: Disk) -> Iterator[Refusal]:
        volumes = [volume for _, volume in vm.volumes()]
        found = datavolume.check_template(disk.body, disk.path, vm.namespace, volumes)
        yield from (Refusal(cause, Effect.REJECTED, disk) for cause in found)
        if found:
            return
        rights = datavolume.check_clone_rights(
            disk.body, vm.namespace, self._lookup(_DATA_SOURCE, vm), self._namespace_exists
        )
        later = datavolume.check_spec(mapping(disk.body, "spec"), (*disk.path, "spec"))
        if isinstance(rights, Cause):
            yield Refusal(rights._replace(path=(*disk.path, *rights.path)), Effect.STUCK, disk)
        else:
            yield from (Refusal(cause, Effect.STUCK, disk) for cause in later)

    def _seen_from(self, holder: Resource) -> StorageWorld:
        return self._world._replace(
            claim=self._lookup(_CLAIM, holder),
            snapshot=self._lookup(_SNAPSHOT, holder),
            data_source=self._lookup(_DATA_SOURCE, holder),
        )

    @cached_property
    def _world(self) -> StorageWorld:
        cdi, config = self.cluster.of_kind("CDI"), self.cluster.of_kind("CDIConfig")
        return StorageWorld(
            classes=[found.data for found in self.cluster.of_kind("StorageClass")],
            profiles={found.name: found.data for found in self.cluster.of_kind("StorageProfile")},
            volumes=[found.data for found in self.cluster.of_kind("PersistentVolume")],
            overhead=Overhead.of(cdi[0].data if cdi else None, config[0].data if config else None),
            closed=self._closed(Ref("storage.k8s.io", "StorageClass", "", "")),
        )

    def _lookup(self, kind: Kind, seen_from: Resource) -> Lookup:
        def look(namespace: str, name: str) -> Mapping[str, Any] | Undecided | None:
            ref = Ref(kind.group, kind.name, namespace, name)
            found = self.cluster.resolve(ref, seen_from)
            if found.resource is not None and not found.made:
                return found.resource.data
            if found.state is State.MISSING and self._closed(ref):
                return None
            return Undecided("", f"{ref.kind} `{ref.short}` is not in the files")

        return look

    def _namespace_exists(self, name: str) -> bool | None:
        """Whether a namespace exists, None where the files don't tell: objects in it stand for it."""
        ref = Ref(_NAMESPACE.group, _NAMESPACE.name, "", name)
        if name in _EVERYWHERE or self.cluster.named(ref) or name in self.cluster.namespaces:
            return True
        return False if self._closed(ref) else None


_CHECKS: dict[type[Resource], Callable[[Mapping[str, Any]], tuple[Cause, ...]]] = {
    DataImportCron: check_cron,
    VolumeImportSource: check_import_source,
    VolumeUploadSource: check_upload_source,
}
