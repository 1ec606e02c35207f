"""The size of a DataVolume is missing or invalid.

## What it does
Checks `resources.requests.storage` of `storage` and `pvc`: it must be set where it is needed, and be at least 1Mi.

## Why it fails
CDI refuses a DataVolume without a usable size. Only `storage` that copies a claim, a snapshot or a DataSource may omit
the size, which then comes from the source; `pvc` may not, not even for a copy.

## Cluster message
The refusal by CDI, or by KubeVirt for a template, contains `size is missing`, `size should be at least 1MiB` or `equal
or less than zero`.

## Bad
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage: {}

## Good
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage:
        resources: {requests: {storage: 10Gi}}

## How to fix
Set `resources.requests.storage` to at least 1Mi.

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

META = Meta("VM403", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.SIZE_NOT_POSITIVE,
        Check.SIZE_TOO_SMALL,
        Check.SIZE_MISSING,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
