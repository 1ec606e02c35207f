"""What the rules on matchers share, instancetype and preference alike: lost objects, unknown kinds, missing kinds."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.resolution import State
from vmlint.kubevirt.matching import Fate, Match, namespaced_twin
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

__all__ = ["effect_of_lost", "kind_missing", "kind_unknown", "not_found"]

_REVISION_FIELD = "revisionName"


def effect_of_lost(match: Match, world: World) -> Effect:
    """What a matcher that leads nowhere does to the VM: accepted, it never starts."""
    assert match.resolution is not None
    lost = Effect.STUCK if world.behaviour.admits_missing else Effect.REJECTED
    return world.effect_of_missing(match.resolution.ref, lost)


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
    effect = effect_of_lost(match, world)
    near = world.suggest(ref)
    after = (
        f" KubeVirt accepts the VM, and never starts it while the {noun} is missing."
        if effect is not Effect.REJECTED
        else ""
    )
    inferred = "inferred " if match.chain else ""
    yield meta.at(
        place,
        f"the {inferred}{noun} {ref.kind} `{ref.short}` is not in the repository, the context or a catalog.{after}",
        fix=f"did you mean `{near}`?" if near else f"add the {noun}, or declare it as living outside",
        effect=effect,
    ).along(hops)


def kind_unknown(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault]:
    match = world.match(vm, matcher)
    if match is None or match.fate is not Fate.UNKNOWN_KIND:
        return
    kinds = f"`{matcher.cluster.name}` or `{matcher.namespaced.name}`"
    inferred = match.chain is not None
    yield meta.at(
        vm.at(*match.path) if inferred else vm.at(*vm.matcher_path(matcher, "kind")),
        f"`{match.kind}` is no kind of {matcher.noun}. KubeVirt accepts the VM, and never starts it.",
        fix=f"write {kinds} in the label `{matcher.kind_label}`" if inferred else f"write {kinds}",
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
        effect=effect_of_lost(match, world),
    )
