"""What the rules on accepted operations share: the VM that an operation reads or writes, as the files have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from vmlint.graph.links import LinkKind, links
from vmlint.graph.resolution import State
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    Operation,
    VirtualMachine,
    VirtualMachinePool,
    VirtualMachineSnapshot,
)
from vmlint.world import World

__all__ = ["SNAPSHOT", "VM", "accepted", "reached", "vm_at", "vm_of_snapshot"]

VM = BY_GROUP_KIND["kubevirt.io", "VirtualMachine"]
SNAPSHOT = BY_GROUP_KIND["snapshot.kubevirt.io", "VirtualMachineSnapshot"]


def accepted(subject: Operation, world: World) -> bool:
    """Whether the files show no reason for KubeVirt to refuse an operation, so that its controllers get to see it."""
    return not any(refusal.gate is None for refusal in world.operations.refusals(subject))


def reached(subject: Operation, kind: LinkKind, world: World) -> Iterator[tuple[Path, Resource]]:
    """The objects of the files to which an operation's references of a kind lead, each with the field."""
    for link in links(subject):
        if link.kind is kind:
            found = world.cluster.follow(link)
            if found.state is State.FOUND and found.resource is not None:
                yield link.path, found.resource


def vm_at(ref: Ref, seen_from: Resource, world: World) -> VirtualMachine | None:
    """The VM of an identity, None where the files don't hold it whole."""
    found = world.cluster.resolve(ref, seen_from).resource
    return found if _is_vm(found) else None


def vm_of_snapshot(snapshot: VirtualMachineSnapshot, world: World) -> VirtualMachine | None:
    """The VM that a snapshot was taken of."""
    return next((vm for _, vm in reached(snapshot, LinkKind.OPERAND, world) if _is_vm(vm)), None)


def _is_vm(found: Resource | None) -> TypeGuard[VirtualMachine]:
    return (
        isinstance(found, VirtualMachine)
        and not isinstance(found, VirtualMachinePool)
        and not found.fragment
        and not found.patched
    )
