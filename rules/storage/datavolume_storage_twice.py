"""A DataVolume has both `storage` and `pvc`.

## What it does
Reports a DataVolume, template or import cron with both `storage` and `pvc`.

## Why it fails
The two exclude each other: CDI copies `pvc` unchanged, and completes `storage` from the storage profile. CDI refuses
the DataVolume, and KubeVirt refuses a VM with such a template.

## Cluster message
The refusal by CDI, or by KubeVirt for a template, contains `Duplicate storage definition`.

## Bad
    kind: DataVolume
    spec:
      source: {blank: {}}
      pvc:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 10Gi}}
      storage:
        resources: {requests: {storage: 10Gi}}

## Good
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage:
        resources: {requests: {storage: 10Gi}}

## How to fix
Remove `pvc`, and keep `storage`.

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

META = Meta("VM402", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset((Check.STORAGE_TWICE,))


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
