"""What KubeVirt fills into a VM's template where nothing is set.

Source: KubeVirt `pkg/defaults/defaults.go`, `pkg/network/vmispec/defaults.go`, `pkg/util/util.go`,
`pkg/virt-config/configuration.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.values import Draft, whole
from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Record

__all__ = [
    "NO_STRATEGY",
    "ClusterConfig",
    "fill",
    "fill_architecture",
    "fill_disks",
    "fill_input",
    "fill_input_type",
    "fill_machine",
    "fill_nested_paging",
    "fill_network",
]

_SPEC = ("spec",)
_DOMAIN = ("spec", "domain")
_DEVICES = (*_DOMAIN, "devices")
_CPU = (*_DOMAIN, "cpu")
_MACHINE = (*_DOMAIN, "machine")
_MEMORY = (*_DOMAIN, "memory")
_REQUESTS = (*_DOMAIN, "resources", "requests")
_MACHINES = {"arm64": "virt", "s390x": "s390-ccw-virtio"}
_AMD64_MACHINE = "q35"
_CPU_REQUEST = Quantity.parse("100m")
_TARGETS = ("disks", "filesystems")


NO_STRATEGY = "None"
"""The eviction strategy of a cluster whose KubeVirt object names none."""


class ClusterConfig(Record):
    """The configuration that defaults are taken from."""

    architecture: str = "amd64"
    machine_type: str = ""
    machine_types: Mapping[str, Any] = _MACHINES
    cpu_request: str | None = None
    eviction_strategy: str = NO_STRATEGY
    interface: str = "bridge"
    bridge_permitted: bool = True
    memory_overcommit: int = 100

    @classmethod
    def of(cls, kubevirt: Mapping[str, Any] | None, operator: Mapping[str, Any] | None = None) -> ClusterConfig:
        """What a KubeVirt object configures; None means a cluster that nobody configured.

        `operator` is the HyperConverged object whose operator writes the KubeVirt object that is not there: it makes
        masquerade the default binding, and copies what its own object sets
        (kubevirt/hyperconverged-cluster-operator, `getKVConfig`).
        """
        if kubevirt is None:
            return cls() if operator is None else cls._of_operator(mapping(operator, "spec"))
        config = mapping(kubevirt, "spec", "configuration")
        network = mapping(config, "network")
        types = {
            arch: get(config, "architectureConfiguration", arch, "machineType") or _MACHINES.get(arch, _AMD64_MACHINE)
            for arch in ("amd64", *_MACHINES)
        }
        request = config.get("cpuRequest")
        return cls(
            # The operator writes it into the status from the nodes that it finds; few files hold one.
            architecture=text(kubevirt, "status", "defaultArchitecture") or "amd64",
            machine_type=text(config, "machineType"),
            machine_types=types,
            cpu_request=_cpu_request(request),
            eviction_strategy=text(config, "evictionStrategy") or NO_STRATEGY,
            interface=text(network, "defaultNetworkInterface") or "bridge",
            bridge_permitted=network.get("permitBridgeInterfaceOnPodNetwork") is not False,
            memory_overcommit=whole(get(config, "developerConfiguration", "memoryOvercommit")) or 100,
        )

    @classmethod
    def _of_operator(cls, spec: Mapping[str, Any]) -> ClusterConfig:
        """What the spec of a HyperConverged object configures. The eviction strategy that it does not set depends on
        the number of nodes."""
        return cls(
            eviction_strategy=text(spec, "evictionStrategy") or NO_STRATEGY,
            interface="masquerade",
            memory_overcommit=whole(get(spec, "higherWorkloadDensity", "memoryOvercommitPercentage")) or 100,
        )

    def machine(self, architecture: str) -> str:
        """The machine type of an architecture; an unknown one gets that of amd64."""
        return self.machine_type or str(
            self.machine_types.get(architecture) or self.machine_types.get("amd64", _AMD64_MACHINE)
        )


def _cpu_request(written: Any) -> str | None:
    """What each vCPU requests where that is not the usual amount."""
    amount = Quantity.try_parse(written)
    return None if amount in (None, _CPU_REQUEST) else str(amount)


def fill(draft: Draft, config: ClusterConfig, release: Release | None = None) -> Refusal | None:
    """Fill every default into a VM's template. The answer is why KubeVirt refuses to go on, if it does."""
    does = behaviour(release)
    fill_architecture(draft, config)
    fill_machine(draft, config)
    _fill_requests(draft, config, with_memory=not does.leaves_memory_requests)
    if does.guest_memory_by_default:
        _fill_guest_memory(draft)
    _fill_topology(draft)
    _fill_pull_policies(draft)
    if does.eviction_strategy_by_default:
        _fill_eviction_strategy(draft, config)
    problem = fill_network(draft, config)
    if problem is None:
        fill_disks(draft)
    return problem


