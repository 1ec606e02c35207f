"""An instancetype or preference has neither a name nor a volume to infer from.

## What it does
Reports `spec.instancetype` or `spec.preference` with neither `name` nor `inferFromVolume`.

## Why it fails
KubeVirt refuses a matcher that neither names an object nor infers one.

## Cluster message
KubeVirt's refusal contains `Either Name or InferFromVolume`.

## Bad
    spec:
      instancetype: {}

## Good
    spec:
      instancetype:
        name: u1.medium

## How to fix
Set `name` or `inferFromVolume`, or remove the empty matcher.

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

META = Meta("VM110", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=matcher_flaws)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for matcher, place in flawed(vm, Flaw.EMPTY):
        yield META.at(
            place,
            f"`{matcher.noun}` has neither `name` nor `inferFromVolume`.",
            fix=f"name the {matcher.noun}, or remove the section",
            effect=refusal(vm),
        )
