"""An instancetype or preference has changed, and existing VMs do not get the change.

## What it does
Compares instancetypes and preferences with those of the commit that `--changed` names, and looks for VMs that used them
then and use them now.

## Why it does nothing
KubeVirt copies the instancetype and preference of each VM into a ControllerRevision when it first handles the VM, and
reads this copy from then on, even after a restart. Only VMs that are created later get the new values. Under the
reference policy `expand` the old values are in the VM itself.

## Cluster message
KubeVirt reports nothing.

## Bad
    kind: VirtualMachineInstancetype
    metadata: {name: small}
    spec:
      cpu: {guest: 2}
      memory: {guest: 8Gi}   # was 4Gi, and VMs use it

## Good
    kind: VirtualMachineInstancetype
    metadata: {name: small-8}
    spec:
      cpu: {guest: 2}
      memory: {guest: 8Gi}

## How to fix
Restore the old values, and create an instancetype or preference with a new name for the VMs that need the new ones.

## Source
KubeVirt `pkg/instancetype/revision/store.go` (syncStatusWithMatcher), `pkg/instancetype/find/revision.go`,
`pkg/instancetype/controller/vm`.
"""

from collections.abc import Iterator

from vmlint.model.chain import Hop
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.subjects import Instancetype, Preference, VirtualMachine, VirtualMachinePool
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from .._updates import describe

META = Meta("VM211", effect=Effect.IGNORED, since="0.1", subject=Change)

_MATCHERS = {Instancetype: Matcher.INSTANCETYPE, Preference: Matcher.PREFERENCE}
_NAMED = 5
"""How many VMs the chain lists."""


def check(change: Change, world: World) -> Iterator[Fault]:
    new = change.new
    matcher = _MATCHERS.get(type(new))
    changed = list(change.of(("spec",))) if matcher else []
    if matcher is None or not changed:
        return
    before = {vm.ref for vm in _users(new.ref, matcher, change.before)}
    users = [vm for vm in _users(new.ref, matcher, world) if vm.ref in before]
    if not users:
        return
    keep = "1 VM does not get" if len(users) == 1 else f"{len(users)} VMs do not get"
    yield META.at(
        new.at(*changed[0].path),
        f"{keep} this change of the {matcher.noun}, as KubeVirt stored a copy for each VM: {describe(changed)}.",
        fix=f"restore `{new.name}`, and create a new {matcher.noun} for the VMs that need the new values",
    ).along(Hop(f"{vm} has {new}", vm.at(*vm.matcher_path(matcher))) for vm in users[:_NAMED])


def _users(ref: Ref, matcher: Matcher, world: World) -> Iterator[VirtualMachine]:
    """The VMs that have an instancetype or preference, by its name or by inference."""
    for vm in world.cluster.of_kind("VirtualMachine"):
        if isinstance(vm, VirtualMachine) and not isinstance(vm, VirtualMachinePool):
            match = world.vms.match(vm, matcher)
            if match is not None and match.resolution is not None and match.resolution.ref == ref:
                yield vm
