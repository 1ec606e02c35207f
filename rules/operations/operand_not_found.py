"""The VM, claim or snapshot of an operation is not in the repository.

## What it does
Looks for the objects that snapshots, restores, clones, exports, backups and migrations name: VMs, snapshots, claims,
trackers, and the VM behind the guest that is migrated. The target of a restore or clone need not exist. A VM in a
namespace without any object in the repository is undecided, and so is a snapshot: both often exist only in the cluster.

## Why it matters
KubeVirt accepts the operation, and it waits. KubeVirt refuses a migration of a guest that does not exist and, before
release 1.6, a clone of a source that does not exist.

## Cluster message
The status of the operation contains `not found` or `does not exist`; so does the refusal of a migration.

## Bad
    kind: VirtualMachineExport
    metadata: {name: web, namespace: shop}
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: wbe}

## Good
    kind: VirtualMachineExport
    metadata: {name: web, namespace: shop}
    spec:
      source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: web}

## How to fix
Correct the name or the namespace. If the object exists in the cluster, declare it: `outside:` in the configuration, or
a folder with `--context`.

## Source
KubeVirt `pkg/storage/snapshot`, `pkg/storage/export/export/vm-source.go`, `pkg/virt-controller/watch/clone/clone.go`,
`pkg/storage/cbt/backup.go`, `migration-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import LinkKind, links
from vmlint.graph.resolution import State
from vmlint.model.access import text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.subjects import Operation, VirtualMachineClone, VirtualMachineInstanceMigration
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._remedy import remedy
from ._operands import SNAPSHOT, VM, accepted

META = Meta("VM020", effect=Effect.STUCK, since="0.1", subject=Operation)

_NOUNS = {
    "VirtualMachine": "VM",
    "VirtualMachineSnapshot": "snapshot",
    "PersistentVolumeClaim": "claim",
    "VirtualMachineBackupTracker": "tracker",
}
_GUEST = BY_GROUP_KIND["kubevirt.io", "VirtualMachineInstance"]
_CLONE_WAITS = (1, 6)


def check(subject: Operation, world: World) -> Iterator[Fault | Doubt]:
    if not accepted(subject, world):
        return
    if isinstance(subject, VirtualMachineInstanceMigration):
        yield from _of_guest(subject, world)
        return
    for link in links(subject):
        if link.kind is LinkKind.OPERAND:
            found = world.cluster.follow(link)
            if found.state is State.MISSING and not found.nowhere:
                refused = isinstance(subject, VirtualMachineClone) and _refuses_clone(world)
                then = "KubeVirt refuses the clone" if refused else f"The {subject.ref.kind} stays pending without it"
                yield _missing(subject, link.path, link.ref, then, world, Effect.REJECTED if refused else META.effect)


def _refuses_clone(world: World) -> bool:
    release = world.settings.release
    return release is not None and not release.serves(_CLONE_WAITS)


def _of_guest(subject: VirtualMachineInstanceMigration, world: World) -> Iterator[Fault | Doubt]:
    """A migration names a guest, which a VM of the same name starts."""
    name = text(subject.data, "spec", "vmiName")
    vm, guest = (Ref(kind.group, kind.name, subject.namespace, name) for kind in (VM, _GUEST))
    states = [world.cluster.resolve(ref, subject).state for ref in (guest, vm)]
    if name and all(state is State.MISSING for state in states):
        yield _missing(subject, ("spec", "vmiName"), vm, "KubeVirt refuses the migration", world, Effect.REJECTED)


def _missing(subject: Operation, path: Path, ref: Ref, then: str, world: World, effect: Effect) -> Fault | Doubt:
    noun = _NOUNS.get(ref.kind, ref.kind)
    near = world.suggest(ref)
    if not near and not world.closed(ref) and (reason := _undecided(ref, world)):
        return META.doubt(subject.at(*path), f"whether {noun} `{ref.short}` exists: {reason}")
    return META.at(
        subject.at(*path),
        f"{noun} `{ref.short}` is not in the repository. {then}.",
        fix=remedy(ref, noun, world),
        effect=world.effect_of_missing(ref, effect),
    )


def _undecided(ref: Ref, world: World) -> str:
    if (ref.group, ref.kind) == SNAPSHOT[:2]:
        return "snapshots are usually taken in the cluster"
    if not world.storage.holds_any(ref.namespace) or not _holds_vm(ref.namespace, world):
        return "the repository has no VM of its namespace"
    return ""


def _holds_vm(namespace: str, world: World) -> bool:
    return any(vm.namespace == namespace for vm in world.cluster.of_kind(VM.name))
