"""A DataVolume has no source, or several.

## What it does
Checks that exactly one of `source`, `sourceRef` and the claim's `dataSourceRef` is set, with exactly one member.

## Why it fails
CDI refuses a DataVolume without a source or with several. KubeVirt checks its templates less: it accepts a VM with
`source` and `sourceRef`, and its DataVolume is never created.

## Cluster message
The refusal by CDI, or by KubeVirt for a template, contains `Missing dataVolume valid source`, `Multiple dataVolume
sources` or `either Source or SourceRef`.

## Bad
    kind: DataVolume
    spec:
      source: {}
      storage:
        resources: {requests: {storage: 10Gi}}

## Good
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage:
        resources: {requests: {storage: 10Gi}}

## How to fix
Keep exactly one source.

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

META = Meta("VM405", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.EXTERNAL_WITH_SOURCE,
        Check.EXTERNAL_TWICE,
        Check.EXTERNAL_INCOMPLETE,
        Check.EXTERNAL_NAMESPACE,
        Check.SOURCE_CHOICE,
        Check.SOURCE_REF_INVALID,
        Check.SOURCE_MISSING,
        Check.SOURCES_SEVERAL,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
