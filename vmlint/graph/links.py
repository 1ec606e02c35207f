"""Who refers to whom: the one table of references, and the function that reads them off an object.

A row has where a reference is written, what kind of object it names and in which namespace. The patterns are field
paths in which `[*]` represents each entry of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from operator import itemgetter
from typing import Any

from vmlint.model.access import get, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, BY_NAME, Kind
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachinePool
from vmlint.record import Codes, Record

__all__ = ["Link", "LinkKind", "links"]


class LinkKind(Codes):
    """What a reference is for."""

    VOLUME = "volume"
    INSTANCETYPE = "instancetype"
    PREFERENCE = "preference"
    REVISION = "revision"
    SOURCE = "source"
    POPULATOR = "populator"
    STORAGE_CLASS = "storage class"
    STORAGE_PROFILE = "storage profile"
    NETWORK = "network"
    SECRET = "secret"
    CONFIG_MAP = "config map"
    SERVICE_ACCOUNT = "service account"
    PRIORITY_CLASS = "priority class"
    MANAGES = "manages"
    VOLUME_NAME = "persistent volume"
    OPERAND = "operand"
    """What an operation reads: the VM of a snapshot, the snapshot of a restore."""
    TARGET = "target"
    """The VM that a restore or clone writes; it need not be there."""


class Link(Record):
    """A reference: what it is for, who refers, in which field, and to what."""

    kind: LinkKind
    source: Resource
    path: Path
    ref: Ref


_Target = Callable[[Mapping[str, Any], str, str], Ref | None]
"""From the mapping that holds the reference, the name in it and the subject's namespace to what is meant."""


def _kind(name: str) -> tuple[str, str, bool]:
    kind = BY_NAME[name]
    return kind.group, kind.name, kind.namespaced


def _local(kind_name: str) -> _Target:
    """An object in the subject's own namespace, or a cluster-wide one."""
    group, kind, namespaced = _kind(kind_name)

    def target(_holder: Mapping[str, Any], name: str, namespace: str) -> Ref:
        return Ref(group, kind, namespace if namespaced else "", name)

    return target


def _beside(kind_name: str) -> _Target:
    """An object in the namespace that is beside the name; the subject's own where none is there."""
    group, kind, _ = _kind(kind_name)

    def target(holder: Mapping[str, Any], name: str, namespace: str) -> Ref:
        return Ref(group, kind, text(holder, "namespace") or namespace, name)

    return target


_data_source = _beside("DataSource")


def _source_ref(holder: Mapping[str, Any], name: str, namespace: str) -> Ref | None:
    return _data_source(holder, name, namespace) if holder.get("kind") == "DataSource" else None


def _populator(holder: Mapping[str, Any], name: str, namespace: str) -> Ref | None:
    """`dataSource` and `dataSourceRef`: any kind of object of the claim's namespace."""
    group, kind = text(holder, "apiGroup"), text(holder, "kind")
    return Ref(group, kind, text(holder, "namespace") or namespace, name) if kind else None


def _clone_source(holder: Mapping[str, Any], name: str, namespace: str) -> Ref | None:
    kind = text(holder, "kind")
    return Ref("snapshot.storage.k8s.io" if kind == "VolumeSnapshot" else "", kind, namespace, name) if kind else None


def _matcher(matcher: Matcher) -> _Target:
    def target(holder: Mapping[str, Any], name: str, namespace: str) -> Ref | None:
        kind = matcher.kind(text(holder, "kind"))
        return kind and Ref(kind.group, kind.name, namespace if kind.namespaced else "", name)

    return target


def _operand(holder: Mapping[str, Any], name: str, namespace: str) -> Ref | None:
    """An object by API group and kind, where KubeVirt knows one of both."""
    row = BY_GROUP_KIND.get((text(holder, "apiGroup"), text(holder, "kind")))
    return Ref(row.group, row.name, namespace, name) if row else None


_NETWORK = BY_GROUP_KIND["k8s.cni.cncf.io", "NetworkAttachmentDefinition"]


