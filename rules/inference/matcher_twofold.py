"""An instancetype or preference is both named and inferred.

## What it does
Reports `name` or `kind` next to `inferFromVolume`.

## Why it fails
The two exclude each other, and KubeVirt refuses the VM.

## Cluster message
KubeVirt's refusal contains `should be cleared before setting inferFromVolume`.

## Bad
    spec:
      instancetype:
        name: u1.medium
        inferFromVolume: root

## Good
    spec:
      instancetype:
        name: u1.medium

## How to fix
Remove `inferFromVolume`, or remove `name` and `kind`.

## Source
KubeVirt `pkg/instancetype/webhooks/vm/mutator.go` (validateInstancetypeMatcher, validatePreferenceMatcher).
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import Flaw
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import matcher_flaws
from .._effect import refusal
from ._flaws import flawed

META = Meta("VM111", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=matcher_flaws)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for flaw in (Flaw.NAME_AND_INFER, Flaw.KIND_AND_INFER):
        for matcher, place in flawed(vm, flaw):
            field = place.path[-1]
            yield META.at(
                place,
                f"the {matcher.noun} has `{field}` and `inferFromVolume`, which exclude each other.",
                fix=f"remove `{field}` to infer the {matcher.noun}, or `inferFromVolume` to name it",
                effect=refusal(vm),
            )
