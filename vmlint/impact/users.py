"""Who uses an object: VMs with an instancetype or preference, and whatever names it in a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeGuard

from vmlint.findings.finding import Step
from vmlint.findings.location import where
from vmlint.graph.links import Link, links
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import Instancetype, VirtualMachine, VirtualMachinePool
from vmlint.world import World

__all__ = ["SHOWN", "Referrers", "listed", "matched_by", "step_of", "vms"]

SHOWN = 5
"""How many users a sentence or a chain names."""


def vms(world: World) -> Iterator[VirtualMachine]:
    """The VMs of a world."""
    yield from (vm for vm in world.cluster.resources if _is_vm(vm) and not vm.fragment)


def _is_vm(resource: Resource) -> TypeGuard[VirtualMachine]:
    return isinstance(resource, VirtualMachine) and not isinstance(resource, VirtualMachinePool)


def matched_by(resource: Resource, world: World) -> Iterator[VirtualMachine]:
    """The VMs that have an instancetype or preference, by its name or by inference."""
    matcher = Matcher.INSTANCETYPE if isinstance(resource, Instancetype) else Matcher.PREFERENCE
    for vm in vms(world):
        found = world.vms.match(vm, matcher)
        if found is not None and found.resolution is not None and found.resolution.ref == resource.ref:
            yield vm


class Referrers:
    """The links of a world by what they lead to."""

    def __init__(self, world: World) -> None:
        self.world = world

    def to(self, ref: Ref) -> Sequence[Link]:
        """The links that name an object, in the order of the files."""
        return self._links.get(ref, ())

    def vms(self, ref: Ref) -> Sequence[VirtualMachine]:
        """The VMs that name an object in a field."""
        sources = {id(link.source): link.source for link in self.to(ref)}
        return [vm for vm in sources.values() if _is_vm(vm)]

    @cached_property
    def _links(self) -> Mapping[Ref, Sequence[Link]]:
        found: dict[Ref, list[Link]] = {}
        for resource in self.world.cluster.resources:
            for link in () if resource.fragment else links(resource):
                found.setdefault(link.ref, []).append(link)
        return found


def listed(resources: Sequence[Resource]) -> str:
    """Objects by kind and name, the first few of them: "VMs `shop/web`, `shop/db`"."""
    kinds: dict[str, list[str]] = {}
    for resource in resources[:SHOWN]:
        kind = resource.ref.kind.replace("VirtualMachine", "VM")
        kinds.setdefault(kind, []).append(f"`{resource.ref.short}`")
    more = f" and {len(resources) - SHOWN} more" if len(resources) > SHOWN else ""
    named = (f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names)}" for kind, names in kinds.items())
    return ", ".join(named) + more


def step_of(vm: VirtualMachine) -> Step:
    """A step of a chain that leads to a VM."""
    document, span = where(vm.named)
    return Step(f"VM {vm.ref.short}", document.file, span.line)
