"""The access mode of a DataVolume is missing or invalid.

## What it does
Checks `accessModes`: `pvc` needs exactly one, `storage` none or more, all of them known.

## Why it fails
CDI refuses the DataVolume. With `storage` the access mode may be left to the storage profile, which is the better
choice: a mode that is right for one storage class is wrong for the next.

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