def _network(_holder: Mapping[str, Any], name: str, namespace: str) -> Ref:
    """`name` or `namespace/name`; Source: KubeVirt `pkg/network/multus`."""
    group, kind = _NETWORK.group, _NETWORK.name
    before, slash, after = name.partition("/")
    return Ref(group, kind, before, after) if slash else Ref(group, kind, namespace, name)


_VMI = {
    "VirtualMachine": "spec.template.spec",
    "VirtualMachineInstance": "spec",
    "VirtualMachineInstanceReplicaSet": "spec.template.spec",
    "VirtualMachinePool": "spec.virtualMachineTemplate.spec.template.spec",
}
_VM = {"VirtualMachine": "spec", "VirtualMachinePool": "spec.virtualMachineTemplate.spec"}
_DATA_VOLUME = {
    "DataVolume": "spec",
    "DataImportCron": "spec.template.spec",
    **{kind: f"{spec}.dataVolumeTemplates[*].spec" for kind, spec in _VM.items()},
}
_CLAIM = {
    "PersistentVolumeClaim": ("spec",),
    **{kind: (f"{spec}.pvc", f"{spec}.storage") for kind, spec in _DATA_VOLUME.items() if kind not in _VM},
    **{
        kind: (f"{_DATA_VOLUME[kind]}.pvc", f"{_DATA_VOLUME[kind]}.storage", f"{spec}.volumeClaimTemplates[*].spec")
        for kind, spec in _VM.items()
    },
}

_CLOUD_INIT = tuple(
    f"volumes[*].{kind}.{ref}.name"
    for kind in ("cloudInitNoCloud", "cloudInitConfigDrive")
    for ref in ("secretRef", "networkDataSecretRef")
)

