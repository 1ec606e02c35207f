"""Neither the VM nor its instancetype sets the vCPUs or memory.

## What it does
Reports a VM whose v1beta2 instancetype does not set `cpu.guest` or `memory.guest`, where the VM does not set the amount
either.

## Why it fails
An instancetype without an amount leaves it to the VM. Without memory from either side KubeVirt can't create a
VirtualMachineInstance. The proposal does not define the result for a VM without vCPUs: today's default is a single one.

## Cluster message
KubeVirt's refusal of the VirtualMachineInstance contains `no memory requested`.

## Bad
    spec:
      instancetype: {name: cx1.custom}    # gives neither vCPUs nor memory
      template:
        spec:
          domain: {devices: {}}

## Good
    spec:
      instancetype: {name: cx1.custom}
      template:
        spec:
          domain:
            cpu: {guest: 4}
            memory: {guest: 4Gi}

## How to fix
Set `domain.cpu.guest` and `domain.memory.guest` in the VM.

## Source
The design proposal on customized instancetypes; KubeVirt `vmi-create-admitter.go`
(ValidateVirtualMachineInstanceMandatoryFields).
"""

from collections.abc import Iterator

from vmlint.kubevirt.sizing import Giver
from vmlint.model.access import get, mapping
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import sized

META = Meta("VM603", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=sized)

_REQUESTS = ("requests", "limits")


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = sized(vm, world)
    if found is None or found.match is None:
        return
    domain = mapping(vm.vmi_spec, "domain")
    by_requests = any(get(domain, "resources", section, "memory") is not None for section in _REQUESTS)
    if found.sizing.vcpus is Giver.NEITHER and not found.sizing.unsupported:
        yield META.at(
            found.at(("spec", "domain", "cpu", "guest")),
            f"the number of vCPUs is not set: {found.whose} leaves it to the VM, and the VM does not set it.",
            fix="set `spec.template.spec.domain.cpu.guest`",
            effect=Effect.RISK,
        ).along(found.hops)
    if found.sizing.memory is Giver.NEITHER and not by_requests and "hugepages" not in mapping(domain, "memory"):
        yield META.at(
            found.at(("spec", "domain", "memory", "guest")),
            f"the amount of memory is not set: {found.whose} leaves it to the VM, and the VM does not set it.",
            fix="set `spec.template.spec.domain.memory.guest`",
        ).along(found.hops)
