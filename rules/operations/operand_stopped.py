"""A migration or backup needs a running VM, and the VM is stopped.

## What it does
Reports migrations and backups of a VM with `runStrategy: Halted` or `running: false`.

## Why it matters
KubeVirt refuses the migration of a guest that does not exist, and a backup waits until the VM runs.

## Cluster message
KubeVirt's refusal of a migration contains `does not exist`.

## Bad
    kind: VirtualMachine
    metadata: {name: web}
    spec: {runStrategy: Halted}
    ---
    kind: VirtualMachineInstanceMigration
    spec: {vmiName: web}

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec: {runStrategy: Always}
    ---
    kind: VirtualMachineInstanceMigration
    spec: {vmiName: web}

## How to fix
Start the VM, with `runStrategy: Always`, or remove the migration or backup.

## Source
KubeVirt `migration-create-admitter.go`; `pkg/storage/cbt/backup.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import LinkKind, links
from vmlint.graph.resolution import State
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine, VirtualMachineBackup, VirtualMachineInstanceMigration
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._operands import VM, accepted, vm_at

META = Meta(
    "VM022", effect=Effect.REJECTED, since="0.1", subject=(VirtualMachineInstanceMigration, VirtualMachineBackup)
)

_GUEST = BY_GROUP_KIND["kubevirt.io", "VirtualMachineInstance"]


def check(subject: VirtualMachineInstanceMigration | VirtualMachineBackup, world: World) -> Iterator[Fault]:
    if not accepted(subject, world):
        return
    migrates = isinstance(subject, VirtualMachineInstanceMigration)
    for path, vm in _vms(subject, world):
        if vm.is_halted:
            then = "KubeVirt refuses the migration" if migrates else "The backup stays pending until the VM runs"
            field = "running" if vm.spec.get("running") is False else "runStrategy"
            yield META.at(
                subject.at(*path),
                f"VM `{vm.ref.short}` is stopped, so it has no running guest. {then}.",
                fix="start the VM first, or remove the object",
                effect=Effect.REJECTED if migrates else Effect.STUCK,
            ).along([Hop(f"VirtualMachine {vm.ref.short}: {field}", vm.at("spec", field))])


def _vms(
    subject: VirtualMachineInstanceMigration | VirtualMachineBackup, world: World
) -> Iterator[tuple[Path, VirtualMachine]]:
    if isinstance(subject, VirtualMachineInstanceMigration):
        name = text(subject.data, "spec", "vmiName")
        guest = Ref(_GUEST.group, _GUEST.name, subject.namespace, name)
        vm = vm_at(Ref(VM.group, VM.name, subject.namespace, name), subject, world)
        if vm is not None and world.cluster.resolve(guest, subject).state is State.MISSING:
            yield ("spec", "vmiName"), vm
        return
    for link in links(subject):
        vm = vm_at(link.ref, subject, world) if link.kind is LinkKind.OPERAND else None
        if vm is not None:
            yield link.path, vm
