"""The manifest sets the `revisionName` of an instancetype or preference.

## What it does
Reports `revisionName` in `spec.instancetype` and `spec.preference`.

## Why it matters
The ControllerRevision is a copy that KubeVirt makes in one cluster when it first handles the VM. It has precedence over
the name: a VM whose manifest names another instancetype keeps the old size, and another cluster does not have the copy.

## Cluster message
KubeVirt reports nothing; in another cluster the VM's condition `Failure` contains `not found`.

## Bad
    kind: VirtualMachine
    spec:
      instancetype:
        name: u1.medium
        revisionName: web-u1.medium-v1beta1-4ae1c5d0-1

## Good
    kind: VirtualMachine
    spec:
      instancetype: {name: u1.medium}

## How to fix
Remove `revisionName`; KubeVirt sets it.

## Source
KubeVirt `pkg/instancetype/find/spec.go`, `pkg/instancetype/revision`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import MatchOutcome
from vmlint.model.access import text
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Remove
from vmlint.world import World

META = Meta("VM528", effect=Effect.RISK, since="0.1", subject=VirtualMachine, fields=("revisionName",), fix=Fix.UNSAFE)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for matcher in Matcher:
        if not text(vm.matcher(matcher), "revisionName") or (match := world.vms.match(vm, matcher)) is None:
            continue
        lost = (
            match.outcome is MatchOutcome.MISSING
            and match.resolution is not None
            and world.closed(match.resolution.ref)
        )
        if not lost:
            path = vm.matcher_path(matcher, "revisionName")
            yield META.at(
                vm.at(*path),
                f"`revisionName` names a copy of the {matcher.noun} that exists only in the cluster where "
                "KubeVirt made it.",
                fix="remove `revisionName`; KubeVirt sets it",
            ).with_fix(Fix.UNSAFE, Remove(path))
