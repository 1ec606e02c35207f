"""The VM has no memory.

## What it does
Reports a VM, pool, replica set or VirtualMachineInstance that sets neither guest memory, huge pages, a memory request
nor a limit, and has no instancetype that sets it.

## Why it fails
KubeVirt accepts such a VM, and refuses the VirtualMachineInstance made from it: the VM never starts, and only an event
shows the reason. KubeVirt refuses a VirtualMachineInstance at once.

## Cluster message
KubeVirt's refusal contains `no memory requested`.

## Bad
    kind: VirtualMachine
    spec:
      runStrategy: Always
      template:
        spec:
          domain:
            devices: {}

## Good
    kind: VirtualMachine
    spec:
      runStrategy: Always
      template:
        spec:
          domain:
            memory: {guest: 2Gi}
            devices: {}

## How to fix
Set `domain.memory.guest`, or an instancetype.

## Source
KubeVirt `vmi-create-admitter.go` (ValidateVirtualMachineInstanceMandatoryFields).
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import MatchOutcome
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM506", effect=Effect.STUCK, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    instancetype = world.vms.match(workload, Matcher.INSTANCETYPE) if isinstance(workload, VirtualMachine) else None
    if instancetype is not None and instancetype.outcome in (MatchOutcome.MISSING, MatchOutcome.UNKNOWN_KIND):
        return  # the instancetype that is missing would have given the memory, and is reported
    yield from refused(META, workload, world, "memory_unset")
