"""A VM with its instancetype, its preference and KubeVirt's defaults applied.

Four copies of a VM matter (`Copies`). The mutating webhook writes one into the cluster, `stored`. The validating
webhook makes another from it and checks that, `reviewed`. The third is what runs: `expanded`, which differs from the
second in that disks and the network are filled in first, so that preferences reach them. The fourth is what the
controller makes a VirtualMachineInstance of, `started`: that, with the devices that are attached by themselves.
Sources: KubeVirt `pkg/virt-api/webhooks/mutating-webhook/mutators/vm-mutator.go`, `pkg/instancetype/webhooks/vm`,
`pkg/instancetype/expand`.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from vmlint.kubevirt.conflicts import Conflict, ReservedFields, reserved_fields
from vmlint.kubevirt.defaults import (
    NO_STRATEGY,
    ClusterConfig,
    fill,
    fill_architecture,
    fill_disks,
    fill_input,
    fill_input_type,
    fill_machine,
    fill_network,
)
from vmlint.kubevirt.instancetype import InstancetypePlan, apply_instancetype, instancetype_plan, lay_out, vcpus
from vmlint.kubevirt.normal import decode_instancetype, decode_preference, normal_template, normal_vm_spec
from vmlint.kubevirt.preference import PreferencePlan, apply_attachments, apply_preference, breakdown, preference_plan
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.sizing import applies, sizing_bars, vm_vcpus
from vmlint.kubevirt.topology import indivisible
from vmlint.kubevirt.values import Draft, leaves
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.refusal import Refusal
from vmlint.record import Codes
from vmlint.runtime.cached import cached_property

__all__ = ["ARCHITECTURES", "PCI_TOPOLOGY", "Applied", "Copies", "Origin", "VMInputs"]

_SPEC = ("spec",)
_DOMAIN = (*_SPEC, "domain")
_CPU = (*_DOMAIN, "cpu")
_FIRMWARE = (*_DOMAIN, "firmware")
_MACHINE = (*_DOMAIN, "machine")
_ANNOTATIONS = ("metadata", "annotations")
ARCHITECTURES = frozenset(("amd64", "arm64", "s390x"))
"""The architectures that KubeVirt takes from the label of a DataSource."""
_HOTPLUG_ARCHITECTURES = frozenset(("", "amd64", "arm64"))
PCI_TOPOLOGY = "kubevirt.io/pci-topology-version"
"""The annotation that KubeVirt gives new VMs and VirtualMachineInstances; a guest that runs keeps what it has."""
_STORAGE_CLASS_SINCE = (0, 59)
_ARCHITECTURE_SINCE = (1, 7)


class Origin(Codes):
    """Who a value comes from."""

    VM = "VM"
    INSTANCETYPE = "instancetype"
    PREFERENCE = "preference"
    DEFAULT = "default"


Watch = Callable[[Origin, Mapping[str, Any]], None]
"""Told of the template after each step, with who the step's changes come from."""


_Result = tuple[dict[str, Any], tuple[Conflict, ...], Refusal | None, Refusal | None]
_MATCHERS = frozenset(("instancetype", "preference"))


class _Instancetype:
    """An instancetype, prepared for many VMs."""

    def __init__(self, spec: Any, release: Release | None) -> None:
        self.spec = decode_instancetype(spec)
        self._release = release

    @cached_property
    def plan(self) -> InstancetypePlan:
        return instancetype_plan(self.spec, self._release)

    @cached_property
    def reserved(self) -> ReservedFields:
        return reserved_fields(self.spec, self._release)

    @cached_property
    def reserved_by_proposals(self) -> ReservedFields:
        return sizing_bars(self.spec)


class _Preference:
    """A preference, likewise."""

    def __init__(self, spec: Any, release: Release | None) -> None:
        self.spec = decode_preference(spec)
        self._release = release

    @cached_property
    def plan(self) -> PreferencePlan:
        return preference_plan(self.spec, self._release)


@lru_cache(maxsize=128)
def _instancetype(spec: bytes, release: Release | None) -> _Instancetype:
    return _Instancetype(marshal.loads(spec), release)


