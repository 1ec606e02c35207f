"""The VM sets annotations that its instancetype sets.

## What it does
Compares the VM with its instancetype, named or inferred: annotations of the template whose value differs from that of
the instancetype.

## Why it fails
A VM can't override the values of its instancetype. KubeVirt refuses the VM, and its message names the fields. An
annotation with the same value does not conflict.

## Cluster message
KubeVirt's refusal contains `conflicts with selected instance type`.

## Bad
    spec:
      instancetype: {name: audited}     # it annotates example.com/audit: "on"
      template:
        metadata:
          annotations: {example.com/audit: "off"}

## Good
    spec:
      instancetype: {name: u1.large}

## How to fix
Remove the annotation from the VM's template, or choose another instancetype.

## Source
KubeVirt `pkg/instancetype/apply/annotations.go`, `pkg/instancetype/conflict`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import overridden
from ._override import overrides

META = Meta("VM208", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=overridden, fix=Fix.UNSAFE)

_GROUPS = frozenset({"annotations"})


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return overrides(META, vm, world, _GROUPS)
