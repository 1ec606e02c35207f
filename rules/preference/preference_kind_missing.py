"""A namespaced preference is named without its kind.

## What it does
Reports a VM whose preference is missing as a cluster-wide object, while the VM's namespace has a namespaced one of that
name.

## Why it fails
Without a kind, KubeVirt looks for the cluster-wide `VirtualMachineClusterPreference`. The VM is accepted and never
starts.

## Cluster message
The VM's condition `Failure` has the reason `FailedFindPreference`. Releases before 1.6 refuse the VM with `not found`.

## Bad
    spec:
      preference:
        name: shop-small

## Good
    spec:
      preference:
        name: shop-small
        kind: VirtualMachinePreference

## How to fix
Add `kind: VirtualMachinePreference`.

## Source
KubeVirt `pkg/instancetype/preference/find/spec.go`.
"""

from collections.abc import Iterator

from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import lost_matchers
from .._matching import kind_missing

META = Meta("VM303", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=lost_matchers, fix=Fix.SAFE)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return kind_missing(META, vm, Matcher.PREFERENCE, world)