# Pattern below the base, what the reference is for, what it names.
_VMI_ROWS: tuple[tuple[str, LinkKind, _Target], ...] = (
    ("volumes[*].dataVolume.name", LinkKind.VOLUME, _local("DataVolume")),
    ("volumes[*].persistentVolumeClaim.claimName", LinkKind.VOLUME, _local("PersistentVolumeClaim")),
    ("volumes[*].ephemeral.persistentVolumeClaim.claimName", LinkKind.VOLUME, _local("PersistentVolumeClaim")),
    ("volumes[*].memoryDump.claimName", LinkKind.VOLUME, _local("PersistentVolumeClaim")),
    ("volumes[*].configMap.name", LinkKind.CONFIG_MAP, _local("ConfigMap")),
    ("volumes[*].sysprep.configMap.name", LinkKind.CONFIG_MAP, _local("ConfigMap")),
    ("volumes[*].secret.secretName", LinkKind.SECRET, _local("Secret")),
    ("volumes[*].sysprep.secret.name", LinkKind.SECRET, _local("Secret")),
    *((pattern, LinkKind.SECRET, _local("Secret")) for pattern in _CLOUD_INIT),
    ("accessCredentials[*].sshPublicKey.source.secret.secretName", LinkKind.SECRET, _local("Secret")),
    ("accessCredentials[*].userPassword.source.secret.secretName", LinkKind.SECRET, _local("Secret")),
    ("volumes[*].serviceAccount.serviceAccountName", LinkKind.SERVICE_ACCOUNT, _local("ServiceAccount")),
    ("serviceAccountName", LinkKind.SERVICE_ACCOUNT, _local("ServiceAccount")),
    ("networks[*].multus.networkName", LinkKind.NETWORK, _network),
    ("priorityClassName", LinkKind.PRIORITY_CLASS, _local("PriorityClass")),
)
_VM_ROWS: tuple[tuple[str, LinkKind, _Target], ...] = (
    ("instancetype.name", LinkKind.INSTANCETYPE, _matcher(Matcher.INSTANCETYPE)),
    ("instancetype.revisionName", LinkKind.REVISION, _local("ControllerRevision")),
    ("preference.name", LinkKind.PREFERENCE, _matcher(Matcher.PREFERENCE)),
    ("preference.revisionName", LinkKind.REVISION, _local("ControllerRevision")),
)
_DATA_VOLUME_ROWS: tuple[tuple[str, LinkKind, _Target], ...] = (
    ("source.pvc.name", LinkKind.SOURCE, _beside("PersistentVolumeClaim")),
    ("source.snapshot.name", LinkKind.SOURCE, _beside("VolumeSnapshot")),
    ("sourceRef.name", LinkKind.SOURCE, _source_ref),
    *((f"source.{kind}.secretRef", LinkKind.SECRET, _local("Secret")) for kind in ("http", "s3", "gcs", "registry")),
    *((f"source.{kind}.secretRef", LinkKind.SECRET, _local("Secret")) for kind in ("imageio", "vddk")),
    *((f"source.{kind}.certConfigMap", LinkKind.CONFIG_MAP, _local("ConfigMap")) for kind in ("http", "s3")),
    *((f"source.{kind}.certConfigMap", LinkKind.CONFIG_MAP, _local("ConfigMap")) for kind in ("registry", "imageio")),
    ("source.http.secretExtraHeaders[*]", LinkKind.SECRET, _local("Secret")),
    ("source.vddk.extraArgs", LinkKind.CONFIG_MAP, _local("ConfigMap")),
    ("priorityClassName", LinkKind.PRIORITY_CLASS, _local("PriorityClass")),
)
_CLAIM_ROWS: tuple[tuple[str, LinkKind, _Target], ...] = (
    ("storageClassName", LinkKind.STORAGE_CLASS, _local("StorageClass")),
    ("dataSourceRef.name", LinkKind.POPULATOR, _populator),
    ("dataSource.name", LinkKind.POPULATOR, _populator),
)
_OBJECT_ROWS: dict[str, tuple[tuple[str, LinkKind, _Target], ...]] = {
    "DataSource": (
        ("spec.source.pvc.name", LinkKind.SOURCE, _beside("PersistentVolumeClaim")),
        ("spec.source.snapshot.name", LinkKind.SOURCE, _beside("VolumeSnapshot")),
        ("spec.source.dataSource.name", LinkKind.SOURCE, _beside("DataSource")),
    ),
    "VirtualMachineSnapshot": (("spec.source.name", LinkKind.OPERAND, _operand),),
    "VirtualMachineRestore": (
        ("spec.virtualMachineSnapshotName", LinkKind.OPERAND, _local("VirtualMachineSnapshot")),
        ("spec.target.name", LinkKind.TARGET, _operand),
    ),
    "VirtualMachineClone": (
        ("spec.source.name", LinkKind.OPERAND, _operand),
        ("spec.target.name", LinkKind.TARGET, _operand),
    ),
    "VirtualMachineExport": (
        ("spec.source.name", LinkKind.OPERAND, _operand),
        ("spec.tokenSecretRef", LinkKind.SECRET, _local("Secret")),
    ),
    "VirtualMachineBackup": (
        ("spec.source.name", LinkKind.OPERAND, _operand),
        ("spec.pvcName", LinkKind.OPERAND, _local("PersistentVolumeClaim")),
        ("spec.tokenSecretRef", LinkKind.SECRET, _local("Secret")),
    ),
    "VirtualMachineBackupTracker": (("spec.source.name", LinkKind.OPERAND, _operand),),
    "DataImportCron": (("spec.managedDataSource", LinkKind.MANAGES, _local("DataSource")),),
    "VolumeCloneSource": (("spec.source.name", LinkKind.SOURCE, _clone_source),),
    "VolumeSnapshot": (("spec.source.persistentVolumeClaimName", LinkKind.SOURCE, _local("PersistentVolumeClaim")),),
    "PersistentVolumeClaim": (("spec.volumeName", LinkKind.VOLUME_NAME, _local("PersistentVolume")),),
    "PersistentVolume": (("spec.storageClassName", LinkKind.STORAGE_CLASS, _local("StorageClass")),),
    "StorageClass": (("metadata.name", LinkKind.STORAGE_PROFILE, _local("StorageProfile")),),
}


class _Row(Record):
    number: int
    kind: LinkKind
    target: _Target


class _Step:
    """The rows of the table as a tree, so that each object is walked once: what may follow at a point of a path."""

    __slots__ = ("below", "each", "rows")

    def __init__(self) -> None:
        self.below: dict[str, _Step] = {}
        self.each: _Step | None = None  # the entries of a list
        self.rows: list[_Row] = []

    def then(self, step: str) -> _Step:
        if step != "*":
            return self.below.setdefault(step, _Step())
        self.each = self.each or _Step()
        return self.each


