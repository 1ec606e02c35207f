"""An immutable field of a claim has changed, or its size is reduced.

## What it does
Compares the specs of PersistentVolumeClaims with those of the commit that `--changed` names: the size, the storage
class, the modes, the volume, the selector, the limits, and the data source.

## Why it fails
For an existing claim, the API server accepts only a larger size and another `volumeAttributesClassName`. A larger size
needs a storage class with `allowVolumeExpansion: true`.

## Cluster message
The API server's refusal contains `spec is immutable after creation`, `field can not be less than` or `only dynamically
provisioned pvc can be resized`.

## Bad
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec:
      storageClassName: fast
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 10Gi}}   # was 20Gi

## Good
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec:
      storageClassName: fast
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 30Gi}}   # was 20Gi

## How to fix
Revert the edit, or create a claim with another name and copy the data.

## Source
Kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeClaimUpdate),
`plugin/pkg/admission/storage/persistentvolume/resize`.
"""

from collections.abc import Iterator
from typing import Any

from vmlint.cdi.render import FROM_PROFILE
from vmlint.graph.links import LinkKind, links
from vmlint.model.access import get
from vmlint.model.field import Path, render
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Resource
from vmlint.model.subjects import PersistentVolumeClaim
from vmlint.model.unknown import is_unknown
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from .._updates import shown

META = Meta("VM428", effect=Effect.REJECTED, since="0.1", subject=Change, refuses_updates=True)

_CHOSEN = "cdi.kubevirt.io/applyStorageProfile"
_SIZE: Path = ("spec", "resources", "requests", "storage")
_FIXED: tuple[Path, ...] = (
    ("storageClassName",),
    ("accessModes",),
    ("volumeMode",),
    ("volumeName",),
    ("selector",),
    ("resources", "limits"),
    ("dataSource",),
    ("dataSourceRef",),
)
_FILLED_IN = frozenset(("storageClassName", "accessModes", "volumeMode", "volumeName", "dataSource", "dataSourceRef"))
"""Fields that the cluster fills in: what it has is not known where the claim was applied without one."""
_COPIED = frozenset(("dataSource", "dataSourceRef"))
"""Fields that the API server makes the same: one that is removed comes back from the other."""


def check(change: Change, world: World) -> Iterator[Fault]:
    old, new = change.old, change.new
    if not isinstance(old, PersistentVolumeClaim) or not isinstance(new, PersistentVolumeClaim):
        return
    if not change.is_update:
        return
    for path in _FIXED:
        before, after = (_value(claim, path) for claim in (old, new))
        if before == after or _is_open((before, after)):
            continue
        if (before is None and path[-1] in _FILLED_IN) or (after is None and path[-1] in _COPIED):
            continue
        was = "not set" if before is None else shown(before)
        yield META.at(
            new.at("spec", *path),
            f"the `{render(path)}` of a claim can't be changed: it was {was}.",
            fix="restore the old value, or create a claim with another name and copy the data",
        )
    yield from _size(change, world)


def _size(change: Change, world: World) -> Iterator[Fault]:
    new = change.new
    old_size, size = (Quantity.try_parse(get(resource.data, *_SIZE)) for resource in (change.old, new))
    if old_size is None or size is None or size == old_size:
        return
    was = get(change.old.data, *_SIZE)
    if size < old_size:
        yield META.at(
            new.at(*_SIZE),
            f"the size of a claim can't be reduced: it was `{was}`.",
            fix="restore the old size, or create a claim with another name and copy the data",
        )
    elif (found := _class(new, world)) and get(found.data, "allowVolumeExpansion") is not True:
        yield META.at(
            new.at(*_SIZE),
            f"storage class `{found.name}` does not allow claims to grow: the size was `{was}`.",
            fix="restore the old size, or set `allowVolumeExpansion: true` in the class if its driver supports it",
        )


def _class(claim: Resource, world: World) -> Resource | None:
    """The storage class that the claim names, where the files hold it."""
    found = (world.cluster.follow(link).resource for link in links(claim) if link.kind is LinkKind.STORAGE_CLASS)
    return next((resource for resource in found if resource is not None), None)


def _value(claim: Resource, path: Path) -> Any:
    """What a claim has in a field of its spec; without a volume mode it is a file system, unless CDI is to choose."""
    value = get(claim.spec, *path)
    if path == ("volumeMode",) and value is None and _CHOSEN not in claim.labels:
        return "Filesystem"
    return None if value in ([], {}) else value


def _is_open(value: Any) -> bool:
    """Whether a value is decided elsewhere: by a variable, or by CDI."""
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    return any(map(_is_open, value)) if isinstance(value, list | tuple) else is_unknown(value) or value == FROM_PROFILE
