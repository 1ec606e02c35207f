"""Why a VM does not get what its matchers ask for, in words."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.graph.resolution import State
from vmlint.kubevirt.apply import Applied
from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.inference import Chain
from vmlint.kubevirt.matching import Flaw, Match, MatchOutcome, flaws, namespaced_twin
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import VirtualMachine
from vmlint.record import Codes, Record
from vmlint.world import World

__all__ = ["REASONS", "Problem", "Trouble", "chain_reason", "problem_of", "reason_of", "trouble_of"]


class Trouble(Codes):
    """What is between a VM and its expansion."""

    REFUSED = "refused"
    """KubeVirt refuses the VM."""
    MISSING = "missing"
    """What it asks for is not there."""
    UNDECIDED = "undecided"
    """The files don't say."""


class Problem(Record):
    """Why a VM can't be expanded: a sentence without its full stop."""

    trouble: Trouble
    reason: str

    def __str__(self) -> str:
        return f"{self.trouble}: {self.reason}"


_TROUBLE = {
    MatchOutcome.REFUSED: Trouble.REFUSED,
    MatchOutcome.UNKNOWN_KIND: Trouble.MISSING,
    MatchOutcome.MISSING: Trouble.MISSING,
    MatchOutcome.UNDECIDED: Trouble.UNDECIDED,
}

_FLAWS = {
    Flaw.EMPTY: "has neither `name` nor `inferFromVolume`",
    Flaw.NAME_AND_INFER: "has both `name` and `inferFromVolume`",
    Flaw.KIND_AND_INFER: "has both `kind` and `inferFromVolume`",
    Flaw.BAD_POLICY: "has an `inferFromVolumeFailurePolicy` that is neither `Ignore` nor `Reject`",
}


def trouble_of(vm: VirtualMachine, matcher: Matcher, world: World) -> Problem | None:
    """Why the VM does not get the instancetype or preference that it asks for.

    None where it gets one, asks for none, or goes on without one because its failure policy allows it.
    """
    match = world.vms.match(vm, matcher)
    if match is None or match.outcome not in _TROUBLE:
        return None
    lost = match.chain.resolution if match.chain else None
    if match.outcome is MatchOutcome.REFUSED and lost is not None and not lost.nowhere and not world.closed(lost.ref):
        return Problem(Trouble.MISSING, _reason(vm, match, world))
    return Problem(_TROUBLE[match.outcome], _reason(vm, match, world))


def problem_of(vm: VirtualMachine, world: World) -> Problem | None:
    """What is between a VM and its expansion: all reasons; the trouble is that of the first."""
    lost = [problem for matcher in Matcher if (problem := trouble_of(vm, matcher, world))]
    if lost:
        return Problem(lost[0].trouble, "; ".join(problem.reason for problem in lost))
    return _refusal(vm, world.vms.expanded(vm), world)


def _refusal(vm: VirtualMachine, applied: Applied, world: World) -> Problem | None:
    """Why the VM, of which everything is known, does not start."""
    reason = reason_of(applied.problem) if applied.problem else ""
    if applied.conflicts:
        fields = ", ".join(f"`{render((*vm.template_path, *conflict.path))}`" for conflict in applied.conflicts)
        reason = f"the VM sets what its instancetype sets: {fields}"
    elif applied.refusal:
        reason = reason_of(applied.refusal)
    elif short := world.vms.unmet(vm):
        reason = reason_of(short)
    elif (reviewed := world.vms.reviewed(vm)) and reviewed.refusal:
        reason = reason_of(reviewed.refusal)
    return Problem(Trouble.REFUSED, reason) if reason else None


_VCPUS = "the preference requires {required} vCPUs, and"
_MEMORY = "the preference requires {required} of memory, and"

