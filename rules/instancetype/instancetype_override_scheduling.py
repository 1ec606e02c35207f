"""The VM sets scheduling that its instancetype sets.

## What it does
Compares the VM with its instancetype, named or inferred: `nodeSelector` and `schedulerName`, where the instancetype
sets them too.

## Why it fails
An instancetype's values can't be overridden. KubeVirt refuses the VM and names the fields. Equal values conflict too.

## Bad
    spec:
      instancetype: {name: rack-one}    # it has a nodeSelector
      template:
        spec:
          nodeSelector: {disk: ssd}

## Good
    spec:
      instancetype: {name: u1.large}

## Source
KubeVirt `pkg/instancetype/apply/nodeselector.go`, `scheduler.go`, `pkg/instancetype/conflict`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import overridden
from ._override import overrides

META = Meta("VM207", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=overridden, fix=Fix.UNSAFE)

_GROUPS = frozenset({"nodeSelector", "schedulerName"})


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return overrides(META, vm, world, _GROUPS)
