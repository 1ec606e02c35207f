"""The labels name a namespaced instancetype or preference without its kind.

## What it does
Where inference succeeds without a kind label, checks that a cluster-wide instancetype or preference of that name
exists; reports when only a namespaced one exists.

## Why it fails
Without the label `…-kind` KubeVirt looks up the cluster-wide kind. It accepts the VM with a matcher that does not
resolve, and the VM never starts (KubeVirt 1.6 and later; earlier releases refuse it).

## Cluster message
The VM's condition `Failure` has the reason `FailedFindInstancetype` or `FailedFindPreference`.

## Bad
    kind: PersistentVolumeClaim
    metadata:
      labels:
        instancetype.kubevirt.io/default-instancetype: shop-small

## Good
    kind: PersistentVolumeClaim
    metadata:
      labels:
        instancetype.kubevirt.io/default-instancetype: shop-small
        instancetype.kubevirt.io/default-instancetype-kind: VirtualMachineInstancetype

## How to fix
Add the label that ends in `-kind`, with the namespaced kind.

## Source
KubeVirt `pkg/instancetype/infer/volume.go` (fromLabels), `pkg/instancetype/find/spec.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import namespaced_twin
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_matchers
from .._matching import effect_of_lost

META = Meta("VM108", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=lost_matchers)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for matcher in Matcher:
        match = world.vms.match(vm, matcher)
        meant = namespaced_twin(vm, match, world.cluster) if match and match.chain else None
        if match is None or match.chain is None or meant is None:
            continue
        yield META.at(
            vm.at(*match.path),
            f"{matcher.noun} `{meant.name}` is inferred without a kind, which means the cluster-wide "
            f"`{matcher.cluster.name}`; only the namespaced `{meant.short}` exists.",
            fix=f"add the label `{matcher.kind_label}: {matcher.namespaced.name}` next to `{matcher.label}`",
            effect=effect_of_lost(vm, match, world),
        ).along(match.chain.hops)
