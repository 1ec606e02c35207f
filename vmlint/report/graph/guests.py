"""The guests that workloads start, as the side panel of the page and the JSON format show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vmlint.explain.trace import mobility_of
from vmlint.graph.export import Guest
from vmlint.kubevirt.launcher import vcpus_of
from vmlint.model.access import get, text
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.world import World
from vmlint.world.outcome import Trouble, problem_of

__all__ = ["guests_of"]

_PARTS = (("sockets", "socket"), ("cores", "core"), ("threads", "thread"))

_MEMORY = (
    ("memory", "guest"),
    ("resources", "requests", "memory"),
    ("resources", "limits", "memory"),
)
"""Where KubeVirt looks for the guest's memory, in its order. Source: KubeVirt `pkg/virt-launcher/virtwrap/converter`
(`GetVirtualMemory`)."""


def guests_of(worlds: Iterable[World]) -> Callable[[Resource], Guest | None]:
    """Called with an object: the guest that it starts in its deployment, None where it starts none."""
    home = {id(resource): world for world in worlds for resource in world.cluster.resources}

    def guest(resource: Resource) -> Guest | None:
        world = home.get(id(resource))
        return _guest(resource, world) if world is not None and isinstance(resource, Workload) else None

    return guest


def _guest(workload: Workload, world: World) -> Guest:
    problem, names = None, ["", ""]
    if isinstance(workload, VirtualMachine):
        problem = problem_of(workload, world)
        names = [_name(workload, matcher, world) for matcher in (Matcher.INSTANCETYPE, Matcher.PREFERENCE)]
    template = world.launch.template(workload)
    if problem is not None or template is None:
        return Guest(instancetype=names[0], preference=names[1], problem=str(problem or Trouble.REFUSED))
    count, topology = _topology(template)
    mobility = mobility_of(workload, world)
    return Guest(
        vcpus=count or None,
        topology=topology,
        memory=_memory(template),
        instancetype=names[0],
        preference=names[1],
        migratable=mobility.migratable if mobility else None,
        reasons=mobility.reasons if mobility else (),
    )


def _name(vm: VirtualMachine, matcher: Matcher, world: World) -> str:
    match = world.vms.match(vm, matcher)
    return match.resolution.ref.short if match is not None and match.resolution is not None else ""


def _topology(template: Mapping[str, Any]) -> tuple[int | None, str]:
    """The vCPUs, and how they are laid out; None where a variable decides them."""
    count = vcpus_of(template)
    cpu = get(template, "spec", "domain", "cpu")
    parts = [(get(cpu, name), noun) for name, noun in _PARTS]
    words = " × ".join(f"{number} {noun if number == 1 else noun + 's'}" for number, noun in parts if number)
    return count, words if count is not None else ""


def _memory(template: Mapping[str, Any]) -> str:
    return next(filter(None, (_text(template, path) for path in _MEMORY)), "")


def _text(template: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value = get(template, "spec", "domain", *path)
    return str(value) if isinstance(value, int) else text(template, "spec", "domain", *path)
