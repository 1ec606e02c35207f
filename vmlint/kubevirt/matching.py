"""What a VM's matcher means: the instancetype or preference that KubeVirt would use, or why there is none.

Source: KubeVirt `pkg/instancetype/find/spec.go`, `pkg/instancetype/preference/find/spec.go`,
`pkg/instancetype/webhooks/vm/mutator.go` (validateMatchers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.graph.cluster import Cluster
from vmlint.graph.resolution import Resolution, State
from vmlint.kubevirt.inference import POLICIES, Chain, End
from vmlint.model.access import mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Flaw", "Match", "MatchOutcome", "flaws", "match", "namespaced_twin"]

_REVISION = BY_GROUP_KIND["apps", "ControllerRevision"]
_INFERRING = frozenset(("inferFromVolume", "inferFromVolumeFailurePolicy"))


class MatchOutcome(Codes):
    """What KubeVirt does with a matcher."""

    USED = "used"
    """The object's content is known."""
    DROPPED = "dropped"
    """Inference failed, and the failure policy `Ignore` drops the matcher."""
    REFUSED = "refused"
    """The matcher itself is refused, or its inference: the VM is not admitted."""
    UNKNOWN_KIND = "unknown kind"
    MISSING = "missing"
    UNDECIDED = "undecided"


class Match(Record):
    """The answer for one matcher. `path` is the field of the VM that decides it."""

    matcher: Matcher
    outcome: MatchOutcome
    path: Path
    chain: Chain | None = None
    resolution: Resolution | None = None
    object: Mapping[str, Any] | None = None
    """The instancetype or preference, where the outcome is USED."""
    kind: str = ""
    """The kind as it is written."""

    @property
    def spec(self) -> Mapping[str, Any]:
        """The `spec` of the matched object, an empty mapping if its content is not known."""
        return mapping(self.object, "spec")

    @property
    def version(self) -> str:
        """The API version of the object: `v1beta1`."""
        return text(self.object, "apiVersion").rpartition("/")[2]

    @property
    def name(self) -> str:
        """The name of the object that the matcher resolves to, "" if it resolves to none."""
        return self.resolution.ref.name if self.resolution else ""


class Flaw(Codes):
    """Why the webhook refuses a matcher before it looks anything up."""

    EMPTY = "empty"
    NAME_AND_INFER = "name and inferFromVolume"
    KIND_AND_INFER = "kind and inferFromVolume"
    BAD_POLICY = "bad policy"


def flaws(stanza: Mapping[str, Any]) -> list[tuple[Flaw, Path]]:
    """Each flaw of a matcher, with the field below the matcher; the cluster reports them all."""
    name = text(stanza, "name")
    if name and _INFERRING.isdisjoint(stanza):  # nearly always
        return []
    volume = text(stanza, "inferFromVolume")
    if volume and len(stanza) == 1:
        return []
    found: list[tuple[Flaw, Path]] = []
    if not name and not volume:
        found.append((Flaw.EMPTY, ()))
    if volume and name:
        found.append((Flaw.NAME_AND_INFER, ("name",)))
    if volume and text(stanza, "kind"):
        found.append((Flaw.KIND_AND_INFER, ("kind",)))
    policy = stanza.get("inferFromVolumeFailurePolicy")
    if isinstance(policy, str) and policy not in POLICIES and not is_unknown(policy):
        found.append((Flaw.BAD_POLICY, ("inferFromVolumeFailurePolicy",)))
    return found


def match(vm: VirtualMachine, matcher: Matcher, cluster: Cluster, chain: Chain | None) -> Match | None:
    """What the matcher means; None where the VM has none. `chain` is its inference, where it infers."""
    stanza = vm.matcher(matcher)
    if stanza is None:
        return None
    if flaws(stanza):
        return Match(matcher, MatchOutcome.REFUSED, vm.matcher_path(matcher))
    if chain is None:
        path = vm.matcher_path(matcher, "name")
        if revision := text(stanza, "revisionName"):
            return _of_revision(vm, matcher, cluster, revision)
        return _named(vm, matcher, cluster, text(stanza, "name"), text(stanza, "kind"), path, None)
    path = vm.matcher_path(matcher, "inferFromVolume")
    if chain.ignored:
        return Match(matcher, MatchOutcome.DROPPED, path, chain)
    if chain.end is End.UNDECIDED:
        return Match(matcher, MatchOutcome.UNDECIDED, path, chain)
    if chain.end is not End.FOUND:
        return Match(matcher, MatchOutcome.REFUSED, path, chain)
    return _named(vm, matcher, cluster, chain.name, chain.kind, path, chain)


def namespaced_twin(vm: VirtualMachine, found: Match, cluster: Cluster) -> Ref | None:
    """The namespaced object that a matcher without a kind seems to mean, where the cluster-wide one is missing."""
    if (
        found.outcome is not MatchOutcome.MISSING
        or found.resolution is None
        or found.resolution.ref[:2] == _REVISION[:2]
    ):
        return None
    kind = found.matcher.namespaced
    twin = cluster.resolve(Ref(kind.group, kind.name, vm.namespace, found.name), vm)
    return twin.ref if twin.state in (State.FOUND, State.OUTSIDE) and twin.ref != found.resolution.ref else None


def _named(
    vm: VirtualMachine, matcher: Matcher, cluster: Cluster, name: str, written: str, path: Path, chain: Chain | None
) -> Match:
    if is_unknown(written):
        return Match(matcher, MatchOutcome.UNDECIDED, path, chain)
    kind = matcher.kind(written)
    if kind is None:
        return Match(matcher, MatchOutcome.UNKNOWN_KIND, path, chain, kind=written)
    found = cluster.resolve(Ref(kind.group, kind.name, vm.namespace if kind.namespaced else "", name), vm)
    if found.state is State.MISSING:
        return Match(matcher, MatchOutcome.MISSING, path, chain, found, kind=written)
    if found.resource is None:
        return Match(matcher, MatchOutcome.UNDECIDED, path, chain, found, kind=written)
    return Match(matcher, MatchOutcome.USED, path, chain, found, found.resource.data, written)


def _of_revision(vm: VirtualMachine, matcher: Matcher, cluster: Cluster, name: str) -> Match:
    """A revision is used instead of the object, whatever the kind is. It holds a copy of the object."""
    path = vm.matcher_path(matcher, "revisionName")
    found = cluster.resolve(Ref(_REVISION.group, _REVISION.name, vm.namespace, name), vm)
    stored = mapping(found.resource.data, "data") if found.resource else {}
    if stored:
        return Match(matcher, MatchOutcome.USED, path, None, found, stored)
    return Match(
        matcher, MatchOutcome.MISSING if found.state is State.MISSING else MatchOutcome.UNDECIDED, path, None, found
    )
