"""A namespaced instancetype is named without its kind.

## What it does
Reports a VM whose instancetype is missing as a cluster-wide object, while the VM's namespace has a namespaced one of
that name.

## Why it fails
Without a kind, KubeVirt looks for the cluster-wide `VirtualMachineClusterInstancetype`. The VM is accepted and never
starts.

## Cluster message
The VM's condition `Failure` has the reason `FailedFindInstancetype`. Releases before 1.6 refuse the VM with `not
found`.

## Bad
    spec:
      instancetype:
        name: shop-small

## Good
    spec:
      instancetype:
        name: shop-small
        kind: VirtualMachineInstancetype

## How to fix
Add `kind: VirtualMachineInstancetype`.

## Source
KubeVirt `pkg/instancetype/find/spec.go`.
"""

from collections.abc import Iterator

from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import lost_matchers
from .._matching import kind_missing

META = Meta("VM203", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=lost_matchers, fix=Fix.SAFE)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return kind_missing(META, vm, Matcher.INSTANCETYPE, world)
