"""Who uses an object: VMs with an instancetype or preference, and whatever names it in a field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard

from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Step
from vmlint.findings.location import where
from vmlint.graph.links import Link, links
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.runtime.cached import cached_property
from vmlint.world import World

__all__ = ["SHOWN", "Referrers", "RepositoryLinks", "is_vm", "listed", "step_of", "vms"]

SHOWN = 5
"""How many users a sentence or a chain names."""


def is_vm(resource: Resource) -> TypeGuard[VirtualMachine]:
    """Whether an object is a VM; a pool is the template of several."""
    return isinstance(resource, VirtualMachine) and not isinstance(resource, VirtualMachinePool)


class Referrers:
    """Who refers to the objects of a deployment, in all deployments of a repository.

    A deployment with an object of that name of its own refers to that. `world` has the objects of all deployments.
    """

    def __init__(self, repository: RepositoryLinks, own: World | None) -> None:
        self._repository = repository
        self._own = own
        self.world = repository.world

    def to(self, ref: Ref) -> Sequence[Link]:
        """The links that name an object, in the order of the files."""
        return [link for world, link in self._repository.links.get(ref, ()) if self._is_meant(ref, world)]

    def vms(self, ref: Ref) -> Sequence[VirtualMachine]:
        """The VMs that name an object in a field."""
        sources = {link.source.ref: link.source for link in self.to(ref)}
        return [vm for vm in sources.values() if is_vm(vm)]

    def matched_by(self, resource: Resource) -> Sequence[VirtualMachine]:
        """The VMs that have an instancetype or preference, by its name or by inference."""
        ref = resource.ref
        matched = self._repository.matched_by.get(ref, ())
        return list({vm.ref: vm for world, vm in matched if self._is_meant(ref, world)}.values())

    def beside(self, ref: Ref) -> Iterator[Resource]:
        """The objects of the deployments whose cluster has the object."""
        refs = set()
        for world in self._worlds(ref):
            for resource in world.cluster.resources:
                if not resource.fragment and resource.ref not in refs:
                    refs.add(resource.ref)
                    yield resource

    def _worlds(self, ref: Ref) -> Iterator[World]:
        return (world for world in self._repository.worlds if self._is_meant(ref, world))

    def _is_meant(self, ref: Ref, world: World) -> bool:
        return world is self._own or not world.cluster.named(ref)


class RepositoryLinks:
    """The links in the deployments of a repository, each with its deployment, by what they lead to."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.world = snapshot.world
        self.worlds = snapshot.worlds

    def of(self, own: World | None) -> Referrers:
        """Who refers to the objects of a deployment; None for one that no deployment has."""
        return Referrers(self, own)

    @cached_property
    def links(self) -> Mapping[Ref, Sequence[tuple[World, Link]]]:
        """The fields that name objects, in the order of the files of each deployment."""
        found: dict[Ref, list[tuple[World, Link]]] = {}
        for world in self.worlds:
            for resource in world.cluster.resources:
                for link in () if resource.fragment else links(resource):
                    found.setdefault(link.ref, []).append((world, link))
        return found

    @cached_property
    def matched_by(self) -> Mapping[Ref, Sequence[tuple[World, VirtualMachine]]]:
        """The VMs by their instancetypes and preferences."""
        found: dict[Ref, list[tuple[World, VirtualMachine]]] = {}
        for world in self.worlds:
            for vm in vms(world.cluster.resources):
                matches = [] if vm.fragment else [world.vms.match(vm, matcher) for matcher in Matcher]
                for resolution in (match.resolution for match in matches if match is not None):
                    if resolution is not None:
                        found.setdefault(resolution.ref, []).append((world, vm))
        return found


def vms(resources: Iterable[Resource]) -> Iterator[VirtualMachine]:
    """The VMs among some objects."""
    yield from filter(is_vm, resources)


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
