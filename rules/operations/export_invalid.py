"""The source of an export is invalid.

## What it does
Checks `spec.source` of a VirtualMachineExport: the target release can export its kind, its API group is that of the
kind (empty for a claim), and its name is set.

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `API group must be`, `name must not be empty` or `invalid kind`.

## Bad
    kind: VirtualMachineExport
    spec:
      source: {apiGroup: v1, kind: PersistentVolumeClaim, name: data}

## Good
    kind: VirtualMachineExport
    spec:
      source: {apiGroup: "", kind: PersistentVolumeClaim, name: data}

## How to fix
Set the API group that belongs to the kind: `kubevirt.io` for a VM, `snapshot.kubevirt.io` for a snapshot, an empty one
for a claim.

## Source
KubeVirt `pkg/storage/admitters/vmexport.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachineExport
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM004", effect=Effect.REJECTED, since="0.1", subject=VirtualMachineExport, about=operation)


def check(subject: VirtualMachineExport, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
