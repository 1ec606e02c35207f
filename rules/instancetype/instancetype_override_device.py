"""The VM sets devices, I/O threads or launch security that its instancetype sets.

## What it does
Compares the VM with its instancetype, named or inferred: `gpus`, `hostDevices`, `ioThreads`, `ioThreadsPolicy` and
`launchSecurity`, where the instancetype sets them too.

## Why it fails
A VM can't override the values of its instancetype. KubeVirt refuses the VM, and its message names the fields. Equal
values conflict too.

## Cluster message
KubeVirt's refusal contains `conflicts with selected instance type`.

## Bad
    spec:
      instancetype: {name: gn1.xlarge}
      template:
        spec:
          domain:
            devices:
              gpus:
              - {name: gpu1, deviceName: nvidia.com/A400}

## Good
    spec:
      instancetype: {name: u1.large}

## How to fix
Remove the field from the VM, or choose an instancetype that fits: `vmlint customize` writes a copy with other values.

## Source
KubeVirt `pkg/instancetype/apply/gpu.go`, `hostdevices.go`, `iothreadpolicy.go`, `launchsecurity.go`,
`pkg/instancetype/conflict`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import overridden
from ._override import overrides

META = Meta("VM206", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=overridden, fix=Fix.UNSAFE)

_GROUPS = frozenset({"ioThreads", "ioThreadsPolicy", "launchSecurity", "gpus", "hostDevices"})


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return overrides(META, vm, world, _GROUPS)
