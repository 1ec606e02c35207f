"""`domain.cpu.guest` is set together with a CPU topology.

## What it does
Reports `domain.cpu.guest` together with `cores`, `sockets` or `threads`.

## Why it fails
In the proposal the two exclude each other: `guest` is the number of vCPUs, and a preference sets their topology.

## Cluster message
The proposal is not released: its message is not known.

## Bad
    domain:
      cpu: {guest: 4, cores: 2}

## Good
    domain:
      cpu: {guest: 4}

## How to fix
Remove `cores`, `sockets` and `threads`; a preference sets the topology.

## Source
The design proposal on customized instancetypes (`spec.template.spec.domain.cpu.guest`).
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import sized

META = Meta("VM601", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=sized)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = sized(vm, world)
    if found is None or not found.sizing.exclusive:
        return
    parts = ", ".join(f"`{path[-1]}`" for path in found.sizing.exclusive)
    yield META.at(
        found.at(found.sizing.exclusive[0]),
        f"`domain.cpu.guest` and {parts} exclude each other.",
        fix=f"remove {parts} and let a preference set the topology, or remove `guest`",
        effect=found.effect,
    )
