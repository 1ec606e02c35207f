"""What an admission check sees.

A check is a function `check(view) -> Iterator[Refusal]`. It reads plain dicts, and its refusals say where and why
KubeVirt refuses the object. Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, final

from vmlint.kubevirt.admission.reading import fields, look, word
from vmlint.kubevirt.gates import Gates, GateState
from vmlint.kubevirt.releases import Behaviour, Release, behaviour
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.cached import cached_property

__all__ = ["ARCHITECTURES", "AdmissionConfig", "Owner", "View"]

ARCHITECTURES = ("amd64", "arm64", "s390x")


_Entries = Sequence[tuple[int, Mapping[str, Any]]]
"""The mappings of a list with their indexes."""


class _Paths(Record):
    spec: Path
    metadata: Path
    vm: Path | None


class Owner(enum.Enum):
    """The kind of object that holds the VMI spec; the value is where its parts are."""

    VM = _Paths(("spec", "template", "spec"), ("spec", "template", "metadata"), ("spec",))
    VMI = _Paths(("spec",), ("metadata",), None)
    REPLICA_SET = _Paths(("spec", "template", "spec"), ("spec", "template", "metadata"), None)
    POOL = _Paths(
        ("spec", "virtualMachineTemplate", "spec", "template", "spec"),
        ("spec", "virtualMachineTemplate", "spec", "template", "metadata"),
        ("spec", "virtualMachineTemplate", "spec"),
    )


class AdmissionConfig(Record):
    """The settings of the KubeVirt object that admission reads; None where neither it nor a closed world decides."""

    live_update: bool | None = None
    """`vmRolloutStrategy` is LiveUpdate."""
    bridge_on_pod_network: bool | None = None
    emulated_machines: tuple[str, ...] | None = None
    """Patterns of `emulatedMachines` for every architecture; () where it names none."""
    default_architecture: str | None = None
    single_machines: Mapping[str, tuple[str, ...] | None] = MappingProxyType({})
    """Patterns of `emulatedMachines` of single architectures; the others have the built-in ones."""
    pci_selectors: Mapping[str, str] = MappingProxyType({})
    """The `pciVendorSelector` of each PCI device that is permitted, by its resource name."""
    unset_frame_buffer_counts: bool = True
    """A VM's `ramFB` without `enabled` counts as on, as it does after the newest release. Before, it counts only in
    the guest, where it is filled in."""
    does: Behaviour = behaviour(None)
    """What the cluster's release does."""

    def machines(self, architecture: str) -> tuple[str, ...] | None:
        """The patterns for an architecture; () for the built-in ones. An unknown architecture has those of amd64."""
        known = architecture if architecture in ARCHITECTURES else ARCHITECTURES[0]
        return self.emulated_machines or (
            None if self.emulated_machines is None else self.single_machines.get(known, ())
        )

    @classmethod
    def of(
        cls,
        kubevirt: Mapping[str, Any] | None,
        release: tuple[int, ...] | None = None,
        closed: bool = False,
        *,
        by_default: bool = False,
    ) -> AdmissionConfig:
        """The settings of a KubeVirt object; without one, those of a cluster that nobody configured.

        The latter are sure in a closed world, and `by_default` where the release is known; the default architecture is
        that of the nodes, and sure in a closed world alone.
        """
        does = behaviour(Release(*release) if release else None)
        if kubevirt is None and not closed and not by_default:
            return cls(unset_frame_buffer_counts=release is None, does=does)
        configuration = mapping(kubevirt, "spec", "configuration")
        strategy = word(configuration, "vmRolloutStrategy")
        bridge = look(configuration, "network", "permitBridgeInterfaceOnPodNetwork")
        # The operator copies the specification's word into the status, and without one writes its own architecture.
        architecture = word(kubevirt, "status", "defaultArchitecture") or word(
            configuration, "architectureConfiguration", "defaultArchitecture"
        )
        live_update = does.live_update_by_default
        return cls(
            live_update=live_update if strategy == "" else None if strategy is None else strategy == "LiveUpdate",
            bridge_on_pod_network=True if bridge is None else bridge if isinstance(bridge, bool) else None,
            emulated_machines=_machines(configuration.get("emulatedMachines")),
            default_architecture=architecture or ("amd64" if closed and architecture == "" else None),
            single_machines={
                architecture: _machines(machines)
                for architecture in ARCHITECTURES
                if (machines := get(configuration, "architectureConfiguration", architecture, "emulatedMachines"))
            },
            pci_selectors={
                text(device, "resourceName"): text(device, "pciVendorSelector")
                for _, device in each(configuration, "permittedHostDevices", "pciHostDevices")
            },
            unset_frame_buffer_counts=release is None,
            does=does,
        )


