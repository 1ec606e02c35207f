"""The labels name a namespaced instancetype or preference without its kind.

## What it does
Where inference succeeds without a kind label, checks that a cluster-wide instancetype or preference of that name
exists; reports when only a namespaced one does.

## Why it fails
Without the label `…-kind` the cluster-wide kind is looked up. The VM is accepted with a matcher that leads nowhere,
and never starts (KubeVirt 1.6 and later; earlier releases refuse it).

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
