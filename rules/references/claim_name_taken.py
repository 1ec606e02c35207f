"""The claim of a DataVolume exists already.

## What it does
Reports a DataVolume whose name a claim of the repository has that no DataVolume made.

## Why it fails
CDI refuses the DataVolume, unless the claim is meant for it: the annotations `cdi.kubevirt.io/storage.populatedFor`
and `cdi.kubevirt.io/allowClaimAdoption` say so.

## Bad
    kind: PersistentVolumeClaim
    metadata: {name: fedora}
    # and a DataVolume of the same name

## Good
    kind: DataVolume
    metadata:
      name: fedora
      annotations: {cdi.kubevirt.io/allowClaimAdoption: "true"}

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
