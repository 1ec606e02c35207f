"""A clone has an invalid source, target, filter, address or patch.

## What it does
| field | refused |
|---|---|
| `source` | a missing API group or name; a kind other than `VirtualMachine` and `VirtualMachineSnapshot` |
| `target` | a kind other than `VirtualMachine`; the name of the VM that is cloned |
| filters | an empty one; `!` that is not the first character, `*` that is not the last |
| `newMacAddresses` | an invalid MAC address |
| `patches` | invalid JSON |

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `Source kind is not supported`, `malformed MAC address`, `patch is not valid JSON` or
`negation character`.

## Bad
    kind: VirtualMachineClone
    spec:
      source: {kind: VirtualMachine, name: web}
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}

## Good
    kind: VirtualMachineClone
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web-2}

## How to fix
Correct the field. The target needs another name than the source, and both need `apiGroup: kubevirt.io`.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmclone-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachineClone
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM003", effect=Effect.REJECTED, since="0.1", subject=VirtualMachineClone, about=operation)


def check(subject: VirtualMachineClone, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
