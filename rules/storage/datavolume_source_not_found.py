"""The source of a DataVolume does not exist.

## What it does
Looks for the DataSource of `sourceRef`, and for the namespace of a copied claim or snapshot.

## Why it fails
CDI looks for both when the DataVolume is created, and refuses it if they are missing. KubeVirt accepts a VM with such a
template, which never starts.

## Cluster message
CDI's refusal, or the VM's condition `Failure`, contains `not found`.

## Bad
    kind: DataVolume
    spec:
      sourceRef: {kind: DataSource, name: fedroa, namespace: golden}

## Good
    kind: DataVolume
    spec:
      sourceRef: {kind: DataSource, name: fedora, namespace: golden}

## How to fix
Correct the name or the namespace. If the object exists in the cluster, declare it: `outside:` in the configuration, or
a folder with `--context`.

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

META = Meta("VM408", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.SOURCE_REF_NOT_FOUND,
        Check.SOURCE_NAMESPACE_NOT_FOUND,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
