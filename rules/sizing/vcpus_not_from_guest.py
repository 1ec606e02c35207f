"""The VM sets its vCPUs by topology or requests instead of `domain.cpu.guest`.

## What it does
Reports `cores`, `sockets`, `threads` and CPU requests of a VM whose instancetype does not set `cpu.guest`.

## Why it fails
With such an instancetype the proposal supports only `domain.cpu.guest`; a preference sets the topology.

## Cluster message
The proposal is not released: its message is not known.

## Bad
    spec:
      instancetype: {name: cx1.custom}    # v1beta2, without `cpu.guest`
      template:
        spec:
          domain:
            cpu: {cores: 4}

## Good
    spec:
      instancetype: {name: cx1.custom}
      template:
        spec:
          domain:
            cpu: {guest: 4}

## How to fix
Replace the topology and the requests by `domain.cpu.guest`.

## Source
The design proposal on customized instancetypes (`spec.template.spec.domain.cpu.guest`).
"""

from collections.abc import Iterator

from vmlint.model.field import render
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import sized

META = Meta("VM604", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=sized)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = sized(vm, world)
    if found is None:
        return
    for path in found.sizing.unsupported:
        if path in found.sizing.exclusive:  # a topology beside `guest` is a fault of its own
            continue
        field = render(path[1:])
        yield META.at(
            found.at(path),
            f"`{field}` does not set the vCPUs; with {found.whose} the VM must set them in `domain.cpu.guest`.",
            fix=f"set the number of vCPUs in `domain.cpu.guest`, and remove `{field}`",
            effect=found.effect,
        ).along(found.hops)
