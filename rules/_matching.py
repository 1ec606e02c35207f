"""What the rules on matchers share, instancetype and preference alike: lost objects, unknown kinds, missing kinds."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.resolution import State
from vmlint.kubevirt.matching import Fate, Match, namespaced_twin
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from ._effect import refusal

__all__ = ["effect_of_lost", "kind_missing", "kind_unknown", "not_found"]

_REVISION_FIELD = "revisionName"


def effect_of_lost(vm: VirtualMachine, match: Match, world: World) -> Effect:
    """What a matcher that leads nowhere does to the VM, as far as the files decide that it leads nowhere."""
    assert match.resolution is not None
    lost = _lost(vm, world)
    return lost if match.resolution.nowhere else world.effect_of_missing(match.resolution.ref, lost)


def _lost(vm: VirtualMachine, world: World) -> Effect:
    """Since KubeVirt 1.6 a VM without its instancetype is accepted, and never starts. Before, it was refused."""
    return Effect.STUCK if world.behaviour.admits_missing else refusal(vm)


def _aftermath(noun: str, world: World) -> str:
    return (
        f"KubeVirt accepts the VM, and never starts it without the {noun}"
        if world.behaviour.admits_missing
        else ("KubeVirt refuses the VM")
    )


def not_found(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault | Doubt]:
    match = world.match(vm, matcher)
    if match is None or match.resolution is None:
        return
    place, ref, noun = vm.at(*match.path), match.resolution.ref, matcher.noun
    hops = match.chain.hops if match.chain else ()
    if match.path[-1] == _REVISION_FIELD and match.fate is not Fate.USED:
        if not world.closed(ref):
            yield meta.doubt(place, f"the {noun} is the copy in ControllerRevision `{ref.short}`, not in the files")
            return
    elif match.fate is Fate.UNDECIDED and match.resolution.state is State.UNKNOWN:
        yield meta.doubt(place, f"which {noun} is meant: {match.resolution.reason}")
        return
    if match.fate is not Fate.MISSING or namespaced_twin(vm, match, world.cluster):
        return
    near = world.suggest(ref) if ref.name else ""
    inferred = "inferred " if match.chain else ""
    what = (
        f"the {inferred}{noun} {ref.kind} `{ref.short}` is not in the repository, the context or a catalog"
        if ref.name
        else f"the label `{matcher.label}` is empty, and an empty name is no {noun}"
    )
    mend = (
        f"add the {noun}, or declare it with `outside:` in the configuration if it lives in the cluster"
        if ref.name
        else f"write the name of the {noun} in the label"
    )
    yield meta.at(
        place,
        f"{what}. {_aftermath(noun, world)}.",
        fix=f"did you mean `{near}`?" if near else mend,
        effect=effect_of_lost(vm, match, world),
    ).along(hops)


def kind_unknown(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault]:
    match = world.match(vm, matcher)
    if match is None or match.fate is not Fate.UNKNOWN_KIND:
        return
    kinds = f"`{matcher.cluster.name}` or `{matcher.namespaced.name}`"
    inferred = match.chain is not None
    yield meta.at(
        vm.at(*match.path) if inferred else vm.at(*vm.matcher_path(matcher, "kind")),
        f"`{match.kind}` is no kind of {matcher.noun}. {_aftermath(matcher.noun, world)}.",
        fix=f"write {kinds} in the label `{matcher.kind_label}`" if inferred else f"write {kinds}",
        effect=_lost(vm, world),
    ).along(match.chain.hops if match.chain else ())


def kind_missing(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault]:
    match = world.match(vm, matcher)
    twin = namespaced_twin(vm, match, world.cluster) if match and match.chain is None else None
    if match is None or twin is None:
        return
    written = f"of kind `{match.kind}`" if match.kind else "without a kind"
    yield meta.at(
        vm.at(*match.path),
        f"{matcher.noun} `{twin.name}` is named {written}, which means the cluster-wide `{matcher.cluster.name}`; "
        f"only the namespaced `{twin.short}` exists.",
        fix=f"write `kind: {matcher.namespaced.name}`",
        effect=effect_of_lost(vm, match, world),
    )