@cache
def _tree(kind: Kind) -> _Step:
    """All rows of a kind of object, with whole paths; none for a kind of the same name in another API group."""
    root = _Step()
    if BY_NAME.get(kind.name) != kind:
        return root
    written: list[tuple[str, LinkKind, _Target]] = list(_OBJECT_ROWS.get(kind.name, ()))
    for bases, rows in ((_VMI, _VMI_ROWS), (_VM, _VM_ROWS), (_DATA_VOLUME, _DATA_VOLUME_ROWS), (_CLAIM, _CLAIM_ROWS)):
        base = bases.get(kind.name, ())
        for prefix in (base,) if isinstance(base, str) else base:
            written += [(f"{prefix}.{pattern}", link, target) for pattern, link, target in rows]
    for number, (pattern, link, target) in enumerate(written):
        point = root
        for step in pattern.replace("[*]", ".*").split("."):
            point = point.then(step)
        point.rows.append(_Row(number, link, target))
    return root


def links(resource: Resource) -> tuple[Link, ...]:
    """The references that an object writes, in the table's order. An empty name refers to nothing."""
    return resource.once(_links)


def _links(resource: Resource) -> tuple[Link, ...]:
    found: list[tuple[int, Link]] = []
    _gather(_tree(resource.kind), resource.data, (), resource, found)
    found.sort(key=itemgetter(0))
    ordered = [link for _, link in found]
    return tuple(_of_replicas(resource, ordered) if isinstance(resource, VirtualMachinePool) else ordered)


_INDEXED = {LinkKind.SECRET: "appendIndexToSecretRefs", LinkKind.CONFIG_MAP: "appendIndexToConfigMapRefs"}
_INDEXED_VOLUMES = ("configMap", "secret", "cloudInitNoCloud", "cloudInitConfigDrive")
_MOST_REPLICAS = 100
"""Of a larger pool the first replicas stand for all."""


def _of_replicas(pool: VirtualMachinePool, found: Iterable[Link]) -> Iterator[Link]:
    """A pool's references, in which the names that get the index of a replica stand once for each.

    Source: KubeVirt `pkg/virt-controller/watch/pool/pool.go` (indexVMSpec); sysprep and access credentials get none.
    """
    depth = len(pool.vmi_path)
    replicas = get(pool.data, "spec", "replicas")
    for link in found:
        field = _INDEXED.get(link.kind)
        volume = link.path[depth : depth + 1] == ("volumes",) and link.path[depth + 2] in _INDEXED_VOLUMES
        if not volume or field is None or get(pool.data, "spec", "nameGeneration", field) is not True:
            yield link
            continue
        number = 1 if replicas is None else replicas
        for index in range(min(number, _MOST_REPLICAS) if isinstance(number, int) else 0):
            yield link._replace(ref=link.ref._replace(name=f"{link.ref.name}-{index}"))


def _gather(point: _Step, holder: Any, path: Path, source: Resource, found: list[tuple[int, Link]]) -> None:
    """Add each reference below a mapping or list, with the number of its row."""
    if isinstance(holder, dict):
        follow = point.below.get
        for key, value in holder.items():
            if (below := follow(key)) is None:
                continue
            if isinstance(value, str):
                if value and below.rows:
                    _note(below, holder, value, (*path, key), source, found)
            elif value:
                _gather(below, value, (*path, key), source, found)
    elif isinstance(holder, list) and (entry := point.each) is not None:
        for index, value in enumerate(holder):
            if isinstance(value, str):
                _note(entry, {}, value, (*path, index), source, found)
            else:
                _gather(entry, value, (*path, index), source, found)


def _note(
    point: _Step, holder: Mapping[str, Any], name: str, path: Path, source: Resource, found: list[tuple[int, Link]]
) -> None:
    """Add the references that a name means which is at a point; an empty one means none."""
    for row in point.rows if name else ():
        ref = row.target(holder, name, source.namespace)
        if ref is not None:
            found.append((row.number, Link(row.kind, source, path, ref)))
