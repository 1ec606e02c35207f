"""A Service's port is one that the guest's interface does not forward.

## What it does
Checks the guests that a Service selects: where the interface on their pod network has a list of `ports`, the list must
contain the Service's target ports, by number or name. All ports that one list lacks are one finding.

## Why it does nothing
An interface with `masquerade` forwards only the ports of its list to the guest; without a list it forwards all.
Connections to other ports end in the pod.

## Cluster message
Nothing reports it: connections are refused.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: default, masquerade: {}, ports: [{port: 22}]}
    ---
    kind: Service
    spec:
      ports: [{port: 443, targetPort: 8443}]

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: default, masquerade: {}, ports: [{port: 22}, {port: 8443}]}
    ---
    kind: Service
    spec:
      ports: [{port: 443, targetPort: 8443}]

## How to fix
Add the target port to `ports` of the interface, or remove `ports` to forward all.

## Source
KubeVirt `pkg/network/setup/masquerade`; the API's description of `ports`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.model.access import each, sequence, text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.resource import Place
from vmlint.model.subjects import Service, Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.services import Port, forwards, ports_of

META = Meta("VM873", effect=Effect.IGNORED, since="0.1", subject=Service)

_INTERFACES = ("domain", "devices", "interfaces")


def check(service: Service, world: World) -> Iterator[Fault]:
    named = [vm for vm, _ in world.services.mistaken(service) if vm.name == service.name]
    guests = [workload for workload in (world.services.selected(service) or named) if not workload.patched]
    if service.spec.get("clusterIP") == "None":
        return  # gives the guest its name; its ports forward nothing, and often the only one is made up
    closed: dict[Place, list[Port]] = {}
    for port in ports_of(service) if guests else ():
        lists = [guest.at(*path) for guest in guests for path, card in _cards(guest) if not forwards(card, port)]
        if len(lists) == len(guests):  # none of the guests is reached
            closed.setdefault(lists[0], []).append(port)
    for place, ports in closed.items():
        guest, first = place.resource, ports[0].number
        field = "targetPort" if "targetPort" in service.spec["ports"][first] else "port"
        yield META.at(
            service.at("spec", "ports", first, field),
            f"{_ports(ports)} not among the ports of the interface of {guest.ref.kind} `{guest.name}`, which forwards "
            f"no others. Nothing in the guest can be reached through {'them' if len(ports) > 1 else 'it'}.",
            fix="add what is missing to the interface's `ports`, or remove the list",
        ).along([Hop(f"{guest.ref}: ports", place)])


def _ports(ports: Sequence[Port]) -> str:
    names = [f"`{port.target}`" if port.protocol == "TCP" else f"`{port.target}/{port.protocol}`" for port in ports]
    if len(names) == 1:
        return f"port {names[0]} is"
    return f"ports {', '.join(names[:-1])} and {names[-1]} are"


def _cards(guest: Workload) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The interfaces with masquerade and a list of ports; a guest has one, on the pod network."""
    for index, card in each(guest.vmi_spec, *_INTERFACES):
        if isinstance(card.get("masquerade"), dict) and sequence(card, "ports") and text(card, "name"):
            yield (*guest.vmi_path, *_INTERFACES, index, "ports"), card
