"""What KubeVirt's admission reports for the workloads of the files: its checks (`kubevirt/admission`) meet the objects.

The webhook for VMs judges a copy to which instancetype, preference and defaults are applied; the one for
VirtualMachineInstances judges what it has filled in itself. Pools and replica sets are judged as they are written, and
what is made of them is judged anew. Sources: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from vmlint.kubevirt.admission import (
    AdmissionConfig,
    Owner,
    Silence,
    View,
    asked,
    check,
    interfaces,
    name_of,
    subject_of,
)
from vmlint.kubevirt.admission.labels import selects
from vmlint.kubevirt.apply import Applied, Origin
from vmlint.kubevirt.defaults import fill, fill_input_type, fill_nested_paging
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.matching import MatchOutcome
from vmlint.kubevirt.normal import normal_template
from vmlint.kubevirt.permitted import permitted_devices
from vmlint.kubevirt.releases import NEWEST, Release
from vmlint.kubevirt.values import Draft
from vmlint.model.access import get, mapping
from vmlint.model.effect import Effect
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    VirtualMachine,
    VirtualMachineInstance,
    VirtualMachineInstanceReplicaSet,
    VirtualMachinePool,
    Workload,
)
from vmlint.record import Record
from vmlint.runtime.cached import cached_property
from vmlint.world.application import Application
from vmlint.world.likeness import key_of

__all__ = ["Machine", "Permitted", "WorkloadVerdict"]

_KUBEVIRT = Ref("kubevirt.io", "KubeVirt", "kubevirt", "kubevirt")
_OPERATORS = ("HyperConverged",)
"""Kinds of which an operator makes the KubeVirt object."""
_PRESET = BY_GROUP_KIND["kubevirt.io", "VirtualMachineInstancePreset"]
_PRESET_MEMORY = ("spec", "domain", "resources", "requests", "memory")
_MEMORY_UNSET = "memory_unset"

_OWNERS: Mapping[type[Workload], Owner] = {
    VirtualMachine: Owner.VM,
    VirtualMachinePool: Owner.POOL,
    VirtualMachineInstance: Owner.VMI,
    VirtualMachineInstanceReplicaSet: Owner.REPLICA_SET,
}

_SETS = (VirtualMachinePool, VirtualMachineInstanceReplicaSet)
_LATE = (Refuser.GUEST_WEBHOOK, Refuser.NODE)
"""Who does not see the object before it is accepted."""
_MATCHERS = tuple(Matcher)
_NEITHER: frozenset[Matcher] = frozenset()
_INSTANCETYPE = frozenset((Matcher.INSTANCETYPE,))
_PREFERENCE = frozenset((Matcher.PREFERENCE,))
_BOTH = frozenset(_MATCHERS)

_CHANGED_BY: Mapping[str, frozenset[Matcher]] = {
    "metadata": _NEITHER,  # they add annotations, no labels
    "identity": _NEITHER,  # a preferred subdomain comes only where none is written
    "memory": _BOTH,  # an instancetype's amounts; hotplug depends on the preferred architecture
    "firmware": _BOTH,  # preferred firmware, machine and features; TDX, which does without SMM
    "cpu": _BOTH,  # amounts, placement, NUMA; preferred topology and features
    "enums": _PREFERENCE,  # input devices without a type get the preferred one
    "scheduling": _NEITHER,  # an instancetype gives a node selector and a scheduler, which nobody checks
    "networks": _NEITHER,
    "interfaces": _PREFERENCE,  # an interface without a binding gets the preferred masquerade
    "claims": _INSTANCETYPE,  # its GPUs and host devices join the VM's
    "disks": _PREFERENCE,  # preferred buses, block sizes, IO threads
    "devices": _BOTH,  # GPUs and IO threads; preferred graphics, displays and sound
    "grace": _BOTH,  # GPUs join the VM's; the architecture, the machine and dedicated CPUs
    "probes": _NEITHER,  # networks that are written stay; where none is, a preference can only take the default away
    "volumes": _NEITHER,
    "cloud_init": _NEITHER,
    "access_credentials": _NEITHER,
    "dns": _NEITHER,
    "launch_security": _BOTH,
    "features": _BOTH,  # GPUs join the VM's, and the architecture decides of encryption
    "run_state": _NEITHER,
    "sets": _NEITHER,
    "hyperv": _PREFERENCE,
    "architecture": _PREFERENCE,
}
"""Which of the two can make good what a module of `kubevirt/admission` finds wrong, by the module's name."""


