"""A manifest with `inferFromVolume` is applied more than once.

## What it does
Reports VMs whose instancetype or preference has `inferFromVolume` and that Argo CD or Flux applies; with `--changed`
also every such VM that existed before and is edited.

## Why it fails
When the VM is created, KubeVirt writes the inferred name into the matcher and removes `inferFromVolume`. A later apply
of the manifest adds `inferFromVolume` next to the name, and KubeVirt refuses a matcher with both. Argo CD and Flux
apply at each sync, so from then on the VM's Application or Kustomization fails, and no further edit of the VM arrives.

## Cluster message
Argo CD or Flux shows KubeVirt's refusal, which contains `should be cleared before setting inferFromVolume`.

## Bad
    kind: VirtualMachine
    spec:
      instancetype:
        inferFromVolume: root

## Good
    kind: VirtualMachine
    spec:
      instancetype:
        name: u1.medium

## How to fix
Write the name of the instancetype or preference instead of `inferFromVolume`.

## Source
KubeVirt `pkg/instancetype/infer/handler.go`, `pkg/instancetype/webhooks/vm/mutator.go` (validateInstancetypeMatcher).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from .._about import applied_again

META = Meta(
    "VM190",
    effect=Effect.RISK,
    since="0.1",
    subject=(VirtualMachine, Change),
    about=applied_again,
    refuses_updates=True,
)


def check(subject: VirtualMachine | Change, world: World) -> Iterator[Fault]:
    if isinstance(subject, Change):
        yield from _edited(subject, world)
    elif world.applied_by and not world.is_updated(subject) and not isinstance(subject, VirtualMachinePool):
        for matcher in _inferring(subject, world):
            yield META.at(
                subject.at(*subject.matcher_path(matcher, "inferFromVolume")),
                "KubeVirt refuses every later apply of the VM with `inferFromVolume`: it writes the name that it "
                f"infers into the {matcher.noun}, and {world.applied_by} applies the manifest repeatedly.",
                fix=f"write the name of the {matcher.noun} instead of `inferFromVolume`",
            )


def _edited(change: Change, world: World) -> Iterator[Fault]:
    old, new = change.old, change.new
    if not isinstance(old, VirtualMachine) or not isinstance(new, VirtualMachine) or not change.is_update:
        return
    if isinstance(new, VirtualMachinePool):
        return
    before = list(_inferring(old, change.before))
    for matcher in _inferring(new, world):
        if matcher in before:
            yield META.at(
                new.at(*new.matcher_path(matcher, "inferFromVolume")),
                f"KubeVirt refuses this edit of the VM: it wrote the inferred name into the {matcher.noun} when the VM "
                "was created, and a matcher can't have both a name and `inferFromVolume`.",
                fix=f"write the name of the {matcher.noun} instead of `inferFromVolume`",
                effect=Effect.REJECTED,
            )


def _inferring(vm: VirtualMachine, world: World) -> Iterator[Matcher]:
    """The matchers of a VM whose inference finds a name."""
    for matcher in Matcher:
        chain = world.vms.infer(vm, matcher)
        if chain is not None and chain.end is End.FOUND:
            yield matcher