@lru_cache(maxsize=128)
def _preference(spec: bytes, release: Release | None) -> _Preference:
    return _Preference(marshal.loads(spec), release)


def _content(data: Mapping[str, Any]) -> bytes:
    """What tells the `spec` of an object from another one: the deployments of a repository often have the same."""
    return marshal.dumps(data.get("spec"), 2)


class VMInputs:
    """The inputs besides the VM's own manifest: an instancetype, a preference, the cluster's settings and release.

    The objects are whole. A missing one is None: since 1.6 the webhook continues without it. VMs with the same inputs
    share one instance, so that its parts are prepared once.
    """

    def __init__(
        self,
        instancetype: Mapping[str, Any] | None = None,
        preference: Mapping[str, Any] | None = None,
        *,
        kubevirt: Mapping[str, Any] | None = None,
        operator: Mapping[str, Any] | None = None,
        release: Release | None = None,
    ) -> None:
        self.config = ClusterConfig.of(kubevirt, operator)
        self.release = release
        self._take(instancetype, preference)

    def _take(self, instancetype: Mapping[str, Any] | None, preference: Mapping[str, Any] | None) -> None:
        self.objects = instancetype, preference
        self._instancetype = None if instancetype is None else _instancetype(_content(instancetype), self.release)
        self._preference = None if preference is None else _preference(_content(preference), self.release)

    def having(self, instancetype: Mapping[str, Any] | None, preference: Mapping[str, Any] | None) -> VMInputs:
        """The inputs with these objects under the same settings and release."""
        other = VMInputs.__new__(VMInputs)
        other.config, other.release = self.config, self.release
        other._take(instancetype, preference)
        return other

    @property
    def instancetype(self) -> Mapping[str, Any] | None:
        """The instancetype's `spec` as KubeVirt reads it."""
        return None if self._instancetype is None else self._instancetype.spec

    @property
    def preference(self) -> Mapping[str, Any] | None:
        """The preference's `spec`, likewise."""
        return None if self._preference is None else self._preference.spec

    @property
    def instancetype_plan(self) -> InstancetypePlan | None:
        """The instancetype, prepared for many VMs; None without one."""
        return None if self._instancetype is None else self._instancetype.plan

    @property
    def preference_plan(self) -> PreferencePlan | None:
        """The preference, prepared for many VMs; None without one."""
        return None if self._preference is None else self._preference.plan

    def reserved_fields(self, *, by_proposals: bool) -> ReservedFields | None:
        """The fields that the VM must leave to the instancetype, by the releases or by the design proposals."""
        if self._instancetype is None:
            return None
        return self._instancetype.reserved_by_proposals if by_proposals else self._instancetype.reserved


