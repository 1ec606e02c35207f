"""KubeVirt can't take a snapshot of a disk of the VM.

## What it does
Checks the disks of the VM that a VirtualMachineSnapshot or VirtualMachineClone names: the provisioner of each disk's
storage class needs exactly one VolumeSnapshotClass, or a default one, unless the storage profile names one. A
provisioner that is not a CSI driver can't have one. For all others the question is decided only in a closed world.

## Why it matters
A snapshot skips the disk, and a restore keeps the data that the disk then has. A clone waits.

## Cluster message
The VM's `volumeSnapshotStatuses` contain `No VolumeSnapshotClass`.

## Bad
    kind: StorageClass
    metadata: {name: local}
    provisioner: kubernetes.io/no-provisioner
    ---
    kind: VirtualMachineSnapshot
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}  # with a claim of class local

## Good
    kind: StorageClass
    metadata: {name: ceph}
    provisioner: rbd.csi.ceph.com
    ---
    kind: VolumeSnapshotClass
    metadata: {name: ceph}
    driver: rbd.csi.ceph.com
    deletionPolicy: Delete
    ---
    kind: VirtualMachineSnapshot
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}  # with a claim of class ceph

## How to fix
Add a VolumeSnapshotClass for the provisioner, or use a storage class whose provisioner can take snapshots.

## Source
KubeVirt `pkg/storage/snapshot/snapshot.go` (getVolumeSnapshotClassName), `pkg/virt-controller/watch/clone/clone.go`
(validateVolumeSnapshotStatus).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import LinkKind, links
from vmlint.model.chain import Hop
from vmlint.model.subjects import VirtualMachineClone, VirtualMachineSnapshot
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.snapshots import Lacking

from ._operands import accepted, vm_at

META = Meta("VM023", effect=Effect.RISK, since="0.1", subject=(VirtualMachineSnapshot, VirtualMachineClone))


def check(subject: VirtualMachineSnapshot | VirtualMachineClone, world: World) -> Iterator[Fault]:
    if not accepted(subject, world):
        return
    clones = isinstance(subject, VirtualMachineClone)
    for link in links(subject):
        vm = vm_at(link.ref, subject, world) if link.kind is LinkKind.OPERAND else None
        lacking = world.snapshots.lacking(vm) if vm is not None else ()
        if vm is None or not lacking:
            continue
        names = ", ".join(f"`{lacking.volume}`" for lacking in lacking)
        reasons = dict.fromkeys(_why(lacking) for lacking in lacking)
        then = (
            "The clone stays pending"
            if clones
            else f"The snapshot does not include {'it' if len(lacking) == 1 else 'them'}"
        )
        yield META.at(
            subject.at(*link.path),
            f"KubeVirt can't take a snapshot of {'volume' if len(lacking) == 1 else 'volumes'} {names} of VM "
            f"`{vm.ref.short}`: {'; '.join(reasons)}. {then}.",
            fix='mark one of them as the default: `snapshot.storage.kubernetes.io/is-default-class: "true"`'
            if any(lacking.rivals for lacking in lacking)
            else "add a VolumeSnapshotClass with that driver, or use storage with snapshots",
            effect=Effect.STUCK if clones else META.effect,
        ).along(
            [
                Hop(
                    f"VirtualMachine {vm.ref.short}: volume {lacking.volume} → storage class {lacking.storage_class}",
                    vm.named,
                )
                for lacking in lacking
            ]
        )


def _why(lack: Lacking) -> str:
    if lack.rivals:
        classes = ", ".join(f"`{name}`" for name in lack.rivals)
        return f"VolumeSnapshotClasses {classes} match storage class `{lack.storage_class}`, and none is the default"
    return (
        f"no VolumeSnapshotClass serves `{lack.provisioner}`, the provisioner of storage class `{lack.storage_class}`"
    )