REASONS: Mapping[Applying, str] = {
    Applying.VCPUS_ON_THREADS: "{vcpus} vCPUs can't be spread over {levels}: a core has {threads} threads",
    Applying.VCPUS_INDIVISIBLE: "{vcpus} vCPUs can't be spread over {levels} with a ratio of {ratio}",
    Applying.VCPUS_INDIVISIBLE_ON_THREADS: (
        "{vcpus} vCPUs can't be spread over {levels} with a ratio of {ratio} and {threads} threads to a core"
    ),
    Applying.RATIO_ZERO: "its spread ratio is 0, on which KubeVirt's webhook crashes",
    Applying.FEATURES_WITHOUT_CPU: (
        "it adds CPU features, and the VM has neither an instancetype nor `domain.cpu`, on which KubeVirt's webhook "
        "crashes"
    ),
    Applying.INSTANCETYPE_CONFLICTS: "the instancetype conflicts with `{field}`",
    Applying.BRIDGE_NOT_PERMITTED: (
        "the default binding is `bridge`, which the cluster does not permit on the pod network"
    ),
    Applying.SLIRP_REMOVED: "the default binding is `slirp`, which KubeVirt has removed",
    Applying.VCPUS_OF_INSTANCETYPE: f"{_VCPUS} the instancetype has {{provided}}",
    Applying.VCPUS_OF_VM: f"{_VCPUS} the VM's {{parts}} result in {{provided}}",
    Applying.VCPUS_UNCOUNTED: f"{_VCPUS} vCPUs that are spread across an unknown level count as {{provided}}",
    Applying.MEMORY_OF_INSTANCETYPE: f"{_MEMORY} the instancetype has {{provided}}",
    Applying.MEMORY_OF_VM: f"{_MEMORY} the VM has {{provided}}",
    Applying.ARCHITECTURE: "the preference requires the architecture `{required}`, and the VM has `{provided}`",
}


def reason_of(refusal: Refusal) -> str:
    """Why a VM can't have what it is given: a sentence without its full stop. The code is one of `Applying`."""
    levels, parts = refusal.values.get("levels", ()), refusal.values.get("parts", ())
    values = {**refusal.values, "levels": " and ".join(levels), "parts": " and ".join(", ".join(parts).rsplit(", ", 1))}
    return REASONS[Applying(refusal.code)].format(**values)


def _reason(vm: VirtualMachine, match: Match, world: World) -> str:
    chain, found = match.chain, match.resolution
    noun = f"the inferred {match.matcher.noun}" if chain else f"the {match.matcher.noun}"
    if match.outcome is MatchOutcome.UNKNOWN_KIND:
        kinds = f"`{match.matcher.cluster.name}` or `{match.matcher.namespaced.name}`"
        return f"{noun} has the kind `{match.kind}`; it must be {kinds}"
    if found is None:
        if chain is not None:
            return f"no {match.matcher.noun} can be inferred: {chain_reason(chain)}"
        wrong = [_FLAWS[flaw] for flaw, _ in flaws(vm.matcher(match.matcher) or {})]
        field = render(vm.matcher_path(match.matcher))
        return f"`{field}` {', and '.join(wrong)}" if wrong else f"the kind of {noun} contains a variable"
    name = f"{noun} {found.ref.kind} `{found.ref.short}`"
    if twin := namespaced_twin(vm, match, world.cluster):
        return f"{name} does not exist, only the namespaced `{twin.short}` is: write `kind: {twin.kind}`"
    if found.state is State.UNKNOWN:
        return f"{name} can't be resolved: {found.reason}"
    if match.outcome is MatchOutcome.UNDECIDED:
        return f"the content of {name} is not in the files: {found.reason or 'it is empty'}"
    if found.reason:
        return f"{name} does not exist: {found.reason}"
    near = world.suggest(found.ref)
    hint = f"; did you mean `{near}`?" if near else ""
    return f"{name} is not in the repository, the context or a catalog{hint}"


def chain_reason(chain: Chain) -> str:
    """Why an inference failed; the reasons that can be forgiven say `it` of the chain's subject."""
    return f"{chain.subject}: {chain.reason}" if chain.end.forgivable else chain.reason
