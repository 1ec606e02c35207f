"""The VM sets CPU that its instancetype sets.

## What it does
Compares the VM with its instancetype, named or inferred: `domain.cpu` (sockets, cores, threads, and what else the
instancetype sets: model, dedicated placement, NUMA, …) and CPU requests and limits.

## Why it fails
An instancetype's values can't be overridden. KubeVirt refuses the VM and names the fields, all of them at once. Equal
values conflict too.

## Bad
    spec:
      instancetype: {name: u1.medium}
      template:
        spec:
          domain:
            cpu: {cores: 4}

## Good
    spec:
      instancetype: {name: u1.large}

## Source
KubeVirt `pkg/instancetype/apply/cpu.go`, `pkg/instancetype/conflict`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import overridden
from ._override import overrides

META = Meta("VM204", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=overridden, fix=Fix.UNSAFE)

_GROUPS = frozenset({"cpu"})


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return overrides(META, vm, world, _GROUPS)