class WorkloadVerdict(Record):
    """A refusal, what comes of it for the workload, who gives the value at the refusal's path, and that value.

    The giver is the VM too where it gives a part of the value, or where there is none.
    """

    refusal: Refusal
    effect: Effect
    origin: Origin = Origin.VM
    value: Any = None


class Permitted(Record):
    """The resource names of the devices that a cluster permits, the object that permits them, and its field."""

    names: frozenset[str]
    holder: Resource
    path: Path


class Machine:
    """The workloads of a world, as KubeVirt's admission sees them."""

    def __init__(self, world: Application) -> None:
        self._world = world
        self._judged = world.memo.question("admission", self._judge)

    def admission(self, workload: Workload) -> tuple[WorkloadVerdict, ...]:
        """Why the cluster refuses the workload, or what is made of it.

        Of several refusals that depend on one unknown gate or setting, only the first is reported. Nothing is said of a
        workload without a domain: its form is wrong, and no webhook gets to see it.
        """
        if isinstance(workload, VirtualMachine):
            workload = self._world.alike(workload)
        return self._judged(workload)

    def _judge(self, workload: Workload) -> tuple[WorkloadVerdict, ...]:
        there = isinstance(get(workload.data, *workload.vmi_path, "domain"), dict)
        found = tuple(self._verdicts(workload)) if there else ()
        return tuple(_once_a_gate(found)) if found else ()

    @cached_property
    def _kubevirt(self) -> Mapping[str, Any] | None:
        return self._world.kubevirt

    @cached_property
    def is_closed(self) -> bool:
        """Whether a KubeVirt object that is not in the files has only the defaults."""
        several = len(self._world.cluster.of_kind(_KUBEVIRT.kind)) > 1
        return not several and self._world.settings.is_closed(_KUBEVIRT)

    @cached_property
    def is_default(self) -> bool:
        """Whether the files hold no KubeVirt object, and the cluster's is sure to configure nothing.

        That is so in a closed world, and where the user names a release: its defaults then hold. An operator that
        writes the KubeVirt object itself, or one that the user declares outside, leaves it open.
        """
        cluster = self._world.cluster
        if any(cluster.of_kind(kind) for kind in (_KUBEVIRT.kind, *_OPERATORS)):
            return False
        decided = self._world.settings.release is not None or self._world.settings.is_closed(_KUBEVIRT)
        return decided and cluster.is_missing(_KUBEVIRT)

    @cached_property
    def gates(self) -> Gates:
        """The feature gates of the cluster."""
        return Gates(self._kubevirt, self._world.settings.release, self.is_default)

    @cached_property
    def config(self) -> AdmissionConfig:
        """The other settings of the cluster that admission reads."""
        return AdmissionConfig.of(
            self._kubevirt, self._world.settings.release, self.is_closed, by_default=self.is_default
        )

    @cached_property
    def _silences(self) -> Mapping[Owner, Silence]:
        """What is known of the parts of guests in all clusters that are configured like this one."""
        configured = None if self._kubevirt is None else key_of(self._kubevirt)
        return _silences(configured, self._world.settings.release, self.is_closed, self.is_default)

    @cached_property
    def permitted(self) -> Permitted | None:
        """The devices that the cluster permits; None where the files don't say, or any is."""
        for kind, path in (("KubeVirt", ("spec", "configuration")), *((kind, ("spec",)) for kind in _OPERATORS)):
            holders = self._world.cluster.of_kind(kind)
            if len(holders) == 1 and (names := permitted_devices(mapping(holders[0].data, *path))) is not None:
                return Permitted(names, holders[0], (*path, "permittedHostDevices"))
        return None

    def presets(self, workload: Workload) -> Iterator[Resource]:
        """The presets of the files that may select the guests of a workload.

        Source: KubeVirt `pkg/virt-api/webhooks/mutating-webhook/mutators/preset.go` (filterPresets).
        """
        for preset in self._world.cluster.of_kind(_PRESET.name):
            if preset.namespace == workload.namespace:
                labels = get(workload.data, *workload.template_path, "metadata", "labels")
                if selects(get(preset.data, "spec", "selector") or {}, labels) is not False:
                    yield preset

    def _view(self, workload: Workload, template: Mapping[str, Any] | None = None) -> View:
        return View(
            _OWNERS[type(workload)],
            workload.data,
            None if template is None else mapping(template, "spec"),
            metadata=None if template is None else mapping(template, "metadata"),
            gates=self.gates,
            cluster=self.config,
        )

    def _verdicts(self, workload: Workload) -> Iterator[WorkloadVerdict]:
        if isinstance(workload, _SETS):
            found = check(view := self._view(workload), self._silences[view.owner])
            written = [refusal for refusal in found if refusal.by not in _LATE]
            yield from (WorkloadVerdict(refusal, Effect.REJECTED) for refusal in written)
            known = {(subject_of(refusal), refusal.path) for refusal in written}
            for made in self._of_made(workload):
                if (subject_of(made.refusal), made.refusal.path) not in known:
                    yield made._replace(effect=Effect.STUCK)
        else:
            yield from self._of_made(workload)

    def _of_made(self, workload: Workload) -> Iterator[WorkloadVerdict]:
        """What is wrong with the VM or VirtualMachineInstance that the workload is, or makes."""
        if isinstance(workload, VirtualMachine):
            applied, unknown = self._applied(workload)
            template, problem, giver = applied.template, applied.problem, _givers(workload, applied)
        else:
            draft = Draft(
                normal_template(mapping(workload.data, *workload.template_path), self._world.settings.release or NEWEST)
            )
            problem = fill(draft, self._world.cluster_config, self._world.settings.release)
            fill_input_type(draft)
            fill_nested_paging(draft)
            template = draft.data
            unknown, giver = _NEITHER, _by_default(workload, template)
        if problem is not None:
            yield WorkloadVerdict(_no_interface(workload, problem), Effect.REJECTED)
        view = self._view(workload, template)
        known = set()
        for subject in asked(view, self._silences[view.owner]):
            if not unknown or unknown.isdisjoint(_CHANGED_BY[name_of(subject)]):
                for refusal in subject.check(view):
                    if subject_of(refusal) == _MEMORY_UNSET and self._may_get_memory(workload):
                        continue
                    effect = _effect(refusal, workload)
                    known.add((subject_of(refusal), refusal.path))
                    yield WorkloadVerdict(refusal, effect, *giver(refusal.path))
        if isinstance(workload, VirtualMachine) and not unknown and workload.matcher(Matcher.PREFERENCE):
            late_ones = self._at_start(workload, template)
            yield from (new for new in late_ones if (subject_of(new.refusal), new.refusal.path) not in known)

    def _at_start(self, vm: VirtualMachine, reviewed: Mapping[str, Any]) -> Iterator[WorkloadVerdict]:
        """What is wrong with the VM when it starts, if it then differs from the copy that was reviewed: its preference
        reaches what defaults have added. `reviewed` is that copy's template."""
        started = self._world.started(vm)
        if started.conflicts or started.refusal or started.problem or started.template == reviewed:
            return
        giver = _givers(vm, started)
        view = self._view(vm, started.template)
        for refusal in check(view, self._silences[view.owner]):
            if subject_of(refusal) != _MEMORY_UNSET:
                yield WorkloadVerdict(refusal, Effect.STUCK, *giver(refusal.path))

    def _applied(self, vm: VirtualMachine) -> tuple[Applied, frozenset[Matcher]]:
        """The VM as far as it is known, and the matchers that might change it.

        Where the VM is refused before its template is checked, that is both: what is reported nevertheless is what will
        still be there when the other fault is fixed.
        """
        world = self._world
        unknown = frozenset([matcher for matcher in _MATCHERS if not self._goes_on(vm, matcher)])
        applied = world.reviewed_with(vm, *[matcher for matcher in _MATCHERS if matcher not in unknown])
        if applied.conflicts or applied.refusal or world.unmet(vm):
            return world.reviewed_with(vm), _BOTH
        return applied, unknown

    def _may_get_memory(self, workload: Workload) -> bool:
        """Whether memory is an instancetype's to give, or a preset's.

        An instancetype that is lost or gives none is a fault of its own. Presets fill in requests, no guest memory.
        Source: KubeVirt `pkg/virt-api/webhooks/mutating-webhook/mutators/preset.go` (mergeDomainSpec).
        """
        if any(get(preset.data, *_PRESET_MEMORY) is not None for preset in self.presets(workload)):
            return True
        found = self._world.match(workload, Matcher.INSTANCETYPE) if isinstance(workload, VirtualMachine) else None
        return found is not None and found.outcome is not MatchOutcome.DROPPED

    def _goes_on(self, vm: VirtualMachine, matcher: Matcher) -> bool:
        """Whether the files say what the VM gets of a matcher, and KubeVirt goes on with that, or without."""
        found = self._world.match(vm, matcher)
        if found is None:
            return True
        lost = found.outcome in (MatchOutcome.MISSING, MatchOutcome.UNKNOWN_KIND)
        return self._world.is_decided(vm, matcher) and (self._world.behaviour.admits_missing or not lost)


