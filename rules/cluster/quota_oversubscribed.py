"""A namespace's guests or disks together exceed its quota.

## What it does
Adds up the CPU and memory that the pods of the namespace's always-running VMs request, including KubeVirt's own
overhead, and the sizes of its claims; counts the claims and the VMs; and compares the sums with the ResourceQuota. A VM
or disk that exceeds a limit by itself is a finding of `namespace-without-room`.

## Why it matters
Kubernetes refuses the pods and claims that come last, so the order decides which VMs start. After a restart of the
cluster it may be other VMs.

## Cluster message
The events of the launcher pod or the claim contain `exceeded quota`.

## Bad
    kind: ResourceQuota
    spec:
      hard: {requests.memory: 8Gi}
    # and two VMs of 6Gi in the same namespace

## Good
    kind: ResourceQuota
    spec:
      hard: {requests.memory: 16Gi}
    # and two VMs of 6Gi in the same namespace

## How to fix
Raise the quota, or reduce or move VMs and disks.

## Source
KubeVirt `pkg/virt-controller/services/renderresources.go`; Kubernetes `pkg/quota/v1/evaluator/core`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import ResourceQuota
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM055", effect=Effect.RISK, since="0.1", subject=ResourceQuota)


def check(quota: ResourceQuota, world: World) -> Iterator[Fault]:
    for bound, total, count in world.launch.together(quota):
        who = f"{_counted(count, bound.name)} in namespace `{quota.namespace}`"
        message = (
            f"{who} requests `{total}` of `{bound.name}`, and the quota allows `{bound.amount}`. Kubernetes refuses it."
            if count == 1
            else f"{who} request `{total}` of `{bound.name}` in total, and the quota allows `{bound.amount}`. "
            "Kubernetes refuses the last of them."
        )
        yield META.at(
            quota.at("spec", "hard", bound.name),
            message,
            fix="raise the quota, or request less",
        )


def _counted(count: int, bound: str) -> str:
    if bound.endswith(("requests.storage", "persistentvolumeclaims")):
        return "1 claim" if count == 1 else f"{count} claims"
    if bound.startswith("count/virtualmachines."):
        return "1 VM" if count == 1 else f"{count} VMs"
    return f"{count} always running VMs"
