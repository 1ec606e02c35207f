"""Two running VMs use the same `ReadWriteOnce` disk.

## What it does
Reports the second of two VMs that run and have a volume on the same claim, where the claim is certain to be
`ReadWriteOnce` or `ReadWriteOncePod`.

## Why it matters
Such a claim can be used by one node, or by one pod: the second VM waits until the first is stopped. On the same node
both write the disk unless QEMU's lock prevents it.

## Cluster message
The second pod's events contain `Multi-Attach error` or, on the same node, QEMU's `Failed to get "write" lock`.

## Bad
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      runStrategy: Always
      template:
        spec:
          volumes:
          - name: data
            persistentVolumeClaim: {claimName: shared}
    # and VM db has the same volume

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      runStrategy: Always
      template:
        spec:
          volumes:
          - name: data
            persistentVolumeClaim: {claimName: web-data}

## How to fix
Give each VM its own claim, or use `ReadWriteMany` with a disk that is `shareable`.

## Source
Kubernetes on access modes of volumes; KubeVirt `pkg/storage/types/pvc.go`.
"""

from collections.abc import Iterator

from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool, Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, claim_name

from .._about import borrowed
from .._disks import access_modes, together

META = Meta("VM426", effect=Effect.RISK, since="0.1", subject=VirtualMachine, about=borrowed)

_SINGLE = frozenset(("ReadWriteOnce", "ReadWriteOncePod"))


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    if isinstance(vm, VirtualMachinePool) or not _runs(vm):
        return
    for path, volume in vm.volumes():
        disk = world.storage.own_claim(vm, volume)
        if not isinstance(disk, Disk) or disk.holder is vm:
            continue
        modes = access_modes(disk, world)
        taken = _taken_before(vm, disk, world)
        if modes is None or taken is None or not _SINGLE.issuperset(modes):
            continue
        source, name = claim_name(volume)
        yield META.at(
            vm.at(*path, source),
            f"claim `{name}` is `{', '.join(modes)}`, and the running VM `{taken.resource.name}` uses it too. "
            "Only one of the two VMs can run.",
            fix="give each VM its own disk, or use a claim with `ReadWriteMany` and `shareable: true`",
        ).along([Hop(f"VirtualMachine {taken.resource.ref.short} → claim {name}", taken)])


def _taken_before(vm: VirtualMachine, disk: Disk, world: World) -> Place | None:
    """The volume of an earlier VM that runs on the claim."""
    for other, path in world.storage.users(disk):
        if other is vm:
            return None
        single = isinstance(other, VirtualMachine) and not isinstance(other, VirtualMachinePool)
        if single and _runs(other) and together(vm, other):
            return other.at(*path)
    return None


def _runs(vm: Workload) -> bool:
    spec = vm.spec
    return spec.get("running") is True or text(spec, "runStrategy") in ("Always", "RerunOnFailure", "Once")