@lru_cache(maxsize=8)
def _silences(
    kubevirt: bytes | None, release: Release | None, closed: bool, by_default: bool
) -> Mapping[Owner, Silence]:
    return {owner: Silence() for owner in Owner}


def _once_a_gate(verdicts: Iterable[WorkloadVerdict]) -> Iterator[WorkloadVerdict]:
    gates: set[str] = set()
    for verdict in verdicts:
        gate = verdict.refusal.gate
        if gate is None or gate not in gates:
            yield verdict
        if gate is not None:
            gates.add(gate)


def _effect(refusal: Refusal, workload: Workload) -> Effect:
    """What comes of a refusal: a VirtualMachineInstance is itself what the late webhook refuses."""
    accepted = refusal.by is Refuser.NODE or (
        refusal.by is Refuser.GUEST_WEBHOOK and not isinstance(workload, VirtualMachineInstance)
    )
    return Effect.STUCK if accepted else Effect.REJECTED


def _no_interface(workload: Workload, problem: Refusal) -> Refusal:
    path = (*workload.vmi_path, "domain", "devices", "interfaces")
    is_guest = isinstance(workload, VirtualMachineInstance)
    by = Refuser.MUTATING_WEBHOOK if is_guest else Refuser.VALIDATING_WEBHOOK
    return Refusal(interfaces.Code.CANNOT_BE_ADDED, path, {"inner": problem}, by)


_Giver = tuple[Origin, Any]


def _givers(vm: VirtualMachine, applied: Applied) -> Callable[[Path], _Giver]:
    """Who gives the value at a path of the VM, and the value."""

    def giver(path: Path) -> _Giver:
        depth = len(vm.template_path)
        if get(vm.data, *path) is not None or path[:depth] != vm.template_path:
            return Origin.VM, None
        inner = path[depth:]
        found = {origin for leaf, origin in applied.origin.items() if leaf[: len(inner)] == inner}
        return (found.pop(), get(applied.template, *inner)) if len(found) == 1 else (Origin.VM, None)

    return giver


def _by_default(workload: Workload, template: Mapping[str, Any]) -> Callable[[Path], _Giver]:
    """The same where there are defaults alone."""

    def giver(path: Path) -> _Giver:
        depth = len(workload.template_path)
        written = get(workload.data, *path) is not None or path[:depth] != workload.template_path
        value = None if written else get(template, *path[depth:])
        return (Origin.VM, None) if value is None else (Origin.DEFAULT, value)

    return giver
