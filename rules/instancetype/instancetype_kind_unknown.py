"""The kind of the VM's instancetype does not exist.

## What it does
Checks the kind in `spec.instancetype`, or in the label that it is inferred from: it must be the namespaced or the
cluster-wide kind, in any letter case, singular or plural.

## Why it fails
KubeVirt finds no instancetype of another kind. Since release 1.6 the VM is accepted and never starts.

## Cluster message
The VM's condition `Failure` has the reason `FailedFindInstancetype`; its message contains `unexpected kind in
InstancetypeMatcher`.

## Bad
    spec:
      instancetype:
        name: u1.medium
        kind: ClusterInstancetype

## Good
    spec:
      instancetype:
        name: u1.medium
        kind: VirtualMachineClusterInstancetype

## How to fix
Write `VirtualMachineInstancetype` or `VirtualMachineClusterInstancetype`.

## Source
KubeVirt `pkg/instancetype/find/spec.go`.
"""

from collections.abc import Iterator

from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_matchers
from .._matching import kind_unknown

META = Meta("VM202", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=lost_matchers)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return kind_unknown(META, vm, Matcher.INSTANCETYPE, world)
