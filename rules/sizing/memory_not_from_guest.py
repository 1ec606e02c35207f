"""The VM sets its memory by requests instead of `domain.memory.guest`.

## What it does
Reports memory requests and limits of a VM whose v1beta2 instancetype does not set `memory.guest`, where the VM has no
`domain.memory.guest`.

## Why it matters
In the proposal the VM sets the amount as `domain.memory.guest`, and in no other way. Requests size the pod; the guest's
memory then depends on a default.

## Cluster message
The proposal is not released: its message is not known.

## Bad
    spec:
      instancetype: {name: cx1.custom}    # v1beta2, without `memory.guest`
      template:
        spec:
          domain:
            resources:
              requests: {memory: 4Gi}

## Good
    spec:
      instancetype: {name: cx1.custom}
      template:
        spec:
          domain:
            memory: {guest: 4Gi}

## How to fix
Replace the requests and limits by `domain.memory.guest`.

## Source
The design proposal on customized instancetypes; KubeVirt `pkg/defaults/defaults.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.sizing import Giver
from vmlint.model.access import get, mapping
from vmlint.model.field import render
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import sized

META = Meta("VM605", effect=Effect.RISK, since="0.1", subject=VirtualMachine, about=sized)

_WAYS = tuple(("spec", "domain", "resources", section, "memory") for section in ("requests", "limits"))


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = sized(vm, world)
    if found is None or found.match is None or found.sizing.memory is not Giver.NEITHER:
        return
    template = mapping(vm.data, *vm.template_path)
    for path in _WAYS:
        if get(template, *path) is not None:
            yield META.at(
                found.at(path),
                f"the guest gets its memory from `{render(path[1:])}`; {found.whose} expects the VM to set "
                "`domain.memory.guest`.",
                fix="set the amount in `domain.memory.guest`",
            ).along(found.hops)
            return
