"""What a VM gets of its matchers, and what it then is: the semantics of `kubevirt/` meet the VMs of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from vmlint.cdi.storageworld import Gap, Reason, Undecided
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.apply import ARCHITECTURES, Applied, Copies, VMInputs
from vmlint.kubevirt.conflicts import Conflict
from vmlint.kubevirt.defaults import ClusterConfig
from vmlint.kubevirt.inference import Chain, End, infer
from vmlint.kubevirt.matching import Match, MatchOutcome, flaws, match
from vmlint.kubevirt.releases import behaviour
from vmlint.kubevirt.requirements import unmet
from vmlint.model.access import get, mapping, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.memo import Memo
from vmlint.model.ref import Ref
from vmlint.model.refusal import Refusal
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataSource, VirtualMachine, VirtualMachinePool
from vmlint.runtime.cached import cached_property
from vmlint.world.likeness import Firsts, blanked, key_of, restored
from vmlint.world.settings import Settings

__all__ = ["Application"]

_MATCHERS = tuple(Matcher)
_DECIDED = (MatchOutcome.DROPPED, MatchOutcome.UNKNOWN_KIND, MatchOutcome.USED)
_MOST_RECENT = 64
"""Of how many VMs the copies are kept: rules look at one VM after the other, and a copy is as large as the VM."""
_ARCHITECTURE = "architecture"  # the requirement that no instancetype meets
_ARCHITECTURE_LABEL = "template.kubevirt.io/architecture"
_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]
_DATA_SOURCES = (DataSource, DataImportCron)  # a DataSource in the files, or the cron that makes it and labels it


class Application:
    """The VMs of a cluster, with instancetype, preference and defaults applied. Each answer is worked out once."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self.cluster = cluster
        self.settings = settings
        self.behaviour = behaviour(settings.release)
        self._complete: set[int] = set()
        self._missing: frozenset[Ref] | None = None
        self.memo = memo = Memo()
        self._chains = {one: memo.question((infer, one), partial(self._infer, one)) for one in _MATCHERS}
        self._matches = {one: memo.question((match, one), partial(self._match, one)) for one in _MATCHERS}
        self._undecided = memo.question("undecided", self._find_undecided)
        self._architecture = memo.question("architecture", self._find_architecture)
        self._representative = memo.question("alike", self._alike)
        self._conflicts = memo.question("conflicts", self._find_conflicts)
        self._unusable = memo.question("unusable", self._find_unusable)
        self._unmet = memo.question(unmet, self._find_unmet)
        self._vm_inputs_by_key: dict[tuple[int, int], VMInputs] = {}
        self._firsts = Firsts(self._likeness)
        self._recent: dict[tuple[int, tuple[Matcher, ...]], Copies] = {}

    def take_as_complete(self, subject: object) -> None:
        """From now on rely on others' finding that a VM lacks nothing."""
        self._complete.add(id(subject))

    def infer(self, vm: VirtualMachine, matcher: Matcher) -> Chain | None:
        """The chain of a matcher that infers from a volume; None where it does not, or is refused as it is written."""
        return self._chains[matcher](vm)

    def _infer(self, matcher: Matcher, vm: VirtualMachine) -> Chain | None:
        if not (stanza := vm.matcher(matcher)) or not stanza.get("inferFromVolume") or flaws(stanza):
            return None
        snapshots = self.behaviour.infers_from_snapshots
        return infer(vm, matcher, self.cluster, snapshots=snapshots, closed=self.settings.is_closed(vm.ref))

    @property
    def inferred_missing(self) -> frozenset[Ref]:
        """The objects that inferences look for in vain."""
        if self._missing is None:
            self._missing = self.missed_by(lambda vm: id(vm) not in self._complete)
        return self._missing

    def missed_by(self, is_meant: Callable[[VirtualMachine], bool]) -> frozenset[Ref]:
        """The objects that the inferences of some VMs look for in vain."""
        vms = (found for found in self.cluster.resources if isinstance(found, VirtualMachine) and not found.fragment)
        return frozenset(ref for vm in vms if is_meant(vm) for ref in self.lacks(vm))

    def lacks(self, vm: VirtualMachine) -> Iterator[Ref]:
        """The objects that the VM's inferences look for in vain."""
        for matcher in _MATCHERS:
            chain = self.infer(vm, matcher)
            if chain and chain.end is End.OBJECT_MISSING and chain.resolution:
                yield chain.resolution.ref

    def match(self, vm: VirtualMachine, matcher: Matcher) -> Match | None:
        """The instancetype or preference that the VM gets; None where it asks for none."""
        return self._matches[matcher](vm)

    def _match(self, matcher: Matcher, vm: VirtualMachine) -> Match | None:
        return match(vm, matcher, self.cluster, self.infer(vm, matcher))

    def assume(self, vm: VirtualMachine, answer: Match) -> None:
        """Take an answer for what the VM gets of a matcher, whatever the files say: a copy that KubeVirt has stored."""
        self.memo.know((match, answer.matcher), vm, answer)
        self.memo.forget("undecided", vm)
        for key in [key for key in self._recent if key[0] == id(vm)]:
            self._recent.pop(key).forget()

    def preferred_class(self, vm: VirtualMachine) -> str | Undecided:
        """The storage class that the VM's preference gives to its DataVolume templates, "" for none.

        Source: KubeVirt `pkg/instancetype/preference/webhooks` (ApplyToVM).
        """
        found = self.match(vm, Matcher.PREFERENCE)
        if found is not None and found.object is not None:
            return text(found.spec, "volumes", "preferredStorageClassName")
        if self.is_decided(vm, Matcher.PREFERENCE):
            return ""
        return Undecided("", Reason(Gap.PREFERENCE_OUTSIDE))

    @property
    def kubevirt(self) -> Mapping[str, Any] | None:
        """The KubeVirt object of the cluster, where the files hold one and no more."""
        found = self.cluster.of_kind("KubeVirt")
        return found[0].data if len(found) == 1 else None

    @property
    def has_operator(self) -> bool:
        """Whether the files hold an object whose operator writes the KubeVirt object."""
        return self.operator is not None

    @property
    def operator(self) -> Mapping[str, Any] | None:
        """The object whose operator writes the KubeVirt object; an empty one where the files have several, so that what
        they set is not known. None where they have none."""
        found = self.cluster.of_kind("HyperConverged")
        return found[0].data if len(found) == 1 else {} if found else None

    @property
    def cluster_config(self) -> ClusterConfig:
        """The configuration that defaults are taken from."""
        return ClusterConfig.of(self.kubevirt, self.operator)

    def reviewed(self, vm: VirtualMachine) -> Applied | None:
        """The copy of the VM that the validating webhook checks: instancetype, preference and defaults applied.

        None where the VM does not get so far, or where what it gets is not in the files.
        """
        return None if self._undecided(vm) else self._copies(vm, _MATCHERS).reviewed

    def reviewed_with(self, vm: VirtualMachine, *matchers: Matcher) -> Applied:
        """That copy with what is known of some of the VM's matchers, as if it had no others."""
        return self._copies(vm, matchers).reviewed

    def alike(self, vm: VirtualMachine) -> VirtualMachine:
        """The first of the VMs that KubeVirt treats alike, which represents them all: see `likeness`. A pool represents
        itself."""
        return self._representative(vm)

    def _alike(self, vm: VirtualMachine) -> VirtualMachine:
        if isinstance(vm, VirtualMachinePool) or not self.settings.likeness:
            return vm
        return self._firsts.of(vm)

    def _likeness(self, vm: VirtualMachine) -> tuple[Any, ...]:
        key: list[Any] = [type(vm), key_of(blanked(vm)), self.source_architecture(vm), self._undecided(vm)]
        for matcher in _MATCHERS:
            chain, found = self.infer(vm, matcher), self.match(vm, matcher)
            key.append((chain.end, chain.ignored, chain.name, chain.kind) if chain else None)
            key.append((found.outcome, id(found.object)) if found else None)
        return tuple(key)

    def is_decided(self, vm: VirtualMachine, matcher: Matcher) -> bool:
        """Whether the files say what the VM gets of a matcher, be it nothing, and KubeVirt does not refuse that."""
        return matcher not in self._undecided(vm)

    def _find_undecided(self, vm: VirtualMachine) -> tuple[Matcher, ...]:
        return tuple([matcher for matcher in _MATCHERS if not self._decides(self.match(vm, matcher))])

    def _decides(self, found: Match | None) -> bool:
        if found is None or found.outcome in _DECIDED:
            return True
        return (
            found.outcome is MatchOutcome.MISSING
            and found.resolution is not None
            and self.settings.is_closed(found.resolution.ref)
        )

    def conflicts(self, vm: VirtualMachine) -> tuple[Conflict, ...]:
        """The fields that the VM and its instancetype both set, in the order of the cluster's message.

        What the preference is plays no part in them, but where it makes the VM be refused before.
        """
        return self._conflicts(self.alike(vm))

    def _find_conflicts(self, vm: VirtualMachine) -> tuple[Conflict, ...]:
        applied = self.reviewed(vm)
        if applied is None and self.is_decided(vm, Matcher.INSTANCETYPE):
            applied = self.reviewed_with(vm, Matcher.INSTANCETYPE)
        return applied.conflicts if applied else ()

    def unusable(self, vm: VirtualMachine) -> Refusal | None:
        """Why the VM's preference can't be applied to it, where that is known."""
        return self._unusable(self.alike(vm))

    def _find_unusable(self, vm: VirtualMachine) -> Refusal | None:
        applied = self.reviewed(vm)
        return applied.refusal if applied else None

    def unmet(self, vm: VirtualMachine) -> Refusal | None:
        """The first requirement of the preference that the VM does not meet.

        It is checked last: a VM that is refused before has other troubles. An instancetype that is missing is reported
        itself, and would give the VM its vCPUs and memory; the architecture does not depend on it.
        """
        return self._unmet(self.alike(vm))

    def _find_unmet(self, vm: VirtualMachine) -> Refusal | None:
        found = self._find_shortfall(vm)
        if found is None or not self._is_lost(vm):
            return found
        by_itself = found.values["resource"] == _ARCHITECTURE and self.behaviour.admits_missing
        return found if by_itself else None

    def falls_short_alone(self, vm: VirtualMachine) -> bool:
        """Whether the VM does not meet its preference's requirements for want of an instancetype that is missing.

        Source: KubeVirt `pkg/instancetype/webhooks/vm/admitter.go`, which goes on with the preference alone.
        """
        found = self._find_shortfall(vm) if self._is_lost(vm) else None
        return found is not None and found.values["resource"] != _ARCHITECTURE

    def _find_shortfall(self, vm: VirtualMachine) -> Refusal | None:
        applied = self.reviewed(vm)
        preference, instancetype = self.match(vm, Matcher.PREFERENCE), self.match(vm, Matcher.INSTANCETYPE)
        if applied is None or applied.refusal or applied.conflicts or preference is None or preference.object is None:
            return None
        owned = instancetype.spec if instancetype and instancetype.object else None
        return unmet(applied.template, owned, preference.spec, self.settings.release)

    def _is_lost(self, vm: VirtualMachine) -> bool:
        instancetype = self.match(vm, Matcher.INSTANCETYPE)
        return instancetype is not None and instancetype.outcome in (MatchOutcome.MISSING, MatchOutcome.UNKNOWN_KIND)

    def expanded(self, vm: VirtualMachine) -> Applied:
        """The VM as the cluster runs it, with what is known of its instancetype and preference.

        It decides nothing about a VM that asks for more than is known.
        """
        return self._copies(vm, _MATCHERS).expanded

    def started_template(self, vm: VirtualMachine) -> Mapping[str, Any] | None:
        """The template of the guest that the controller starts; None where KubeVirt refuses the VM before."""
        started = self.started(known := self.alike(vm))
        if started.conflicts or started.refusal or started.problem:
            return None
        return started.template if known is vm else restored(started.template, vm)

    def started(self, vm: VirtualMachine) -> Applied:
        """The VM as the controller starts it, likewise."""
        return self._copies(vm, _MATCHERS).started

    def _copies(self, vm: VirtualMachine, matchers: tuple[Matcher, ...]) -> Copies:
        """The VM with those of its matchers' objects that are known."""
        key = id(vm), matchers
        if (known := self._recent.get(key)) is None:
            objects = {matcher: found.object for matcher in matchers if (found := self.match(vm, matcher))}
            vm_inputs = self.vm_inputs(objects.get(Matcher.INSTANCETYPE), objects.get(Matcher.PREFERENCE))
            data = {"metadata": vm.data.get("metadata"), "spec": self.inferred(vm)}
            known = self._recent[key] = Copies(data, vm_inputs, self.source_architecture(vm))
            if len(self._recent) > _MOST_RECENT:
                self._recent.pop(next(iter(self._recent))).forget()
        return known

    def vm_inputs(self, instancetype: Mapping[str, Any] | None, preference: Mapping[str, Any] | None) -> VMInputs:
        """What the webhook applies to a VM with these objects, under the cluster's settings and release."""
        key = (id(instancetype), id(preference))
        if (known := self._vm_inputs_by_key.get(key)) is None:
            known = self._no_inputs.having(instancetype, preference)
            self._vm_inputs_by_key[key] = known  # the inputs keep their objects alive, so ids stay unique
        return known

    @cached_property
    def _no_inputs(self) -> VMInputs:
        return VMInputs(kubevirt=self.kubevirt, operator=self.operator, release=self.settings.release)

    def inferred(self, vm: VirtualMachine) -> Mapping[str, Any]:
        """The VM's spec after inference: matchers have names, and the forgiven ones are gone.

        Under `Ignore`, a successful inference of an instancetype removes the memory section.
        Source: KubeVirt `pkg/instancetype/infer/handler.go`.
        """
        chains = [self.infer(vm, matcher) for matcher in _MATCHERS]
        if chains == [None, None]:
            return vm.vm_spec
        spec = dict(vm.vm_spec)
        for matcher, chain in zip(_MATCHERS, chains, strict=True):
            if chain is not None and chain.ignored:
                del spec[matcher.noun]
            elif chain is not None and chain.end is End.FOUND:
                spec[matcher.noun] = {"name": chain.name, "kind": chain.kind}
        chain = chains[0]
        policy = text(vm.matcher(Matcher.INSTANCETYPE), "inferFromVolumeFailurePolicy")
        if chain is None or chain.end is not End.FOUND or policy != "Ignore":
            return spec
        template, inner = mapping(vm.vm_spec, "template"), vm.vmi_spec
        domain = {key: value for key, value in mapping(inner, "domain").items() if key != "memory"}
        return {**spec, "template": {**template, "spec": {**inner, "domain": domain}}}

    def source_architecture(self, vm: VirtualMachine) -> str:
        """The architecture that the first DataSource of the VM's templates with a known one names, "" for none.

        A DataSource that refers to another one counts for nothing but that other one. Source: KubeVirt
        `pkg/defaults/defaults.go` (setDefaultArchitectureFromDataSource).
        """
        return self._architecture(vm)

    def _find_architecture(self, vm: VirtualMachine) -> str:
        return next((found for found in self._architectures(vm) if found in ARCHITECTURES), "")

    def _architectures(self, vm: VirtualMachine) -> Iterator[str]:
        for _, _, template in vm.templates():
            reference = mapping(template, "spec", "sourceRef")
            if text(reference, "kind").lower() == _DATA_SOURCE.name.lower():
                source = self._data_source(vm, reference, vm.namespace)
                if source is not None and (other := get(source.data, "spec", "source", "dataSource")) is not None:
                    source = self._data_source(vm, other, "")
                if source is not None:
                    yield text(source.labels, _ARCHITECTURE_LABEL)

    def _data_source(self, vm: VirtualMachine, reference: Any, namespace: str) -> Resource | None:
        """The DataSource that a reference names, or the cron that makes it, as far as the files hold it."""
        name = text(reference, "name")
        ref = Ref(_DATA_SOURCE.group, _DATA_SOURCE.name, text(reference, "namespace") or namespace, name)
        found = self.cluster.resolve(ref, vm).resource if name else None
        return found if isinstance(found, _DATA_SOURCES) else None
