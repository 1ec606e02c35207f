"""The claim of a DataVolume exists already.

## What it does
Reports a DataVolume with the name of a claim in the repository that no DataVolume creates.

## Why it fails
CDI refuses the DataVolume, unless the annotation `cdi.kubevirt.io/storage.populatedFor` or
`cdi.kubevirt.io/allowClaimAdoption` marks the claim as meant for it.

## Cluster message
CDI's refusal contains `Destination PVC` or `already exists`.

## Bad
    kind: PersistentVolumeClaim
    metadata: {name: fedora}
    # and a DataVolume of the same name

## Good
    kind: DataVolume
    metadata:
      name: fedora
      annotations: {cdi.kubevirt.io/allowClaimAdoption: "true"}

## How to fix
Remove one of the two objects, or annotate the DataVolume with `cdi.kubevirt.io/allowClaimAdoption: "true"`.

## Source
CDI `pkg/apiserver/webhooks`; KubeVirt `pkg/storage/admitters/data-volume-template.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.check import Check
from vmlint.model.resource import Resource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import storage_refusals
from ..storage._refusals import SUBJECTS, refused

META = Meta("VM801", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset((Check.CLAIM_EXISTS,))


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
