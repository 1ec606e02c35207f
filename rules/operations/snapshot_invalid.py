"""The source of a snapshot is not a VM.

## What it does
Checks `spec.source` of a VirtualMachineSnapshot: it must name a `VirtualMachine` of the API group `kubevirt.io`.

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `missing apiGroup`, `invalid apiGroup` or `invalid kind`.

## Bad
    kind: VirtualMachineSnapshot
    spec:
      source: {kind: VirtualMachine, name: web}

## Good
    kind: VirtualMachineSnapshot
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}

## How to fix
Set `spec.source` to `apiGroup: kubevirt.io`, `kind: VirtualMachine` and the VM's name.

## Source
KubeVirt `pkg/storage/admitters/vmsnapshot.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachineSnapshot
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM001", effect=Effect.REJECTED, since="0.1", subject=VirtualMachineSnapshot, about=operation)


def check(subject: VirtualMachineSnapshot, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
