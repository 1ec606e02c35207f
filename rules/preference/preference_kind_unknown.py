"""The kind of the VM's preference does not exist.

## What it does
Checks the kind in `spec.preference`, or in the label that it is inferred from: it must be the namespaced or the
cluster-wide kind, in any letter case, singular or plural.

## Why it fails
KubeVirt finds no preference of another kind. Since release 1.6 the VM is accepted and never starts.

## Cluster message
The VM's condition `Failure` has the reason `FailedFindPreference`; its message contains `unexpected kind in
PreferenceMatcher`.

## Bad
    spec:
      preference:
        name: fedora
        kind: ClusterPreference

## Good
    spec:
      preference:
        name: fedora
        kind: VirtualMachineClusterPreference

## How to fix
Write `VirtualMachinePreference` or `VirtualMachineClusterPreference`.

## Source
KubeVirt `pkg/instancetype/preference/find/spec.go`.
"""

from collections.abc import Iterator

from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_matchers
from .._matching import kind_unknown

META = Meta("VM302", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=lost_matchers)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    return kind_unknown(META, vm, Matcher.PREFERENCE, world)
