"""The VM says `running`, which `runStrategy` has replaced.

## What it does
Reports `spec.running` of VMs and of a pool's VMs.

## Why it matters
Since KubeVirt 1.4 the field is deprecated, and each change of the VM brings a warning. Beside `runStrategy` it is
refused.

## Bad
    kind: VirtualMachine
    spec:
      running: true

## Good
    kind: VirtualMachine
    spec:
      runStrategy: Always

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vms-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM525", effect=Effect.DEPRECATED, since="0.1", subject=VirtualMachine)

_SUCCESSOR = {True: "Always", False: "Halted"}


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    running = vm.vm_spec.get("running")
    if running is None or vm.vm_spec.get("runStrategy") is not None or not world.behaviour.warns_of_running:
        return
    strategy = _SUCCESSOR[running] if isinstance(running, bool) else ""
    yield META.at(
        vm.at(*vm.vm_path, "running"),
        "`running` is deprecated.",
        fix=f"write `runStrategy: {strategy}` instead" if strategy else "use `runStrategy`",
    )
