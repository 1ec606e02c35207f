"""The failure policy `Ignore` drops the VM's own memory when inference succeeds.

## What it does
Reports `spec.template.spec.domain.memory` next to an instancetype that is inferred with `inferFromVolumeFailurePolicy:
Ignore`, unless the inference is certain to fail.

## Why it matters
When inference succeeds under `Ignore`, KubeVirt removes the whole `memory` section (guest, hugepages and maxGuest), so
that a fallback value does not conflict. The VM's memory then depends on a label of the volume, without any message.

## Cluster message
KubeVirt reports nothing.

## Bad
    spec:
      instancetype:
        inferFromVolume: root
        inferFromVolumeFailurePolicy: Ignore
      template:
        spec:
          domain:
            memory: {guest: 8Gi}

## Good
    spec:
      instancetype:
        inferFromVolume: root

## How to fix
Remove `domain.memory` if the instancetype provides the memory, or remove `inferFromVolumeFailurePolicy: Ignore`.

## Source
KubeVirt `pkg/instancetype/infer/handler.go` (Instancetype).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.access import mapping, text
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import inferences

META = Meta(
    "VM109",
    effect=Effect.RISK,
    since="0.1",
    subject=VirtualMachine,
    about=inferences,
    fields=("inferFromVolumeFailurePolicy",),
)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    chain = world.vms.infer(vm, Matcher.INSTANCETYPE)
    policy = text(vm.matcher(Matcher.INSTANCETYPE), "inferFromVolumeFailurePolicy")
    memory = vm.at(*vm.vmi_path, "domain", "memory")
    if chain is None or policy != "Ignore" or not mapping(vm.vmi_spec, "domain", "memory"):
        return
    if chain.end is End.FOUND:
        yield META.at(
            memory,
            f"KubeVirt drops `memory`: the VM infers instancetype `{chain.name}` with failure policy `Ignore`, and "
            "gets the instancetype's memory.",
            fix="remove `memory`, or name the instancetype",
            effect=Effect.IGNORED,
        ).along(chain.hops)
    elif chain.end is End.UNDECIDED:
        yield META.at(
            memory,
            f"`memory` applies only if KubeVirt infers no instancetype: {chain.reason}.",
            fix="remove `memory`, or name the instancetype",
        ).along(chain.hops)
