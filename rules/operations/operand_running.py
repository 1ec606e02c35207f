"""A restore or export needs a stopped VM, and the VM always runs.

## What it does
Reports a restore whose target, and an export whose VM or claim, belongs to a VM with `runStrategy: Always` or
`running: true`. A restore with `targetReadinessPolicy: StopTarget` stops the VM itself.

## Why it matters
KubeVirt does neither while the guest exists. A restore fails after five minutes, at once with `FailImmediate`, and
waits without end with `WaitEventually`; an export stays pending until it expires.

## Cluster message
The status or an event contains `must be powered off`, `Waiting for target VM to be powered off` or, for an export, `is
running`.

## Bad
    kind: VirtualMachine
    metadata: {name: web}
    spec: {runStrategy: Always}
    ---
    kind: VirtualMachineRestore
    spec:
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}
      virtualMachineSnapshotName: web-1

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec: {runStrategy: Always}
    ---
    kind: VirtualMachineRestore
    spec:
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}
      virtualMachineSnapshotName: web-1
      targetReadinessPolicy: StopTarget

## How to fix
Set `targetReadinessPolicy: StopTarget` on the restore, or stop the VM: `runStrategy: Halted`. Export a snapshot instead
of a running VM.

## Source
KubeVirt `pkg/storage/snapshot/restore.go` (handleVMRestoreTargetNotReady), `pkg/storage/export/export/vm-source.go`
(isSourceInUseVM), `pvc-source.go` (isPVCInUse).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import LinkKind, links
from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    VirtualMachine,
    VirtualMachineExport,
    VirtualMachinePool,
    VirtualMachineRestore,
)
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._operands import accepted, vm_at

META = Meta("VM021", effect=Effect.STUCK, since="0.1", subject=(VirtualMachineRestore, VirtualMachineExport))

_STOPS_TARGET = (1, 5)
_AFTER = {
    "WaitEventually": "stays pending until somebody stops the VM",
    "FailImmediate": "fails at once",
    "WaitGracePeriod": "fails after five minutes unless the VM stops",
}


def check(subject: VirtualMachineRestore | VirtualMachineExport, world: World) -> Iterator[Fault]:
    if not accepted(subject, world):
        return
    if isinstance(subject, VirtualMachineRestore):
        yield from _of_restore(subject, world)
    else:
        yield from _of_export(subject, world)


def _of_restore(subject: VirtualMachineRestore, world: World) -> Iterator[Fault]:
    policy = get(subject.data, "spec", "targetReadinessPolicy")
    if policy == "StopTarget" or is_unknown(policy):
        return
    release = world.settings.release
    stops = release is None or release.serves(_STOPS_TARGET)
    after = _AFTER.get(policy if isinstance(policy, str) else "", _AFTER["WaitGracePeriod"])
    for path, vm in _running(subject, LinkKind.TARGET, world):
        yield META.at(
            subject.at(*path),
            f"VM `{vm.ref.short}` always runs; KubeVirt restores only into a stopped VM. The restore {after}.",
            fix="set `targetReadinessPolicy: StopTarget`, or stop the VM" if stops else "set `runStrategy: Halted`",
        ).along([_hop(vm)])


def _of_export(subject: VirtualMachineExport, world: World) -> Iterator[Fault]:
    for path, vm in _running(subject, LinkKind.OPERAND, world):
        yield META.at(
            subject.at(*path),
            f"VM `{vm.ref.short}` always runs; KubeVirt exports only a stopped VM. The export stays pending.",
            fix="export a VirtualMachineSnapshot of it, or set `runStrategy: Halted`",
        ).along([_hop(vm)])
    for link in links(subject):
        disk = world.storage.claim(world.cluster.follow(link)) if link.kind is LinkKind.OPERAND else None
        for user, _ in world.storage.users(disk) if disk is not None else ():
            if _keeps_running(user):
                yield META.at(
                    subject.at(*link.path),
                    f"claim `{link.ref.short}` is a disk of VM `{user.name}`, which always runs; KubeVirt exports "
                    "only claims that no pod uses. The export stays pending.",
                    fix="export a VirtualMachineSnapshot of the VM, or set its `runStrategy: Halted`",
                ).along([_hop(user)])
                break


def _running(
    subject: VirtualMachineRestore | VirtualMachineExport, kind: LinkKind, world: World
) -> Iterator[tuple[Path, VirtualMachine]]:
    for link in links(subject):
        vm = vm_at(link.ref, subject, world) if link.kind is kind else None
        if vm is not None and _keeps_running(vm):
            yield link.path, vm


def _keeps_running(user: Resource) -> bool:
    if not isinstance(user, VirtualMachine) or isinstance(user, VirtualMachinePool):
        return False
    return not user.patched and user.keeps_running


def _hop(vm: Resource) -> Hop:
    field = "running" if vm.spec.get("running") is True else "runStrategy"
    return Hop(f"VirtualMachine {vm.ref.short}: {field}", vm.at("spec", field))
