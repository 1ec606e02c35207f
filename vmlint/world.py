"""What a rule may ask: the cluster of the files, and what KubeVirt and CDI would do with its objects.

Each answer is worked out once. The semantics stand in `kubevirt/` and `cdi/`; here they meet the objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.conflicts import Conflict, conflicts
from vmlint.kubevirt.inference import Chain, infer
from vmlint.kubevirt.matching import Match, flaws, match
from vmlint.kubevirt.normal import normal_template
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.model.access import mapping
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect

__all__ = ["Settings", "World"]

_ALIKE = 0.75  # how like two names must be for one to be meant by the other; difflib's ratio


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user says of the cluster.

    `closed` is True where nothing exists but what the files hold, or names the namespaces (globs) that are wholly in
    the repository.
    """

    closed: bool | tuple[str, ...] = False
    release: Release | None = None
    """The release of KubeVirt that the repository is for; None accepts everything known."""


class World:
    """The questions of a run, each answered once."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self.cluster = cluster
        self.settings = settings
        self.behaviour = behaviour(settings.release)
        self._answers: dict[Any, Any] = {}

    def closed(self, ref: Ref) -> bool:
        """Whether an object that is not in the files does not exist."""
        closed = self.settings.closed
        if isinstance(closed, bool):
            return closed
        return bool(ref.namespace) and any(fnmatchcase(ref.namespace, pattern) for pattern in closed)

    def effect_of_missing(self, ref: Ref, effect: Effect) -> Effect:
        """What a missing object does: its effect in a cluster that lacks it, or that nothing is decided yet."""
        return effect if self.closed(ref) else Effect.UNRESOLVED

    def suggest(self, ref: Ref) -> str:
        """What may be meant by a name that leads nowhere: the object of that name elsewhere, else the nearest name."""
        known = [other.ref for other in self.cluster.of_kind(ref.kind) if other.ref.group == ref.group]
        if elsewhere := sorted(other.short for other in known if other.name == ref.name and other != ref):
            return elsewhere[0]
        here = sorted({other.name for other in known if other.namespace == ref.namespace and other != ref})
        near = get_close_matches(ref.name, here, 1, _ALIKE)
        return near[0] if near else ""

    def infer(self, vm: VirtualMachine, matcher: Matcher) -> Chain | None:
        """The chain of a matcher that infers from a volume; None where it does not, or is refused as it is written."""
        key = (infer, id(vm), matcher)
        if key not in self._answers:
            flawed = flaws(vm.matcher(matcher) or {})
            closed = self.closed(vm.ref)
            snapshots = self.behaviour.infers_from_snapshots
            self._answers[key] = (
                None if flawed else infer(vm, matcher, self.cluster, snapshots=snapshots, closed=closed)
            )
        chain: Chain | None = self._answers[key]
        return chain

    def match(self, vm: VirtualMachine, matcher: Matcher) -> Match | None:
        """The instancetype or preference that the VM gets; None where it asks for none."""
        key = (match, id(vm), matcher)
        if key not in self._answers:
            self._answers[key] = match(vm, matcher, self.cluster, self.infer(vm, matcher))
        found: Match | None = self._answers[key]
        return found

    def conflicts(self, vm: VirtualMachine) -> tuple[Conflict, ...]:
        """The fields that the VM and its instancetype both set, in the order of the cluster's message."""
        key = (conflicts, id(vm))
        if key not in self._answers:
            found = self.match(vm, Matcher.INSTANCETYPE)
            template = normal_template(mapping(vm.data, *vm.template_path))
            owned = found.spec if found else {}
            self._answers[key] = conflicts(template, owned, self.settings.release) if found and found.object else ()
        answer: tuple[Conflict, ...] = self._answers[key]
        return answer
