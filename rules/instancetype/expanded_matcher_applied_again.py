"""A manifest whose instancetype KubeVirt expands is applied more than once.

## What it does
Reports VMs that name an instancetype where the KubeVirt object has `instancetype.referencePolicy: expand` or
`expandAll` and Argo CD or Flux applies them; with `--changed` also every such VM that existed before and is edited.

## Why it fails
Under these policies KubeVirt writes the values of the instancetype into the VM and removes the matcher. A later apply
of the manifest adds the matcher again next to the values, and KubeVirt refuses a VM that has both.

## Cluster message
Argo CD or Flux shows KubeVirt's refusal, which contains `conflicts with selected instance type`.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        instancetype: {referencePolicy: expand}
    ---
    kind: VirtualMachine
    spec:
      instancetype: {name: u1.medium}

## Good
    kind: KubeVirt
    spec:
      configuration:
        instancetype: {referencePolicy: reference}
    ---
    kind: VirtualMachine
    spec:
      instancetype: {name: u1.medium}

## How to fix
Use the reference policy `reference`, or write the values into the manifest without the instancetype.

## Source
KubeVirt `pkg/instancetype/controller/vm` (handleExpand), `pkg/instancetype/expand`, `pkg/instancetype/apply`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import MatchOutcome
from vmlint.kubevirt.update.rollout import Policy, Rollout
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from .._about import applied_again

META = Meta(
    "VM290",
    effect=Effect.RISK,
    since="0.1",
    subject=(VirtualMachine, Change),
    about=applied_again,
    refuses_updates=True,
)

_FIX = "set `referencePolicy: reference`, or write the values into the VM instead of `instancetype`"


def check(subject: VirtualMachine | Change, world: World) -> Iterator[Fault]:
    if isinstance(subject, Change):
        yield from _edited(subject, world)
    elif world.applied_by and not world.is_updated(subject) and _expands(subject, world):
        yield META.at(
            subject.at(*subject.matcher_path(Matcher.INSTANCETYPE)),
            "KubeVirt refuses every later apply of the VM with `instancetype`: under the reference policy "
            f"`{_policy(world)}` it writes the values into the VM, and {world.applied_by} applies the manifest "
            "repeatedly.",
            fix=_FIX,
        )


def _edited(change: Change, world: World) -> Iterator[Fault]:
    old, new = change.old, change.new
    if not isinstance(old, VirtualMachine) or not isinstance(new, VirtualMachine) or not change.is_update:
        return
    if _expands(old, change.before) and new.matcher(Matcher.INSTANCETYPE) is not None:
        yield META.at(
            new.at(*new.matcher_path(Matcher.INSTANCETYPE)),
            f"KubeVirt refuses this edit of the VM: under the reference policy `{_policy(change.before)}` it wrote the "
            "values of the instancetype into the VM, and they conflict with the matcher.",
            fix=_FIX,
            effect=Effect.REJECTED,
        )


def _policy(world: World) -> Policy:
    return Rollout.of(world.kubevirt, world.settings.release).policy


def _expands(vm: VirtualMachine, world: World) -> bool:
    """Whether the values of a VM's instancetype are written into it."""
    if isinstance(vm, VirtualMachinePool) or _policy(world) is Policy.REFERENCE:
        return False
    found = world.vms.match(vm, Matcher.INSTANCETYPE)
    return found is not None and found.outcome is MatchOutcome.USED and not world.vms.conflicts(vm)
