"""A quota or limit of the namespace leaves no room for a VM's pod, or for a disk.

## What it does
Compares the ResourceQuotas and LimitRanges of the namespace with each claim, as CDI creates it, and with each launcher
pod: CPU and memory including KubeVirt's own overhead, devices, and huge pages. Only an object that exceeds a limit by
itself is reported; the other objects of the namespace add to it.

## Why it fails
Kubernetes refuses the claim or pod. A DataVolume then stays pending, and a VM never starts.

## Cluster message
The events of the VM, its pod or its claim contain `exceeded quota`, `must specify limits` or `maximum memory usage per
Container`.

## Bad
    kind: ResourceQuota
    spec:
      hard: {requests.memory: 4Gi}
    # and in the same namespace
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            memory: {guest: 4Gi}

## Good
    kind: ResourceQuota
    spec:
      hard: {requests.memory: 8Gi}
    # and in the same namespace
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            memory: {guest: 4Gi}

## How to fix
Raise the quota or the limit, or reduce the VM or disk.

## Source
KubeVirt `pkg/hypervisor/kvm/hypervisorbackend.go` (GetMemoryOverhead),
`pkg/virt-controller/services/renderresources.go`; Kubernetes `pkg/quota/v1/evaluator/core`,
`plugin/pkg/admission/limitranger`.
"""

from collections.abc import Iterator

from vmlint.model.chain import Hop
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._about import bounds
from .._disks import clear
from ._start import never_starts

META = Meta(
    "VM559", effect=Effect.STUCK, since="0.1", subject=(Workload, DataVolume, PersistentVolumeClaim), about=bounds
)

_MI = 1 << 20


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for disk in world.storage.disks(subject):
        if clear(disk, world):
            yield from _disk(disk, world)
    if isinstance(subject, Workload):
        yield from _pod(subject, world)


def _disk(disk: Disk, world: World) -> Iterator[Fault]:
    for holder, name, size, bound in world.launch.no_room(disk):
        allows = f"allows at most `{bound}`" if name != "min" else f"requires at least `{bound}`"
        of = "" if name in ("max", "min") else f" of `{name}`"
        claim = disk.form is Written.CLAIM
        then = (
            "The API server refuses the claim."
            if claim
            else "The API server refuses its claim, and the DataVolume stays pending."
        )
        yield META.at(
            disk.at(*disk.spec_path, "resources", "requests", "storage"),
            f"{disk} requests `{size}`, and {_named(holder)} {allows}{of}. {then}",
            fix=f"raise the {_noun(holder)}, or request {'more' if name == 'min' else 'less'}",
            effect=Effect.REJECTED if claim else Effect.STUCK,
        ).along([Hop(f"{holder.ref.kind} {holder.name}", holder.named)])


def _pod(workload: Workload, world: World) -> Iterator[Fault]:
    domain = (*workload.vmi_path, "domain")
    for bound, amount in world.launch.exceeded(workload):
        quota = bound.quota
        if amount is None:
            message = f"{_named(quota)} requires pods to have `{bound.name}`, which KubeVirt does not set by default"
            fix = f"set `resources.limits.{bound.name.removeprefix('limits.')}`"
        else:
            message = (
                f"the launcher pod requests `{amount}` of `{bound.name}`{_overhead(bound.name, workload, world)}, and "
            )
            message += f"{_named(quota)} allows at most `{bound.amount}`"
            fix = "raise the quota, or make the guest smaller"
        yield _fault(workload, domain, quota, message, fix)
    for holder, name, amount, most in world.launch.too_large(workload):
        message = (
            f"the launcher pod's container has `{amount}` of {name}{_overhead(name, workload, world)}, and "
            f"{_named(holder)} "
        )
        yield _fault(
            workload,
            domain,
            holder,
            f"{message}allows at most `{most}`",
            "raise the limit range, or make the guest smaller",
        )


def _fault(workload: Workload, domain: tuple[str | int, ...], holder: Resource, detail: str, fix: str) -> Fault:
    message = f"{detail}. The API server refuses the pod, and the guest never starts."
    fault = META.at(workload.at(*domain), message, fix=fix, effect=never_starts(workload))
    return fault.along([Hop(f"{holder.ref.kind} {holder.name}", holder.named)])


def _overhead(name: str, workload: Workload, world: World) -> str:
    pod = world.launch.pod(workload)
    if pod is None or not name.endswith("memory"):
        return ""
    return f" (`{Quantity.parse(f'{-(-pod.overhead // _MI)}Mi')}` of it for KubeVirt)"


def _named(holder: Resource) -> str:
    return f"{holder.ref.kind} `{holder.name}`"


def _noun(holder: Resource) -> str:
    return "quota" if holder.ref.kind.endswith("Quota") else "limit range"
