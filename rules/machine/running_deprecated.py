"""The VM uses the deprecated field `running`.

## What it does
Reports `spec.running` of VMs and of a pool's VMs.

## Why it matters
The field is deprecated since KubeVirt 1.4, and the API server prints a warning for each change of the VM. KubeVirt
refuses a VM with both `running` and `runStrategy`.

## Cluster message
The API server prints the warning `spec.running is deprecated`.

## Bad
    kind: VirtualMachine
    spec:
      running: true

## Good
    kind: VirtualMachine
    spec:
      runStrategy: Always

## How to fix
Write `runStrategy: Always` instead of `running: true`, and `Halted` instead of `false`.

## How to configure
`target: {kubevirt: "1.3"}` disables the rule for older clusters.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vms-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Move, Put
from vmlint.world import World

META = Meta("VM525", effect=Effect.DEPRECATED, since="0.1", subject=VirtualMachine, fields=("running",), fix=Fix.SAFE)

_SUCCESSOR = {True: "Always", False: "Halted"}


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    running = vm.vm_spec.get("running")
    if running is None or vm.vm_spec.get("runStrategy") is not None or not world.vms.behaviour.warns_of_running:
        return
    strategy = _SUCCESSOR[running] if isinstance(running, bool) else ""
    old, new = (*vm.vm_path, "running"), (*vm.vm_path, "runStrategy")
    fault = META.at(
        vm.at(*old),
        "`running` is deprecated; `runStrategy` replaces it.",
        fix=f"write `runStrategy: {strategy}`" if strategy else "use `runStrategy`",
    )
    yield fault.with_fix(Fix.SAFE, Move(old, new), Put(new, strategy)) if strategy else fault
