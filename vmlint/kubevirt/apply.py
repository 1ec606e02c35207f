"""A VM with its instancetype, its preference and KubeVirt's defaults applied.

Four copies of a VM matter. The mutating webhook writes one into the cluster (`mutate`). The validating webhook
makes another from it and checks that (`review`). The third is what runs: `expand`, which differs from the second
in that disks and the network are filled in first, so that preferences reach them. The fourth is what the controller
makes a VirtualMachineInstance of, `start`: that, with the devices that are attached by themselves.
Sources: KubeVirt `pkg/virt-api/webhooks/mutating-webhook/mutators/vm-mutator.go`, `pkg/instancetype/webhooks/vm`,
`pkg/instancetype/expand`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from vmlint.kubevirt.cause import Cause
from vmlint.kubevirt.conflicts import Conflict, conflicts
from vmlint.kubevirt.defaults import (
    ClusterConfig,
    fill,
    fill_architecture,
    fill_disks,
    fill_input,
    fill_input_type,
    fill_machine,
    fill_network,
)
from vmlint.kubevirt.instancetype import apply_instancetype, lay_out, vcpus
from vmlint.kubevirt.normal import decode_instancetype, decode_preference, normal_template, normal_vm_spec
from vmlint.kubevirt.preference import apply_attachments, apply_preference, breakdown
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.sizing import applies, sizing_conflicts, vm_vcpus
from vmlint.kubevirt.topology import indivisible
from vmlint.kubevirt.values import ensure, leaves
from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.field import Path

__all__ = ["Applied", "Origin", "expand", "mutate", "review", "start"]

_DOMAIN = ("spec", "domain")
_ARCHITECTURES = frozenset(("amd64", "arm64", "s390x"))
_HOTPLUG_ARCHITECTURES = frozenset(("", "amd64", "arm64"))
_PCI_TOPOLOGY = ("kubevirt.io/pci-topology-version", "v3")
_STORAGE_CLASS_SINCE = (0, 59)
_ARCHITECTURE_SINCE = (1, 7)


class Origin(enum.StrEnum):
    """Who a value comes from."""

    VM = "VM"
    INSTANCETYPE = "instancetype"
    PREFERENCE = "preference"
    DEFAULT = "default"


Watch = Callable[[Origin, Mapping[str, Any]], None]
"""Told of the template after each step, with who the step's changes come from."""


class Applied:
    """A VM after application.

    `template` is the whole `spec.template`; `conflicts` hold the fields that the VM may not set. `refusal` is why the
    webhook refuses the VM for the preference's sake (`review` alone looks whether vCPUs can be spread), and `problem`
    why KubeVirt can't fill in its defaults; both are mostly None. Nothing is applied where there are conflicts or a
    refusal.
    """

    def __init__(self, store: Callable[[], dict[str, Any]], run: Callable[[Watch], _Result]) -> None:
        self._store = store
        self._run = run
        self.template, self.conflicts, self.refusal, self.problem = run(_unwatched)

    @cached_property
    def persisted(self) -> Mapping[str, Any]:
        """The whole VM as the cluster stores it."""
        return self._store()

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


_Result = tuple[dict[str, Any], tuple[Conflict, ...], Cause | None, str | None]
_MATCHERS = frozenset(("instancetype", "preference"))


def mutate(
    vm: Mapping[str, Any],
    preference: Mapping[str, Any] | None = None,
    *,
    kubevirt: Mapping[str, Any] | None = None,
    release: Release | None = None,
    source_architecture: str = "",
) -> dict[str, Any]:
    """The VM as the mutating webhook stores it, matchers as they are: the caller infers.

    `vm`, `preference` and `kubevirt` are whole objects; `source_architecture` is the label
    `template.kubevirt.io/architecture` of the first DataSource that has one.
    """
    return _mutated(vm, _spec(preference), ClusterConfig.of(kubevirt), release, source_architecture, _unwatched)


