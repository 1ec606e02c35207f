"""What the rules on matchers share, instancetype and preference alike: lost objects, unknown kinds, missing kinds."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.resolution import State
from vmlint.kubevirt.matching import Match, MatchOutcome, namespaced_twin
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.source.edit import Put
from vmlint.world import World

from ._effect import refusal
from ._remedy import absence, remedy

__all__ = ["effect_of_lost", "kind_missing", "kind_unknown", "not_found"]

_REVISION_FIELD = "revisionName"


def effect_of_lost(vm: VirtualMachine, match: Match, world: World) -> Effect:
    """What a matcher that leads nowhere does to the VM, as far as the files decide that it leads nowhere."""
    assert match.resolution is not None
    lost = _lost(vm, match.matcher, world)
    return lost if match.resolution.nowhere else world.effect_of_missing(match.resolution.ref, lost)


def _lost(vm: VirtualMachine, matcher: Matcher, world: World) -> Effect:
    """Since KubeVirt 1.6 a VM without its instancetype is accepted, and never starts. Before, it was refused.

    It still is where its preference requires what the instancetype would give. What a preference of a catalog requires
    may be another in the cluster, and then the VM is not sure to be refused.
    """
    accepted = world.vms.behaviour.admits_missing and not (
        _falls_short(vm, matcher, world) and _is_written(world.vms.match(vm, Matcher.PREFERENCE))
    )
    return Effect.STUCK if accepted else refusal(vm)


def _falls_short(vm: VirtualMachine, matcher: Matcher, world: World) -> bool:
    return matcher is Matcher.INSTANCETYPE and world.vms.falls_short_alone(vm)


def _is_written(match: Match | None) -> bool:
    """Whether the object that a matcher means is in a file, and not in a catalog."""
    return match is not None and match.resolution is not None and match.resolution.place is not None


def _aftermath(vm: VirtualMachine, matcher: Matcher, world: World) -> str:
    """The second sentence of a message."""
    if world.vms.behaviour.admits_missing:
        if _falls_short(vm, matcher, world):
            return "Without it the VM does not meet the requirements of its preference, and KubeVirt refuses it."
        return f"KubeVirt accepts the VM and does not start it without the {matcher.noun}."
    return "KubeVirt refuses the VM."


def not_found(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault | Doubt]:
    match = world.vms.match(vm, matcher)
    if match is None:
        return
    if doubt := _undecided(match, world):
        yield meta.doubt(vm.at(*match.path), doubt)
    elif match.outcome is MatchOutcome.MISSING and not namespaced_twin(vm, match, world.cluster):
        message, fix = _lost_words(match, world)
        yield meta.at(
            vm.at(*match.path),
            f"{message}. {_aftermath(vm, matcher, world)}",
            fix=fix,
            effect=effect_of_lost(vm, match, world),
        ).along(match.chain.hops if match.chain else ())


def _undecided(match: Match, world: World) -> str:
    """Why the files don't say what the matcher gets, "" where they do; inference has its own rules."""
    noun, found = match.matcher.noun, match.resolution
    if found is None:
        decided = match.outcome is not MatchOutcome.UNDECIDED or match.chain is not None
        return "" if decided else f"which {noun} is meant: its kind holds a variable"
    if match.path[-1] == _REVISION_FIELD and match.outcome is not MatchOutcome.USED and not world.closed(found.ref):
        return f"the {noun} is the copy in ControllerRevision `{found.ref.short}`, which is not in the files"
    return f"which {noun} is meant: {found.reason}" if found.state is State.UNKNOWN else ""


def _lost_words(match: Match, world: World) -> tuple[str, str]:
    """What is wrong and what to do, where an object is missing."""
    assert match.resolution is not None
    ref, noun, matcher = match.resolution.ref, match.matcher.noun, match.matcher
    if not ref.name:
        what = (
            f"the label `{matcher.label}` is empty; it must name an {noun}"
            if noun[0] in "aeiou"
            else f"the label `{matcher.label}` is empty; it must name a {noun}"
        )
        return what, f"write the name of the {noun} in the label"
    absent = absence(ref, world, "the repository, the context or a catalog")
    if match.path[-1] == _REVISION_FIELD:
        what = f"{ref.kind} `{ref.short}`, the stored copy of the VM's {noun}, {absent}"
        return what, f"remove `{_REVISION_FIELD}`: KubeVirt makes the copy itself"
    what = f"{'inferred ' if match.chain else ''}{noun} `{ref.short}` ({ref.kind}) {absent}"
    return what, remedy(ref, noun, world)


def kind_unknown(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault]:
    match = world.vms.match(vm, matcher)
    if match is None or match.outcome is not MatchOutcome.UNKNOWN_KIND:
        return
    kinds = f"`{matcher.cluster.name}` or `{matcher.namespaced.name}`"
    inferred = match.chain is not None
    yield meta.at(
        vm.at(*match.path) if inferred else vm.at(*vm.matcher_path(matcher, "kind")),
        f"`{match.kind}` is not a kind of {matcher.noun}. {_aftermath(vm, matcher, world)}",
        fix=f"write {kinds} in the label `{matcher.kind_label}`" if inferred else f"write {kinds}",
        effect=_lost(vm, matcher, world),
    ).along(match.chain.hops if match.chain else ())


def kind_missing(meta: Meta, vm: VirtualMachine, matcher: Matcher, world: World) -> Iterator[Fault]:
    match = world.vms.match(vm, matcher)
    twin = namespaced_twin(vm, match, world.cluster) if match and match.chain is None else None
    if match is None or twin is None:
        return
    cluster_wide = f"the cluster-wide `{matcher.cluster.name}`"
    written = "" if match.kind else "without a kind, which means "
    effect = effect_of_lost(vm, match, world)
    # In an open world the cluster may have an instancetype or a preference of that name.
    how = Fix.UNSAFE if effect is Effect.UNRESOLVED else Fix.SAFE
    yield meta.at(
        vm.at(*match.path),
        f"{matcher.noun} `{twin.name}` is named {written or 'as '}{cluster_wide}; "
        f"only the namespaced `{twin.short}` exists.",
        fix=f"write `kind: {matcher.namespaced.name}`",
        effect=effect,
    ).with_fix(how, Put(vm.matcher_path(matcher, "kind"), matcher.namespaced.name))
