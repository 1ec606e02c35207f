"""The size of a DataVolume is missing or invalid.

## What it does
Checks `resources.requests.storage` of `storage` and `pvc`: present where it is needed, above zero, at least 1Mi.

## Why it fails
CDI refuses a DataVolume without a usable size. Only `storage` that copies a claim, a snapshot or a DataSource may
leave the size to its source; `pvc` may not, not even for a copy.

## Bad
    kind: DataVolume
    spec:
      source: {http: {url: "https://example.com/disk.img"}}
      storage: {}

## Good
    kind: DataVolume
    spec:
      source: {http: {url: "https://example.com/disk.img"}}
      storage:
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
