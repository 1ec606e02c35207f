"""An instancetype or preference is replaced, and its `revisionName` is kept.

## What it does
Compares `spec.instancetype` and `spec.preference` of VMs with those of the commit that `--changed` names: the name has
changed, and `revisionName` has not.

## Why it fails
The revision is a copy of the old instancetype or preference. KubeVirt refuses a VM that names another one but keeps the
revision.

## Cluster message
KubeVirt's refusal contains `updated without updating the RevisionName`.

## Bad
    kind: VirtualMachine
    spec:
      instancetype:
        name: u1.large   # was u1.medium
        revisionName: web-u1.medium-v1beta1-4ae1c5d0-1

## Good
    kind: VirtualMachine
    spec:
      instancetype: {name: u1.large}

## How to fix
Remove `revisionName` in the edit that changes the name.

## Source
KubeVirt `pkg/instancetype/webhooks/vm/mutator.go` (validateMatcherUpdate).
"""

from collections.abc import Iterator

from vmlint.model.access import text
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.model.unknown import is_unknown
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM113", effect=Effect.REJECTED, since="0.1", subject=Change, refuses_updates=True)


def check(change: Change, world: World) -> Iterator[Fault]:
    old, new = change.old, change.new
    if not isinstance(old, VirtualMachine) or not isinstance(new, VirtualMachine) or not change.is_update:
        return
    if isinstance(new, VirtualMachinePool):  # which the webhook does not look into
        return
    for matcher in Matcher:
        before, after = old.matcher(matcher), new.matcher(matcher)
        if before is None or after is None:
            continue
        was, name = text(before, "name"), text(after, "name")
        revision = text(before, "revisionName")
        if not revision or was == name or text(after, "revisionName") != revision:
            continue
        if not any(map(is_unknown, (was, name, revision))):
            yield META.at(
                new.at(*new.matcher_path(matcher, "revisionName")),
                f"`revisionName` names a copy of {matcher.noun} `{was}`, and the VM now uses `{name}`.",
                fix="remove `revisionName`; KubeVirt sets it",
            )
