"""What the inference rules share: the matchers of a VM with their chains, and the words for what follows."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.inference import Chain, End
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect
from vmlint.world import World

from .._effect import refusal

__all__ = ["effect_of", "ended", "outcome", "written"]


def ended(vm: VirtualMachine, world: World, *ends: End) -> Iterator[Chain]:
    """The chains of the VM that ended so. The cluster stops at the first; a person wants to hear of both."""
    for matcher in Matcher:
        chain = world.vms.infer(vm, matcher)
        if chain is not None and chain.end in ends:
            yield chain


def written(vm: VirtualMachine, chain: Chain) -> Place:
    """The field that asks for the inference."""
    return vm.at(*vm.matcher_path(chain.matcher, "inferFromVolume"))


def effect_of(vm: VirtualMachine, chain: Chain, world: World) -> Effect:
    """What a failed inference does: a VM is refused, a pool's VMs are never created, `Ignore` drops the matcher."""
    if chain.ignored:
        return Effect.IGNORED
    effect = refusal(vm)
    if chain.resolution is not None and not chain.resolution.nowhere:
        return world.effect_of_missing(chain.resolution.ref, effect)
    return effect


def outcome(chain: Chain) -> str:
    """The second sentence of a message."""
    return f" KubeVirt accepts the VM without a {chain.matcher.noun}." if chain.ignored else ""
