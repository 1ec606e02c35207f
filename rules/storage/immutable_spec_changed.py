"""An immutable field has changed.

## What it does
Compares the specs of DataVolumes, DataImportCrons, VolumeImportSources, VolumeUploadSources, VirtualMachineInstances,
and of KubeVirt's snapshots, restores, exports, backups and migrations with those of the commit that `--changed` names;
of a VirtualMachinePool the selector, of a StorageClass the provisioner, the parameters, the reclaim policy and the
binding mode, of a Secret the type, of a Secret or ConfigMap with `immutable: true` the content. The checkpoints of a
DataVolume or VolumeImportSource that imports from VDDK or ImageIO in several stages may change.

## Why it fails
The object was applied with the old spec, and CDI and KubeVirt refuse a different one. A tool that applies the
repository stops here, or retries without end.

## Cluster message
The refusal contains `Cannot update DataVolume Spec`, `immutable after creation`, `is immutable` or `Forbidden`.

## Bad
    kind: DataVolume
    metadata: {name: data}
    spec:
      source: {http: {url: "https://images.example.com/fedora-42.qcow2"}}
      storage: {resources: {requests: {storage: 20Gi}}}   # was 10Gi

## Good
    kind: DataVolume
    metadata: {name: data-2}
    spec:
      source: {http: {url: "https://images.example.com/fedora-42.qcow2"}}
      storage: {resources: {requests: {storage: 20Gi}}}

## How to fix
Create an object with another name, or delete the old one first.

## Source
CDI `pkg/apiserver/webhooks/datavolume-validate.go`, `dataimportcron-validate.go`, `populators-validate.go`; KubeVirt
`pkg/storage/admitters` (vmsnapshot, vmrestore, vmexport), `pkg/virt-api/webhooks/validating-webhook/admitters`
(migration-update, vmi-update, vmpool), `staging/src/kubevirt.io/api/backup`; Kubernetes
`pkg/apis/storage/validation/validation.go` (ValidateStorageClassUpdate), `pkg/apis/core/validation/validation.go`
(ValidateSecretUpdate, ValidateConfigMapUpdate).
"""

from collections.abc import Iterator, Mapping, Sequence

from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.resource import Resource
from vmlint.model.unknown import is_unknown
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.schema.differences import Difference
from vmlint.world import World

from .._updates import describe

META = Meta("VM427", effect=Effect.REJECTED, since="0.1", subject=Change, refuses_updates=True)

_CDI, _SNAPSHOT, _KUBEVIRT = "cdi.kubevirt.io", "snapshot.kubevirt.io", "kubevirt.io"
_BACKUP = "backup.kubevirt.io"
_SPEC: tuple[Path, ...] = (("spec",),)
_REFUSING: Mapping[Kind, tuple[str, tuple[Path, ...]]] = {
    BY_GROUP_KIND[_CDI, "DataVolume"]: ("CDI", _SPEC),
    BY_GROUP_KIND[_CDI, "DataImportCron"]: ("CDI", _SPEC),
    BY_GROUP_KIND[_CDI, "VolumeImportSource"]: ("CDI", _SPEC),
    BY_GROUP_KIND[_CDI, "VolumeUploadSource"]: ("CDI", _SPEC),
    BY_GROUP_KIND[_SNAPSHOT, "VirtualMachineSnapshot"]: ("KubeVirt", _SPEC),
    BY_GROUP_KIND[_SNAPSHOT, "VirtualMachineRestore"]: ("KubeVirt", _SPEC),
    BY_GROUP_KIND["export.kubevirt.io", "VirtualMachineExport"]: ("KubeVirt", _SPEC),
    BY_GROUP_KIND[_KUBEVIRT, "VirtualMachineInstance"]: ("KubeVirt", _SPEC),
    BY_GROUP_KIND[_KUBEVIRT, "VirtualMachineInstanceMigration"]: ("KubeVirt", _SPEC),
    BY_GROUP_KIND["pool.kubevirt.io", "VirtualMachinePool"]: ("KubeVirt", (("spec", "selector"),)),
    BY_GROUP_KIND[_BACKUP, "VirtualMachineBackup"]: ("the API server", _SPEC),
    BY_GROUP_KIND[_BACKUP, "VirtualMachineBackupTracker"]: ("the API server", _SPEC),
    BY_GROUP_KIND["storage.k8s.io", "StorageClass"]: (
        "the API server",
        (("provisioner",), ("parameters",), ("reclaimPolicy",), ("volumeBindingMode",)),
    ),
}
"""Who refuses an update of each kind, and of which fields."""
_SECRET = BY_GROUP_KIND["", "Secret"]
_CONTENT = (_SECRET, BY_GROUP_KIND["", "ConfigMap"])
_OPAQUE = "Opaque"
"""The type of a Secret that names none."""
_CONTENT_FIELDS = ("data", "stringData", "binaryData", "immutable")
_DEFAULTS = {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}
_STAGES = ("checkpoints", "finalCheckpoint")
_STAGED_SOURCES = ("vddk", "imageio")
_COLLECTED = "cdi.kubevirt.io/storage.deleteAfterCompletion"


