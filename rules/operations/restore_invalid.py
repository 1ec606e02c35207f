"""A restore has an invalid target, policy, override or patch.

## What it does
| field | refused |
|---|---|
| `target` | anything but a `VirtualMachine` of `kubevirt.io` |
| `patches` | a part that is not one key and one value; a path outside spec, labels and annotations |
| `volumeRestoreOverrides` | a missing volume name, or an entry that overrides nothing |
| `volumeRestorePolicy`, `volumeOwnershipPolicy` | an unknown value |

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `invalid kind`, `must provide a volume name`, `volume restore policy` or `patching is valid
only`.

## Bad
    kind: VirtualMachineRestore
    spec:
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}
      virtualMachineSnapshotName: web-1
      volumeRestorePolicy: Inplace

## Good
    kind: VirtualMachineRestore
    spec:
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}
      virtualMachineSnapshotName: web-1
      volumeRestorePolicy: InPlace

## How to fix
Use one of the values in the table. A patch is one JSON patch operation on `/spec/`, `/metadata/labels/` or
`/metadata/annotations/`.

## Source
KubeVirt `pkg/storage/admitters/vmrestore.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachineRestore
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM002", effect=Effect.REJECTED, since="0.1", subject=VirtualMachineRestore, about=operation)


def check(subject: VirtualMachineRestore, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
