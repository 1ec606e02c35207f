"""A DataVolume has neither `storage` nor `pvc`.

## What it does
Reports a DataVolume, template or import cron with neither `storage` nor `pvc`.

## Why it fails
CDI refuses the object: it can't create a claim without one of the two. KubeVirt refuses a VM with such a template.

## Cluster message
The refusal by CDI, or by KubeVirt for a template, contains `Missing Data volume PVC`.

## Bad
    kind: DataVolume
    spec:
      source: {blank: {}}

## Good
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage:
        resources: {requests: {storage: 10Gi}}

## How to fix
Add `storage` with `resources.requests.storage`.

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

META = Meta("VM401", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset((Check.STORAGE_MISSING,))


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