def fill_architecture(draft: Draft, config: ClusterConfig) -> None:
    """The cluster's architecture, where the VM names none."""
    spec = draft.at(_SPEC)
    if not spec.get("architecture"):
        spec["architecture"] = config.architecture


def fill_machine(draft: Draft, config: ClusterConfig) -> None:
    """The machine type of the VM's architecture, where the VM names none."""
    machine = draft.at(_MACHINE)
    if not machine.get("type"):
        machine["type"] = config.machine(text(draft.data, "spec", "architecture"))


def fill_network(draft: Draft, config: ClusterConfig) -> Refusal | None:
    """A pod network with its interface, where the VM has neither networks nor interfaces and does not decline.

    The answer is why KubeVirt refuses to add one, if it does.
    """
    devices, spec = draft.at(_DEVICES), draft.at(_SPEC)
    if devices.get("autoattachPodInterface") is False or spec.get("networks") or devices.get("interfaces"):
        return None
    if config.interface == "bridge" and not config.bridge_permitted:
        return _no_interface(Applying.BRIDGE_NOT_PERMITTED)
    if config.interface == "slirp":
        return _no_interface(Applying.SLIRP_REMOVED)
    if config.interface in ("bridge", "masquerade"):
        devices["interfaces"] = [{"name": "default", config.interface: {}}]
    spec["networks"] = [{"name": "default", "pod": {}}]
    return None


def _no_interface(code: Applying) -> Refusal:
    return Refusal(code, ("spec", "domain", "devices", "interfaces"))


def fill_disks(draft: Draft) -> None:
    """A disk without a target for each volume that no disk and no filesystem names."""
    written = mapping(draft.data, *_DEVICES)
    targets = [entry for kind in _TARGETS for entry in sequence(written, kind)]
    names = [entry.get("name") for entry in targets if isinstance(entry, dict)]
    known = {name for name in names if isinstance(name, str)}
    missing = [
        name
        for volume in sequence(draft.data, "spec", "volumes")
        if isinstance(volume, dict) and (name := volume.get("name")) not in (known if isinstance(name, str) else names)
    ]
    if not missing:
        return
    devices = draft.at(_DEVICES)
    disks = devices.get("disks")
    if disks is None or isinstance(disks, list):
        devices["disks"] = [*(disks or ()), *({"name": name} for name in missing)]


def fill_input(draft: Draft) -> None:
    """An input device, where one is to be attached by itself and the VM has none; a preference may say which."""
    devices = draft.at(_DEVICES)
    if devices.get("autoattachInputDevice") is True and not devices.get("inputs"):
        devices["inputs"] = [{"name": "default-0"}]


def fill_input_type(draft: Draft) -> None:
    """The type of input devices that have none: a guest gets a tablet."""
    if inputs := sequence(draft.data, *_DEVICES, "inputs"):
        draft.at(_DEVICES)["inputs"] = [_typed(device) if isinstance(device, dict) else device for device in inputs]


def _typed(device: dict[str, Any]) -> dict[str, Any]:
    return device if device.get("type") else {**device, "type": "tablet"}


def _is_unset(value: Any) -> bool:
    """Whether the value of a resource is absent or zero; a variable is neither."""
    if value is None:
        return True
    amount = Quantity.try_parse(value)
    return amount is not None and amount.is_zero