class Copies:
    """The copies of one VM, a whole object with its matchers as they are: the caller infers.

    `source_architecture` is the one of `ARCHITECTURES` that the sources of its DataVolume templates give it, "" for
    none. None of the copies may be changed: they share what is the same in them.
    """

    def __init__(self, vm: Mapping[str, Any], vm_inputs: VMInputs, source_architecture: str = "") -> None:
        self._vm = vm
        self._vm_inputs = vm_inputs
        self._source_architecture = source_architecture
        # The API wants a template; without one, what an empty one holds is the least that can be said.
        self._written = mapping(vm, "spec", "template")
        self._sizing = applies(vm_inputs.objects[0], self._written, vm_inputs.release)

    @cached_property
    def stored(self) -> Mapping[str, Any]:
        """The whole VM as the mutating webhook stores it."""
        written = {**mapping(self._vm, "spec"), "template": {}}
        spec = normal_vm_spec(written, self._vm_inputs.release)
        if self._vm_inputs.preference is not None:
            spec = _with_class(spec, self._vm_inputs.preference, self._vm_inputs.release)
        if not behaviour(self._vm_inputs.release).leaves_matcher_kinds:
            spec = _with_kinds(spec)
        return {**self._vm, "spec": {**spec, "template": self._mutated}}

    @cached_property
    def reviewed(self) -> Applied:
        """The copy that the validating webhook checks."""
        return Applied(self, self._review)

    @cached_property
    def expanded(self) -> Applied:
        """The VM as the cluster runs it.

        A VM with neither instancetype nor preference is as the webhook stores it: defaults come when it starts.
        """
        return Applied(self, self._expand)

    @cached_property
    def compared(self) -> Applied:
        """The copy that the controller compares with the one that the guest was started with: instancetype and
        preference are applied, and no defaults."""
        return Applied(self, self._compare)

    @cached_property
    def started(self) -> Applied:
        """The VM as the controller starts it. Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (startVMI)."""
        return Applied(self, self._start)

    def forget(self) -> None:
        """Make no more of the copies than somebody still holds; they are made anew for who asks again."""
        for name in ("reviewed", "expanded", "compared", "started"):
            self.__dict__.pop(name, None)

    def _review(self, watch: Watch) -> _Result:
        template = self._mutate(watch)
        count = self._vcpus(template)
        refusal = None if count is None else indivisible(count, self._vm_inputs.preference, self._vm_inputs.release)
        if refusal is not None:
            return template, (), refusal, None
        if self._conflicts or self._breakdown is not None:
            return template, self._conflicts, self._breakdown, None
        return self._applied(Draft(template), template, watch, None)

    def _expand(self, watch: Watch) -> _Result:
        template = self._mutate(watch)
        if self._vm_inputs.instancetype is None and self._vm_inputs.preference is None and not self._sizing:
            return self._evicted(template, watch), (), None, None
        if self._conflicts or self._breakdown is not None:
            return template, self._conflicts, self._breakdown, None
        draft = Draft(template)
        problem = self._complete(draft, watch)
        return self._applied(draft, template, watch, problem)

    def _evicted(self, template: dict[str, Any], watch: Watch) -> dict[str, Any]:
        """The template with the eviction strategy that the KubeVirt object gives, if it gives one: it is in effect
        whether or not it is written into the VM."""
        strategy = self._vm_inputs.config.eviction_strategy
        if strategy == NO_STRATEGY or get(template, "spec", "evictionStrategy") is not None:
            return template
        draft = Draft(template)
        draft.at(_SPEC)["evictionStrategy"] = strategy
        watch(Origin.DEFAULT, draft.data)
        return draft.data

    def _compare(self, watch: Watch) -> _Result:
        template = self._mutate(watch)
        if self._vm_inputs.instancetype is None and self._vm_inputs.preference is None and not self._sizing:
            return template, (), None, None
        if self._conflicts or self._breakdown is not None:
            return template, self._conflicts, self._breakdown, None
        draft = Draft(template)
        self._dress(draft, watch)
        return self._normal(draft, template), (), None, None

    def _start(self, watch: Watch) -> _Result:
        template = self._mutate(watch)
        if self._conflicts or self._breakdown is not None:
            return template, self._conflicts, self._breakdown, None
        draft = Draft(template)
        if self._vm_inputs.preference is not None:
            apply_attachments(draft, self._vm_inputs.preference)
            watch(Origin.PREFERENCE, draft.data)
        fill_input(draft)
        problem = self._complete(draft, watch)
        if watch is _unwatched and problem is None and draft.data == template and self.reviewed.refusal is None:
            # Nothing comes by itself, so what was reviewed is what starts.
            ready, problem = self.reviewed.template, self.reviewed.problem
        else:
            ready, _, _, problem = self._applied(draft, template, watch, problem)
        draft = Draft(ready)
        fill_input_type(draft)
        return draft.data, (), None, problem

    def _complete(self, draft: Draft, watch: Watch) -> Refusal | None:
        """Fill in disks and the network, which a VM that runs gets first; no more than its devices and its networks
        is changed."""
        fill_disks(draft)
        problem = fill_network(draft, self._vm_inputs.config)
        watch(Origin.DEFAULT, draft.data)
        return problem

    def _applied(self, draft: Draft, stored: Mapping[str, Any], watch: Watch, problem: Refusal | None) -> _Result:
        """Instancetype, preference and defaults on a draft of the stored template, which they suit."""
        self._dress(draft, watch)
        problem = problem or fill(draft, self._vm_inputs.config, self._vm_inputs.release)
        written = self._normal(draft, stored)
        watch(Origin.DEFAULT, written)
        return written, (), None, problem

    def _normal(self, draft: Draft, stored: Mapping[str, Any]) -> dict[str, Any]:
        return normal_template(draft.data, self._vm_inputs.release, before=stored)

    def _dress(self, draft: Draft, watch: Watch) -> None:
        """Instancetype and preference on a template that they suit."""
        self._apply_instancetype(draft, watch)
        if self._vm_inputs.preference_plan is not None:
            apply_preference(draft, self._vm_inputs.preference_plan)
            watch(Origin.PREFERENCE, draft.data)

    def _vcpus(self, template: Mapping[str, Any]) -> int | str | None:
        """The vCPUs to lay out, None where the VM gives its own topology."""
        instancetype = self._vm_inputs.instancetype
        own = vm_vcpus(template) if self._sizing else None
        if instancetype is None or (self._sizing and get(instancetype, "cpu", "guest") is None):
            return own
        return vcpus(instancetype)

    @cached_property
    def _conflicts(self) -> tuple[Conflict, ...]:
        barred = self._vm_inputs.reserved_fields(by_proposals=self._sizing)
        return () if barred is None else barred.conflicts(self._mutated)

    @cached_property
    def _breakdown(self) -> Refusal | None:
        """Why the webhook breaks down; conflicts come first."""
        if self._conflicts:
            return None
        return breakdown(self._vm_inputs.preference, self._vm_inputs.instancetype, self._mutated)

    def _apply_instancetype(self, draft: Draft, watch: Watch) -> None:
        vm_inputs = self._vm_inputs
        count = self._vcpus(draft.data)
        if vm_inputs.instancetype_plan is not None:
            apply_instancetype(draft, vm_inputs.instancetype_plan)
        if count is not None:
            cpu = draft.at(_CPU)
            cpu.pop("guest", None)
            lay_out(cpu, count, vm_inputs.preference, vm_inputs.release)
        watch(Origin.INSTANCETYPE, draft.data)

    @cached_property
    def _mutated(self) -> dict[str, Any]:
        """The template as the mutating webhook stores it."""
        return self._mutate_anew(_unwatched)

    def _mutate(self, watch: Watch) -> dict[str, Any]:
        return self._mutated if watch is _unwatched else self._mutate_anew(watch)

    def _mutate_anew(self, watch: Watch) -> dict[str, Any]:
        preference, config, release = self._vm_inputs.preference, self._vm_inputs.config, self._vm_inputs.release
        does = behaviour(release)
        draft = Draft(normal_template(self._written, release))
        watch(Origin.VM, draft.data)
        if preference is not None:
            _store_preference(draft, preference, release)
            watch(Origin.PREFERENCE, draft.data)
        if does.firmware_ids_when_created:
            draft.at(_FIRMWARE)
        if does.architecture_from_data_source and self._source_architecture:
            inner = draft.at(_SPEC)
            inner["architecture"] = inner.get("architecture") or self._source_architecture
        fill_architecture(draft, config)
        fill_machine(draft, config)
        if does.pci_topology_annotation and (_hotplugs_pci(draft.data) or not does.pci_topology_on_pcie_only):
            draft.at(_ANNOTATIONS).setdefault(PCI_TOPOLOGY, "v3")
        watch(Origin.DEFAULT, draft.data)
        return draft.data


