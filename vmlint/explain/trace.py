"""How a VM comes to its instancetype and its preference, hop by hop, what they give it, and whether it can migrate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.explain.expand import Expanded
from vmlint.findings.finding import ObjectId, Step
from vmlint.findings.location import object_id, step
from vmlint.graph.resolution import State
from vmlint.kubevirt.apply import Origin
from vmlint.kubevirt.inference import End
from vmlint.kubevirt.matching import Match, MatchOutcome
from vmlint.model.access import get, text
from vmlint.model.chain import Hop
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record
from vmlint.world import World
from vmlint.world.migration import phrase
from vmlint.world.outcome import chain_reason, trouble_of

__all__ = ["Found", "Mobility", "Result", "Trace", "Way", "mobility_of", "trace"]


class Result(Codes):
    """How a way ends."""

    NONE = "none"
    """The VM asks for nothing."""
    USED = "used"
    DROPPED = "dropped"
    """Inference failed, the failure policy forgives it, and the VM goes on without."""
    REFUSED = "refused"
    MISSING = "missing"
    UNDECIDED = "undecided"

    @property
    def ok(self) -> bool:
        """Whether the VM can run."""
        return self in (Result.NONE, Result.USED, Result.DROPPED)


class Found(Record):
    """An instancetype or preference. `file` is "" for one of a catalog, `catalog` "" for one of a file."""

    object: ObjectId
    file: str
    line: int
    catalog: str


class Way(Record):
    """From one matcher to its object.

    `reason` is why there is none, `policy` what the failure policy does, where the matcher infers. `gives` are the
    VM's fields that have their value from the object: none where the VM is refused or another object is not known.
    """

    matcher: str
    result: Result
    chain: tuple[Step, ...] = ()
    found: Found | None = None
    reason: str = ""
    policy: str = ""
    gives: Mapping[str, Any] = {}


class Mobility(Record):
    """Whether the VM's guest can be migrated, None where the files don't decide it, and every reason why not."""

    migratable: bool | None
    reasons: tuple[str, ...] = ()


class Trace(Record):
    """Both ways of a VM, and whether its guest can be migrated, if there is one.

    `problem` is why the VM is refused although both end well, `deployment` the name of what applies the VM, where the
    files have several deployments.
    """

    resource: ObjectId
    file: str
    line: int
    ways: tuple[Way, ...]
    problem: str = ""
    mobility: Mobility | None = None
    deployment: str = ""


def trace(expanded: Expanded, world: World, deployment: str = "") -> Trace:
    """The ways of a VM that has been expanded. TypeError for another object."""
    if not isinstance(vm := expanded.source, VirtualMachine):
        raise TypeError(f"{expanded.resource} has no matchers")
    ways = tuple(_way(vm, matcher, expanded, world) for matcher in Matcher)
    problem = expanded.problem.reason if expanded.problem and all(way.result.ok for way in ways) else ""
    mobility = None if expanded.problem else mobility_of(vm, world)
    return Trace(expanded.resource, expanded.file, expanded.line, ways, problem, mobility, deployment)


def mobility_of(workload: Workload, world: World) -> Mobility | None:
    """Whether the guest of a workload can be migrated; None where KubeVirt refuses the workload."""
    verdict = world.migration.verdict(workload)
    if verdict is None:
        return None
    reasons = [phrase(obstacle) for obstacle in verdict.obstacles] or [
        question.reason for question in verdict.questions
    ]
    return Mobility(verdict.migratable, tuple(dict.fromkeys(reasons)))


def _way(vm: VirtualMachine, matcher: Matcher, expanded: Expanded, world: World) -> Way:
    match = world.vms.match(vm, matcher)
    if match is None:
        return Way(matcher.noun, Result.NONE, reason=f"the VM has no {matcher.noun}")
    trouble = trouble_of(vm, matcher, world)
    forgiven = match.outcome is MatchOutcome.DROPPED and match.chain
    return Way(
        matcher.noun,
        Result(trouble.trouble) if trouble else Result.DROPPED if forgiven else Result.USED,
        tuple(step(hop) for hop in _hops(vm, match)),
        _found(match),
        trouble.reason if trouble else chain_reason(forgiven) if forgiven else "",
        _policy(vm, match),
        {} if expanded.problem else _gives(expanded, Origin(matcher.noun)),
    )


def _hops(vm: VirtualMachine, match: Match) -> Iterator[Hop]:
    """From the matcher's own field to the object that it means."""
    written = vm.at(*match.path)
    value = text(vm.data, *match.path)
    if match.chain is not None:
        yield Hop(f"{render(match.path)} infers from volume {value}", written)
        yield from match.chain.hops
    elif value:
        yield Hop(f"{render(match.path)} names {value}", written)
    if (found := match.resolution) is None:
        return
    name = f"{found.ref.kind} {found.ref.short}"
    if found.resource is not None and found.state is not State.MISSING:
        catalog = _catalog(found.resource)
        yield Hop(f"{name}, from {catalog}" if catalog else name, _place(found.resource))
    elif found.state is State.MISSING:
        yield Hop(f"{name}: not found", None)
    else:
        yield Hop(f"{name}: {found.reason}", None)


def _catalog(resource: Resource) -> str:
    """The catalog that holds an object, "" for one of a file: only a file's document has text."""
    return "" if resource.document.text else resource.document.file


def _place(resource: Resource) -> Place | None:
    return None if _catalog(resource) else resource.named


def _found(match: Match) -> Found | None:
    owner = match.resolution.resource if match.resolution else None
    if owner is None or match.object is None:
        return None
    if catalog := _catalog(owner):
        return Found(object_id(owner), "", 0, catalog)
    span = owner.document.span((*owner.prefix, *owner.named.path))
    return Found(object_id(owner), owner.document.file, span.line, "")


def _policy(vm: VirtualMachine, match: Match) -> str:
    """What the failure policy does to this VM; "" for a matcher that does not infer."""
    chain, noun = match.chain, match.matcher.noun
    if chain is None:
        return ""
    written = get(vm.matcher(match.matcher), "inferFromVolumeFailurePolicy")
    if is_unknown(written):
        return f"`{written}`, a variable"
    if written != "Ignore":
        policy = "`Reject`" if written else "`Reject`, by default"
        if chain.end in (End.FOUND, End.UNDECIDED):
            return f"{policy}: if inference fails, KubeVirt refuses the VM"
        return f"{policy}: KubeVirt refuses the VM"
    if chain.ignored:
        return f"`Ignore`: the VM continues without its {noun}"
    if chain.end is End.FOUND and match.matcher is Matcher.INSTANCETYPE and "memory" in _domain(vm):
        return "`Ignore`: an instancetype is inferred, so KubeVirt removes the VM's own `domain.memory`"
    if chain.end in (End.FOUND, End.UNDECIDED):
        return f"`Ignore`: if the volume or label can't be used, the VM continues without its {noun}"
    return "`Ignore`, which does not apply to a missing volume or object: KubeVirt refuses the VM"


def _domain(vm: VirtualMachine) -> Mapping[str, Any]:
    domain = get(vm.vmi_spec, "domain")
    return domain if isinstance(domain, dict) else {}


def _gives(expanded: Expanded, origin: Origin) -> dict[str, Any]:
    return {
        render(path): get(expanded.data, *path) for path, giver in expanded.origin.items() if giver.origin is origin
    }