def _fill_requests(draft: Draft, config: ClusterConfig, *, with_memory: bool) -> None:
    resources = mapping(draft.data, *_DOMAIN, "resources")
    limits = mapping(resources, "limits")
    for resource in ("cpu", "memory") if with_memory and limits else ("cpu",) if limits else ():
        if not _is_unset(limits.get(resource)) and _is_unset(get(resources, "requests", resource)):
            draft.at(_REQUESTS)[resource] = limits[resource]
    if with_memory:
        _fill_memory_request(draft, config)
    if config.cpu_request is None or get(draft.data, *_REQUESTS, "cpu") is not None:
        return
    if get(draft.data, *_CPU, "dedicatedCpuPlacement") is not True:
        draft.at(_REQUESTS)["cpu"] = config.cpu_request


def _fill_memory_request(draft: Draft, config: ClusterConfig) -> None:
    memory = mapping(draft.data, *_MEMORY)
    guest = memory.get("guest")
    if guest is None:
        guest = get(memory, "hugepages", "pageSize")
    amount = Quantity.try_parse(guest)
    if amount is None or amount.value() <= 0 or get(draft.data, *_REQUESTS, "memory") is not None:
        return
    if config.memory_overcommit != 100:
        amount = Quantity(amount.value() * 100 // config.memory_overcommit, format=amount.format)
    draft.at(_REQUESTS)["memory"] = str(amount)


def _fill_guest_memory(draft: Draft) -> None:
    memory = draft.at(_MEMORY)
    if memory.get("guest") is not None:
        return
    for kind in ("requests", "limits"):
        if not _is_unset(amount := get(draft.data, *_DOMAIN, "resources", kind, "memory")):
            memory["guest"] = amount
            return
    page = get(memory, "hugepages", "pageSize")
    size = Quantity.try_parse(page) if isinstance(page, str) else None
    if size is not None:
        memory["guest"] = str(size)
    elif is_unknown(page):
        memory["guest"] = page


def _fill_topology(draft: Draft) -> None:
    cpu = draft.at(_CPU)
    if cpu.get("sockets") or cpu.get("cores") or cpu.get("threads"):
        return
    sockets: int | str = 1
    for kind in ("limits", "requests"):
        value = get(draft.data, *_DOMAIN, "resources", kind, "cpu")
        amount = Quantity.try_parse(value)
        if amount is not None:
            sockets = amount.value() & 0xFFFFFFFF
        elif is_unknown(value):
            sockets = value
        else:
            continue
        break
    cpu.update(sockets=sockets, cores=1, threads=1)


def _fill_pull_policies(draft: Draft) -> None:
    volumes = sequence(draft.data, "spec", "volumes")
    if any(isinstance(volume, dict) and "containerDisk" in volume for volume in volumes):
        draft.at(_SPEC)["volumes"] = [_with_policy(volume) for volume in volumes]


def _with_policy(volume: Any) -> Any:
    disk = get(volume, "containerDisk")
    if not isinstance(disk, dict) or disk.get("imagePullPolicy"):
        return volume
    image = text(disk, "image")
    if is_unknown(image):
        return volume
    floating = image.endswith(":latest") or not (":" in image or "@" in image)
    return {**volume, "containerDisk": {**disk, "imagePullPolicy": "Always" if floating else "IfNotPresent"}}


def _fill_eviction_strategy(draft: Draft, config: ClusterConfig) -> None:
    spec = draft.at(_SPEC)
    if spec.get("evictionStrategy") is None:
        spec["evictionStrategy"] = config.eviction_strategy


def fill_nested_paging(draft: Draft) -> None:
    """The CPU feature `vmx`, which Hyper-V's `evmcs` requires; only a VirtualMachineInstance gets it.

    Source: KubeVirt `pkg/defaults/hyperv.go` (setEVMCSDependency).
    """
    evmcs = get(draft.data, *_DOMAIN, "features", "hyperv", "evmcs")
    if not isinstance(evmcs, dict) or evmcs.get("enabled") not in (None, True):
        return
    cpu = draft.at(_CPU)
    features = [dict(feature) if isinstance(feature, dict) else feature for feature in sequence(cpu, "features")]
    vmx = next((feature for feature in features if isinstance(feature, dict) and feature.get("name") == "vmx"), None)
    if vmx is None:
        features.append({"name": "vmx", "policy": "require"})
    else:
        vmx["policy"] = "require"
    cpu["features"] = features