def expand(
    vm: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None = None,
    preference: Mapping[str, Any] | None = None,
    *,
    kubevirt: Mapping[str, Any] | None = None,
    release: Release | None = None,
    source_architecture: str = "",
) -> Applied:
    """The VM as the cluster runs it. All arguments are whole objects, as for `mutate`.

    A VM with neither instancetype nor preference is as the webhook stores it: defaults come when it starts.
    """
    job = _Job(vm, instancetype, preference, ClusterConfig.of(kubevirt), release, source_architecture)
    return Applied(job.stored, job.expanded)


def review(
    vm: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None = None,
    preference: Mapping[str, Any] | None = None,
    *,
    kubevirt: Mapping[str, Any] | None = None,
    release: Release | None = None,
    source_architecture: str = "",
) -> Applied:
    """The copy of a VM that the validating webhook checks. All arguments are whole objects, as for `mutate`.

    What was not found is None: since 1.6 the webhook goes on without it.
    """
    job = _Job(vm, instancetype, preference, ClusterConfig.of(kubevirt), release, source_architecture)
    return Applied(job.stored, job.reviewed)


def start(
    vm: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None = None,
    preference: Mapping[str, Any] | None = None,
    *,
    kubevirt: Mapping[str, Any] | None = None,
    release: Release | None = None,
    source_architecture: str = "",
) -> Applied:
    """The VM as the controller starts it. All arguments are whole objects, as for `mutate`.

    Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (startVMI).
    """
    job = _Job(vm, instancetype, preference, ClusterConfig.of(kubevirt), release, source_architecture)
    return Applied(job.stored, job.started)


class _Job:
    """One VM with all that is applied to it."""

    def __init__(
        self,
        vm: Mapping[str, Any],
        instancetype: Mapping[str, Any] | None,
        preference: Mapping[str, Any] | None,
        config: ClusterConfig,
        release: Release | None,
        source_architecture: str,
    ) -> None:
        self._vm = vm
        self._instancetype = None if instancetype is None else decode_instancetype(instancetype.get("spec"))
        self._preference = _spec(preference)
        self._config = config
        self._release = release
        self._architecture = source_architecture
        self._sizing = applies(instancetype, mapping(vm, "spec", "template"), release)

    def stored(self) -> dict[str, Any]:
        return self._mutated(_unwatched)

    def expanded(self, watch: Watch) -> _Result:
        template = ensure(self._mutated(watch), "spec", "template")
        if self._instancetype is None and self._preference is None and not self._sizing:
            return template, (), None, None
        found = self._conflicts(template)
        refusal = None if found else breakdown(self._preference, self._instancetype, template)
        if found or refusal is not None:
            return template, found, refusal, None
        return self._completed(template, watch)

    def started(self, watch: Watch) -> _Result:
        template = ensure(self._mutated(watch), "spec", "template")
        found = self._conflicts(template)
        refusal = None if found else breakdown(self._preference, self._instancetype, template)
        if found or refusal is not None:
            return template, found, refusal, None
        if self._preference is not None:
            apply_attachments(template, self._preference)
            watch(Origin.PREFERENCE, template)
        fill_input(template)
        result = self._completed(template, watch)
        fill_input_type(result[0])
        return result

    def _completed(self, template: dict[str, Any], watch: Watch) -> _Result:
        """Disks and the network first, then what a VM that suits its instancetype gets."""
        fill_disks(template)
        problem = fill_network(template, self._config)
        watch(Origin.DEFAULT, template)
        return self._applied(template, watch, problem)

    def reviewed(self, watch: Watch) -> _Result:
        template = ensure(self._mutated(watch), "spec", "template")
        count = self._vcpus(template)
        refusal = None if count is None else indivisible(count, self._preference, self._release)
        found = () if refusal is not None else self._conflicts(template)
        if refusal is None and not found:
            refusal = breakdown(self._preference, self._instancetype, template)
        if found or refusal is not None:
            return template, found, refusal, None
        return self._applied(template, watch, None)

    def _mutated(self, watch: Watch) -> dict[str, Any]:
        return _mutated(self._vm, self._preference, self._config, self._release, self._architecture, watch)

    def _applied(self, template: dict[str, Any], watch: Watch, problem: str | None) -> _Result:
        """Instancetype, preference and defaults on a template that they suit, in place."""
        self._apply_instancetype(template, watch)
        if self._preference is not None:
            apply_preference(template, self._preference, self._release)
            watch(Origin.PREFERENCE, template)
        problem = problem or fill(template, self._config, self._release)
        written = normal_template(template, proposals=self._release is None)
        watch(Origin.DEFAULT, written)
        return written, (), None, problem

    def _vcpus(self, template: Mapping[str, Any]) -> int | str | None:
        """The vCPUs to lay out, None where the VM gives its own topology."""
        own = vm_vcpus(template) if self._sizing else None
        if self._instancetype is None or (self._sizing and get(self._instancetype, "cpu", "guest") is None):
            return own
        return vcpus(self._instancetype)

    def _conflicts(self, template: Mapping[str, Any]) -> tuple[Conflict, ...]:
        if self._instancetype is None:
            return ()
        if self._sizing:
            return sizing_conflicts(template, self._instancetype)
        return conflicts(template, self._instancetype, self._release)

    def _apply_instancetype(self, template: dict[str, Any], watch: Watch) -> None:
        count = self._vcpus(template)
        if self._instancetype is not None:
            apply_instancetype(template, self._instancetype, self._release)
        if count is not None:
            cpu = ensure(template, *_DOMAIN, "cpu")
            cpu.pop("guest", None)
            lay_out(cpu, count, self._preference, self._release)
        watch(Origin.INSTANCETYPE, template)


