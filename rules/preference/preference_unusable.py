"""The preference can't be applied to this VM.

## What it does
Checks what a preference does to the VM that uses it: whether it can spread the instancetype's vCPUs over sockets,
cores and threads, and whether there is a `domain.cpu` for the CPU features that it adds.

## Why it fails
KubeVirt refuses the VM if the spread's ratio does not divide its vCPUs; this includes a single vCPU. With a ratio of 0,
or with CPU features for a VM that has neither an instancetype nor `domain.cpu`, KubeVirt's webhook crashes, and the API
server refuses the VM.

## Cluster message
KubeVirt's refusal contains `not divisible by`.

## Bad
    spec:
      instancetype: {name: three}         # 3 vCPUs
      preference: {name: spread}          # preferredCPUTopology: spread, in cores of 2

## Good
    spec:
      instancetype: {name: four}
      preference: {name: spread}

## How to fix
Choose an instancetype whose vCPUs the ratio divides, or another preference.

## Source
KubeVirt `pkg/instancetype/preference/validation/cpu.go`, `pkg/instancetype/preference/apply/cpu.go`.
"""

from collections.abc import Iterator

from vmlint.model.chain import Hop
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.outcome import reason_of

from .._about import unusable_preference
from .._effect import refusal

META = Meta("VM305", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=unusable_preference)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = world.vms.unusable(vm)
    preference = world.vms.match(vm, Matcher.PREFERENCE)
    if found is None or preference is None:
        return
    owner = preference.resolution.resource if preference.resolution else None
    hops = (Hop(f"preference {preference.name}", owner.at("spec", "cpu")),) if owner else ()
    yield META.at(
        vm.at(*vm.vm_path, *found.path[1:]),
        f"preference `{preference.name}` can't be applied: {reason_of(found)}.",
        fix="use another instancetype or preference, or change `spec.cpu` of the preference",
        effect=refusal(vm),
    ).along((*(preference.chain.hops if preference.chain else ()), *hops))