def check(change: Change, world: World) -> Iterator[Fault]:
    new = change.new
    if new.kind in _CONTENT:
        yield from _content(change)
        return
    refusing, fields = _REFUSING.get(new.kind, (None, ()))
    if refusing is None or not change.is_update or change.old.annotations.get(_COLLECTED) == "true":
        return
    staged = sequence(new.spec, "checkpoints") and any(name in mapping(new.spec, "source") for name in _STAGED_SOURCES)
    changed = [difference for difference in _changed(change, fields) if not (staged and difference.path[1] in _STAGES)]
    if changed:
        what = "spec" if fields == _SPEC else f"`{fields[0][-1] if len(fields) == 1 else changed[0].path[0]}`"
        yield META.at(
            new.at(*_there(new, changed[0].path)),
            f"the {what} of a {new.kind.name} can't be changed: {describe(changed)}. "
            f"{refusing[0].upper()}{refusing[1:]} refuses the update.",
            fix=f"restore the old {what}, or rename the {new.kind.name}",
        )


def _content(change: Change) -> Iterator[Fault]:
    """The type of a Secret, and an immutable Secret or ConfigMap; its texts are compared, and not shown."""
    old, new = change.old, change.new
    if not change.is_update:
        return
    was, now = (text(resource.data, "type") or _OPAQUE for resource in (old, new))
    if new.kind == _SECRET and was != now and not (is_unknown(was) or is_unknown(now)):
        yield META.at(
            new.at(*_there(new, ("type",))),
            f"the `type` of a Secret can't be changed: it was `{was}`. The API server refuses the update.",
            fix="restore the old `type`, or rename the Secret and the references to it",
        )
        return
    if old.data.get("immutable") is not True:
        return
    for field in _CONTENT_FIELDS:
        before, after = (resource.data.get(field) or None for resource in (old, new))
        if before == after or is_unknown(before) or is_unknown(after):
            continue
        yield META.at(
            new.at(*_there(new, (field,))),
            f"the `{field}` of {new.kind.name} `{new.name}` differs, and `immutable: true` was applied with it. "
            "The API server refuses the update.",
            fix=f"restore the old content, or rename the {new.kind.name} and the references to it",
        )
        return


def _changed(change: Change, fields: Sequence[Path]) -> Iterator[Difference]:
    """The fields that differ: by the kind's schema, or as they are in a kind without one."""
    for path in fields:
        if path[0] == "spec":
            yield from change.of(path)
            continue
        default = _DEFAULTS.get(str(path[0]))
        old, new = (get(resource.data, *path) or default for resource in (change.old, change.new))
        if old != new and not (is_unknown(old) or is_unknown(new)):
            yield Difference(path, old, new)


def _there(resource: Resource, path: Path) -> Path:
    """The path, or the nearest above it that the object has."""
    while get(resource.data, *path) is None and len(path) > 1:
        path = path[:-1]
    return path if get(resource.data, *path) is not None else ("metadata", "name")
