"""The VM and its instancetype both set the vCPUs.

## What it does
Reports `domain.cpu.guest` of a VM whose instancetype sets `cpu.guest`.

## Why it fails
A VM can't override the values of its instancetype. Only an instancetype without vCPUs leaves them to the VM.

## Cluster message
KubeVirt's refusal contains `conflicts with selected instance type`.

## Bad
    spec:
      instancetype: {name: u1.medium}
      template:
        spec:
          domain:
            cpu: {guest: 4}

## Good
    spec:
      instancetype: {name: cx1.custom}    # v1beta2, without `cpu.guest`

## How to fix
Remove `domain.cpu.guest`, or use an instancetype without `cpu.guest`.

## Source
The design proposal on customized instancetypes; KubeVirt `pkg/instancetype/conflict`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.sizing import Giver
from vmlint.model.access import get
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import sized

META = Meta("VM602", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=sized)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = sized(vm, world)
    if found is None or found.sizing.vcpus is not Giver.BOTH or not get(vm.vmi_spec, "domain", "cpu", "guest"):
        return
    yield META.at(
        found.at(("spec", "domain", "cpu", "guest")),
        f"`domain.cpu.guest` conflicts with {found.whose}, which sets the vCPUs; a VM can't override them.",
        fix="remove `domain.cpu.guest`, or use an instancetype without vCPUs",
        effect=found.effect,
    ).along(found.hops)