def _machines(machines: Any) -> tuple[str, ...] | None:
    """The patterns of a list; () where there is none, None where a variable leaves it open."""
    if machines is None:
        return ()
    if not isinstance(machines, list) or any(not isinstance(name, str) or is_unknown(name) for name in machines):
        return None
    return tuple(machines)


@final
class View:
    """One object before admission.

    `data` is the object as it is applied. `spec` is its VMI spec as the webhook judges it: for a VM with the
    instancetype, the preference and the defaults applied, for a VMI with the defaults, for a pool and a replica set as
    it is written. `metadata` is the template's, likewise. Neither is changed.
    """

    def __init__(
        self,
        owner: Owner,
        data: Mapping[str, Any],
        spec: Mapping[str, Any] | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
        gates: Gates | None = None,
        cluster: AdmissionConfig | None = None,
    ) -> None:
        """Without a spec or metadata those of the object count; without gates or cluster nothing is known of them."""
        self.owner = owner
        self.data = data
        self.spec = self.raw if spec is None else spec
        self.metadata = mapping(data, *owner.value.metadata) if metadata is None else metadata
        self.gates = gates or Gates()
        self.cluster = cluster or AdmissionConfig()

    def of(self, spec: Mapping[str, Any], metadata: Mapping[str, Any]) -> View:
        """The same object with another spec and other metadata."""
        return View(self.owner, self.data, spec, metadata=metadata, gates=self.gates, cluster=self.cluster)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of all fields in the spec. Most checks are about fields that hardly any guest has."""
        return fields(self.spec)

    @cached_property
    def volumes(self) -> _Entries:
        return each(self.spec, "volumes")

    @cached_property
    def networks(self) -> _Entries:
        return each(self.spec, "networks")

    @cached_property
    def disks(self) -> _Entries:
        return each(self.spec, "domain", "devices", "disks")

    @cached_property
    def interfaces(self) -> _Entries:
        return each(self.spec, "domain", "devices", "interfaces")

    @property
    def does(self) -> Behaviour:
        """What the cluster's release does."""
        return self.cluster.does

    @property
    def raw(self) -> Mapping[str, Any]:
        """The VMI spec as it is written."""
        return mapping(self.data, *self.owner.value.spec)

    @property
    def vm(self) -> Mapping[str, Any] | None:
        """The spec of the VM, or of the pool's VMs; None for an object that makes no VMs."""
        path = self.owner.value.vm
        return None if path is None else mapping(self.data, *path)

    def at(self, *path: str | int) -> Path:
        """The path of a field of the VMI spec, from the object's root."""
        return (*self.owner.value.spec, *path)

    def at_vm(self, *path: str | int) -> Path:
        """The path of a field of the VM's own spec."""
        return (*(self.owner.value.vm or ()), *path)

    def at_metadata(self, *path: str | int) -> Path:
        """The path of a field of the template's metadata."""
        return (*self.owner.value.metadata, *path)

    def volume(self, name: str) -> Mapping[str, Any] | None:
        """The last volume of that name; that is the one that KubeVirt finds."""
        return self._volumes.get(name)

    @cached_property
    def _volumes(self) -> Mapping[str, Mapping[str, Any]]:
        return {text(volume, "name"): volume for _, volume in self.volumes}

    def network(self, name: str) -> Mapping[str, Any] | None:
        """The last network of that name, likewise."""
        return self._networks.get(name)

    @cached_property
    def _networks(self) -> Mapping[str, Mapping[str, Any]]:
        return {text(network, "name"): network for _, network in self.networks}

    @cached_property
    def architecture(self) -> str:
        """The architecture of the guest; the default's where none is written, `amd64` where that is not known; "" where
        it is a variable."""
        written = word(self.spec, "architecture")
        return "" if written is None else written or self.cluster.default_architecture or "amd64"

    @property
    def architecture_gate(self) -> str | None:
        """What the architecture depends on: `defaultArchitecture` if neither the object nor the cluster sets it."""
        written = look(self.raw, "architecture") is not None or text(self.spec, "architecture") not in ("", "amd64")
        return None if written or self.cluster.default_architecture else "defaultArchitecture"

    def lacks(self, *gates: str) -> tuple[bool, str | None]:
        """Whether none of the feature gates is on, and the first that may be on, if any.

        A gate that the release does not have yet guards nothing: its field is not there either.
        """
        states = {gate: self.gates.state(gate) for gate in self.living(*gates)}
        if not states or GateState.ON in states.values():
            return False, None
        return True, next((gate for gate, state in states.items() if state is GateState.UNKNOWN), None)

    def living(self, *gates: str) -> tuple[str, ...]:
        """Those of the gates that the release has and does not ignore."""
        return tuple(gate for gate in gates if self.gates.stage(gate) not in (None, "Discontinued"))