class Applied:
    """A VM after application.

    `template` is the whole `spec.template`; `conflicts` hold the fields that the VM may not set. `refusal` is why the
    webhook refuses the VM for the preference's sake (`Copies.reviewed` alone says whether vCPUs can be spread), and
    `problem` why KubeVirt can't fill in its defaults; both are mostly None. Nothing is applied where there are
    conflicts or a refusal.
    """

    def __init__(self, copies: Copies, run: Callable[[Watch], _Result]) -> None:
        self._copies = copies
        self._run = run
        self.template, self.conflicts, self.refusal, self.problem = run(_unwatched)

    @property
    def persisted(self) -> Mapping[str, Any]:
        """The whole VM as the cluster stores it."""
        return self._copies.stored

    @property
    def vm(self) -> dict[str, Any]:
        """The whole VM with the applied template, and without what has been applied to it."""
        spec = {key: value for key, value in mapping(self.persisted, "spec").items() if key not in _MATCHERS}
        return {**self.persisted, "spec": {**spec, "template": self.template}}

    @cached_property
    def origin(self) -> Mapping[Path, Origin]:
        """Who each value of the template comes from, by the value's path; an empty section counts as a value.

        What the webhook stores in the VM for its preference or by default is not the VM's own.
        """
        found: dict[Path, tuple[Any, Origin]] = {}

        def watch(origin: Origin, template: Mapping[str, Any]) -> None:
            before = dict(found)
            found.clear()
            for path, value in leaves(template):
                known = before.get(path)
                found[path] = known if known is not None and _same(known[0], value) else (value, origin)

        self._run(watch)
        return {path: origin for path, (_, origin) in found.items()}


