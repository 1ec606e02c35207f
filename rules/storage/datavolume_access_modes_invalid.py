"""The access mode of a DataVolume is missing or invalid.

## What it does
Checks `accessModes`: `pvc` needs exactly one, `storage` may have any number; each must be a known mode.

## Why it fails
CDI refuses the DataVolume. With `storage` the storage profile can provide the access mode, which is the better choice:
a mode that suits one storage class may not suit another.

## Cluster message
The refusal by CDI, or by KubeVirt for a template, contains `at least 1 access mode is required`, `PVC multiple
accessModes` or `Unsupported value`.

## Bad
    kind: DataVolume
    spec:
      source: {blank: {}}
      pvc:
        resources: {requests: {storage: 10Gi}}

## Good
    kind: DataVolume
    spec:
      source: {blank: {}}
      pvc:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 10Gi}}

## How to fix
Set one access mode, or replace `pvc` by `storage` and omit it.

## Source
CDI `pkg/apiserver/webhooks`; KubeVirt `pkg/storage/admitters/data-volume-template.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.check import Check
from vmlint.model.resource import Resource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import storage_refusals
from ._refusals import SUBJECTS, refused

META = Meta("VM404", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.ACCESS_MODE_MISSING,
        Check.ACCESS_MODES_SEVERAL,
        Check.ACCESS_MODE_UNKNOWN,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
