"""A VM with persistent TPM or EFI state is cloned, or restored as another VM.

## What it does
Reports clones of a VM whose TPM or EFI is `persistent: true`, and restores of a snapshot of such a VM into a VM of
another name.

## Why it matters
KubeVirt can't copy this state. Since 1.5 a clone fails, and KubeVirt refuses the restore once its snapshot is ready.

## Cluster message
KubeVirt's refusal contains `backend storage (persistent TPM or EFI)`.

## Bad
    kind: VirtualMachineClone
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: win}  # with tpm: {persistent: true}

## Good
    kind: VirtualMachineRestore
    spec:
      target: {apiGroup: kubevirt.io, kind: VirtualMachine, name: win}
      virtualMachineSnapshotName: win-1

## How to fix
Restore into the VM that the snapshot was taken of, or remove `persistent: true` from `tpm` and `efi` if the state may
be lost.

## Source
KubeVirt `pkg/storage/backend-storage/backend-storage.go` (IsBackendStorageNeeded), `pkg/virt-controller/watch/clone`,
`pkg/storage/admitters/vmrestore.go` (validateTargetVM).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import LinkKind
from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, VirtualMachineClone, VirtualMachineRestore, VirtualMachineSnapshot
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._operands import accepted, reached, vm_at, vm_of_snapshot

META = Meta("VM024", effect=Effect.STUCK, since="0.1", subject=(VirtualMachineClone, VirtualMachineRestore))

_SINCE = (1, 5)
_STATES: tuple[Path, ...] = (
    ("domain", "devices", "tpm", "persistent"),
    ("domain", "firmware", "bootloader", "efi", "persistent"),
)


def check(subject: VirtualMachineClone | VirtualMachineRestore, world: World) -> Iterator[Fault]:
    release = world.settings.release
    if not accepted(subject, world) or (release is not None and not release.serves(_SINCE)):
        return
    restores = isinstance(subject, VirtualMachineRestore)
    for path, operand in reached(subject, LinkKind.OPERAND, world):
        vm = _source(operand, world)
        if vm is None or (restores and get(subject.data, "spec", "target", "name") == vm.name):
            continue
        for state in _STATES:
            if get(vm.vmi_spec, *state) is True:
                what = "TPM" if "tpm" in state else "EFI"
                yield META.at(
                    subject.at(*path),
                    f"VM `{vm.ref.short}` has persistent {what} state, which KubeVirt can't copy to another VM. "
                    + ("KubeVirt refuses the restore once the snapshot is ready." if restores else "The clone fails."),
                    fix="restore into the same VM" if restores else "copy the VM's disks with DataVolumes instead",
                    effect=Effect.REJECTED if restores else META.effect,
                ).along([Hop(f"VirtualMachine {vm.ref.short}: {state[-2]}", vm.at(*vm.vmi_path, *state))])
                break


def _source(operand: Resource, world: World) -> VirtualMachine | None:
    if isinstance(operand, VirtualMachineSnapshot):
        return vm_of_snapshot(operand, world)
    return vm_at(operand.ref, operand, world)