def _store_preference(draft: Draft, preference: Mapping[str, Any], release: Release | None) -> None:
    architecture = text(preference, "preferredArchitecture")
    if architecture and not get(draft.data, "spec", "architecture") and _serves(release, _ARCHITECTURE_SINCE):
        draft.at(_SPEC)["architecture"] = architecture
    machine = text(preference, "machine", "preferredMachineType")
    if machine and not get(draft.data, *_MACHINE, "type"):
        draft.at(_MACHINE)["type"] = machine


def _with_kinds(spec: dict[str, Any]) -> dict[str, Any]:
    """A VM's spec with the kind of the matchers that name none.

    Source: KubeVirt 1.6 `pkg/defaults/defaults.go` (setDefaultInstancetypeKind, setDefaultPreferenceKind).
    """
    kinds = {matcher.noun: matcher.cluster.name.lower() for matcher in Matcher}
    matchers = {noun: stanza for noun in kinds if isinstance(stanza := spec.get(noun), dict) and not stanza.get("kind")}
    return {**spec, **{noun: {**stanza, "kind": kinds[noun]} for noun, stanza in matchers.items()}}


def _with_class(spec: dict[str, Any], preference: Mapping[str, Any], release: Release | None) -> dict[str, Any]:
    """A VM's spec with the preferred storage class in the DataVolume templates that name none."""
    storage_class = text(preference, "volumes", "preferredStorageClassName")
    templates = spec.get("dataVolumeTemplates")
    if not storage_class or not isinstance(templates, list) or not _serves(release, _STORAGE_CLASS_SINCE):
        return spec
    return {**spec, "dataVolumeTemplates": [_of_class(template, storage_class) for template in templates]}


def _of_class(template: Any, storage_class: str) -> Any:
    body = get(template, "spec")
    claims = {form: claim for form in ("pvc", "storage") if isinstance(claim := get(body, form), dict)}
    classed = {
        form: {**claim, "storageClassName": storage_class}
        for form, claim in claims.items()
        if claim.get("storageClassName") is None
    }
    return {**template, "spec": {**body, **classed}} if classed else template


def _serves(release: Release | None, since: tuple[int, int]) -> bool:
    return release is None or release.serves(since)


def _hotplugs_pci(template: Mapping[str, Any]) -> bool:
    machine = text(template, *_DOMAIN, "machine", "type")
    return text(template, "spec", "architecture") in _HOTPLUG_ARCHITECTURES and (
        "q35" in machine or machine.startswith("virt")
    )


def _unwatched(origin: Origin, template: Mapping[str, Any]) -> None:
    """Nobody asks where values come from."""


def _same(first: Any, other: Any) -> bool:
    return type(first) is type(other) and bool(first == other)
