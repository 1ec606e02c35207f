"""The failure policy of an inference is not `Ignore` or `Reject`.

## What it does
Checks that `inferFromVolumeFailurePolicy` is `Ignore` or `Reject`.

## Why it fails
KubeVirt refuses any other value, including the empty one. The field's published description names
`IgnoreInferFromVolumeFailure` and `RejectInferFromVolumeFailure`: these are identifiers of the source code, not values.

## Cluster message
KubeVirt's refusal contains `for InferFromVolumeFailurePolicy`.

## Bad
    spec:
      preference:
        inferFromVolume: root
        inferFromVolumeFailurePolicy: IgnoreInferFromVolumeFailure

## Good
    spec:
      preference:
        inferFromVolume: root
        inferFromVolumeFailurePolicy: Ignore

## How to fix
Write `Ignore` or `Reject`.

## Source
KubeVirt `pkg/instancetype/webhooks/vm/mutator.go` (validateInferFromVolumeFailurePolicy).
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import Flaw
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Put
from vmlint.world import World

from .._about import matcher_flaws
from .._effect import refusal
from ._flaws import flawed

META = Meta("VM112", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=matcher_flaws, fix=Fix.SAFE)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for matcher, place in flawed(vm, Flaw.BAD_POLICY):
        value = (vm.matcher(matcher) or {})["inferFromVolumeFailurePolicy"]
        meant = "Ignore" if "ignore" in value.lower() else "Reject"
        how = Fix.SAFE if value.lower() == meant.lower() else Fix.UNSAFE
        yield META.at(
            place,
            f"`inferFromVolumeFailurePolicy` is {f'`{value}`' if value else 'empty'}; it must be `Ignore` or `Reject`.",
            fix=f"write `{meant}`",
            effect=refusal(vm),
        ).with_fix(how, Put(place.path, meant))