def _spec(preference: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if preference is None else decode_preference(preference.get("spec"))


def _mutated(
    vm: Mapping[str, Any],
    preference: Mapping[str, Any] | None,
    config: ClusterConfig,
    release: Release | None,
    source_architecture: str,
    watch: Watch,
) -> dict[str, Any]:
    does = behaviour(release)
    # The API wants a template; without one, what an empty one holds is the least that can be said.
    spec = {**mapping(vm, "spec"), "template": mapping(vm, "spec", "template")}
    stored = {**vm, "spec": normal_vm_spec(spec, proposals=release is None)}
    template = ensure(stored, "spec", "template")
    watch(Origin.VM, template)
    if preference is not None:
        _store_preference(stored, template, preference, release)
        watch(Origin.PREFERENCE, template)
    if does.firmware_ids_when_created:
        ensure(template, *_DOMAIN, "firmware")
    if does.architecture_from_data_source and source_architecture in _ARCHITECTURES:
        inner = ensure(template, "spec")
        inner["architecture"] = inner.get("architecture") or source_architecture
    fill_architecture(template, config)
    fill_machine(template, config)
    if does.pci_topology_annotation and _hotplugs_pci(template):
        ensure(template, "metadata", "annotations").setdefault(*_PCI_TOPOLOGY)
    watch(Origin.DEFAULT, template)
    return stored


def _store_preference(
    vm: Mapping[str, Any], template: dict[str, Any], preference: Mapping[str, Any], release: Release | None
) -> None:
    architecture = text(preference, "preferredArchitecture")
    if architecture and not get(template, "spec", "architecture") and _serves(release, _ARCHITECTURE_SINCE):
        ensure(template, "spec")["architecture"] = architecture
    machine = text(preference, "machine", "preferredMachineType")
    if machine and not get(template, *_DOMAIN, "machine", "type"):
        ensure(template, *_DOMAIN, "machine")["type"] = machine
    storage_class = text(preference, "volumes", "preferredStorageClassName")
    if storage_class and _serves(release, _STORAGE_CLASS_SINCE):
        for volume in sequence(vm, "spec", "dataVolumeTemplates"):
            for target in ("pvc", "storage"):
                claim = get(volume, "spec", target)
                if isinstance(claim, dict) and claim.get("storageClassName") is None:
                    claim["storageClassName"] = storage_class


def _serves(release: Release | None, since: tuple[int, int]) -> bool:
    return release is None or release.serves(since)


def _hotplugs_pci(template: Mapping[str, Any]) -> bool:
    machine = text(template, *_DOMAIN, "machine", "type")
    return text(template, "spec", "architecture") in _HOTPLUG_ARCHITECTURES and (
        "q35" in machine or machine.startswith("virt")
    )


def _unwatched(origin: Origin, template: Mapping[str, Any]) -> None:
    """Nobody asks where values come from."""


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
