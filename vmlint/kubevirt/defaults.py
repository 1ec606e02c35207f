"""What KubeVirt fills into a VM's template where nothing is set.

Source: KubeVirt `pkg/defaults/defaults.go`, `pkg/network/vmispec/defaults.go`, `pkg/util/util.go`,
`pkg/virt-config/configuration.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.values import clone, ensure, whole
from vmlint.model.access import each, get, mapping, sequence, text
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
    "fill_machine",
    "fill_nested_paging",
    "fill_network",
]

_DOMAIN = ("spec", "domain")
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
    def of(cls, kubevirt: Mapping[str, Any] | None, *, by_operator: bool = False) -> ClusterConfig:
        """What a KubeVirt object configures; None means a cluster that nobody configured.

        With `by_operator` the HyperConverged operator writes the KubeVirt object that is not there: it makes masquerade
        the default binding (kubevirt/hyperconverged-cluster-operator, `getKVConfig`).
        """
        if kubevirt is None:
            return cls(interface="masquerade") if by_operator else cls()
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
            cpu_request=None
            if Quantity.try_parse(request) in (None, _CPU_REQUEST)
            else str(Quantity.try_parse(request)),
            eviction_strategy=text(config, "evictionStrategy") or NO_STRATEGY,
            interface=text(network, "defaultNetworkInterface") or "bridge",
            bridge_permitted=network.get("permitBridgeInterfaceOnPodNetwork") is not False,
            memory_overcommit=whole(get(config, "developerConfiguration", "memoryOvercommit")) or 100,
        )

    def machine(self, architecture: str) -> str:
        """The machine type of an architecture; an unknown one gets that of amd64."""
        return self.machine_type or str(
            self.machine_types.get(architecture) or self.machine_types.get("amd64", _AMD64_MACHINE)
        )


def fill(template: dict[str, Any], config: ClusterConfig, release: Release | None = None) -> Refusal | None:
    """Fill every default into a VM's template, in place. The answer is why KubeVirt refuses to go on, if it does."""
    does = behaviour(release)
    fill_architecture(template, config)
    fill_machine(template, config)
    _fill_requests(template, config, with_memory=not does.leaves_memory_requests)
    if does.guest_memory_by_default:
        _fill_guest_memory(template)
    _fill_topology(template)
    _fill_pull_policies(template)
    if does.eviction_strategy_by_default:
        _fill_eviction_strategy(template, config)
    problem = fill_network(template, config)
    if problem is None:
        fill_disks(template)
    return problem


def fill_architecture(template: dict[str, Any], config: ClusterConfig) -> None:
    """The cluster's architecture, where the VM names none."""
    spec = ensure(template, "spec")
    if not spec.get("architecture"):
        spec["architecture"] = config.architecture


def fill_machine(template: dict[str, Any], config: ClusterConfig) -> None:
    """The machine type of the VM's architecture, where the VM names none."""
    machine = ensure(template, *_DOMAIN, "machine")
    if not machine.get("type"):
        machine["type"] = config.machine(text(template, "spec", "architecture"))


def fill_network(template: dict[str, Any], config: ClusterConfig) -> Refusal | None:
    """A pod network with its interface, where the VM has neither networks nor interfaces and does not decline.

    The answer is why KubeVirt refuses to add one, if it does.
    """
    devices = ensure(template, *_DOMAIN, "devices")
    spec = ensure(template, "spec")
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


def fill_disks(template: dict[str, Any]) -> None:
    """A disk without a target for each volume that no disk and no filesystem names."""
    names = [entry.get("name") for kind in _TARGETS for _, entry in each(template, *_DOMAIN, "devices", kind)]
    known = {name for name in names if isinstance(name, str)}
    missing = [
        name
        for _, volume in each(template, "spec", "volumes")
        if (name := volume.get("name")) not in (known if isinstance(name, str) else names)
    ]
    if not missing:
        return
    devices = ensure(template, *_DOMAIN, "devices")
    disks = devices.get("disks")
    if disks is None or isinstance(disks, list):
        devices["disks"] = [*(disks or ()), *({"name": name} for name in missing)]


def fill_input(template: dict[str, Any]) -> None:
    """An input device, where one is to be attached by itself and the VM has none; a preference may say which."""
    devices = ensure(template, *_DOMAIN, "devices")
    if devices.get("autoattachInputDevice") is True and not devices.get("inputs"):
        devices["inputs"] = [{"name": "default-0"}]


def fill_input_type(template: dict[str, Any]) -> None:
    """The type of input devices that have none: a guest gets a tablet."""
    devices = ensure(template, *_DOMAIN, "devices")
    if isinstance(inputs := devices.get("inputs"), list):
        devices["inputs"] = [_typed(device) if isinstance(device, dict) else device for device in inputs]


def _typed(device: dict[str, Any]) -> dict[str, Any]:
    return device if device.get("type") else {**device, "type": "tablet"}


def _amount(template: Mapping[str, Any], kind: str, resource: str) -> Quantity | None:
    return Quantity.try_parse(get(template, *_DOMAIN, "resources", kind, resource))


def _is_unset(template: Mapping[str, Any], kind: str, resource: str) -> bool:
    """Whether a resource is absent or zero; a variable is neither."""
    value = get(template, *_DOMAIN, "resources", kind, resource)
    amount = Quantity.try_parse(value)
    return value is None or (amount is not None and amount.is_zero)


def _fill_requests(template: dict[str, Any], config: ClusterConfig, *, with_memory: bool) -> None:
    for resource in ("cpu", "memory") if with_memory else ("cpu",):
        if not _is_unset(template, "limits", resource) and _is_unset(template, "requests", resource):
            limit = get(template, *_DOMAIN, "resources", "limits", resource)
            ensure(template, *_DOMAIN, "resources", "requests")[resource] = limit
    if with_memory:
        _fill_memory_request(template, config)
    if config.cpu_request is None or get(template, *_DOMAIN, "resources", "requests", "cpu") is not None:
        return
    if get(template, *_DOMAIN, "cpu", "dedicatedCpuPlacement") is not True:
        ensure(template, *_DOMAIN, "resources", "requests")["cpu"] = config.cpu_request


def _fill_memory_request(template: dict[str, Any], config: ClusterConfig) -> None:
    memory = mapping(template, *_DOMAIN, "memory")
    guest = memory.get("guest")
    if guest is None:
        guest = get(memory, "hugepages", "pageSize")
    amount = Quantity.try_parse(guest)
    if amount is None or amount.value() <= 0 or get(template, *_DOMAIN, "resources", "requests", "memory") is not None:
        return
    if config.memory_overcommit != 100:
        amount = Quantity(amount.value() * 100 // config.memory_overcommit, format=amount.format)
    ensure(template, *_DOMAIN, "resources", "requests")["memory"] = str(amount)


def _fill_guest_memory(template: dict[str, Any]) -> None:
    memory = ensure(template, *_DOMAIN, "memory")
    if memory.get("guest") is not None:
        return
    for kind in ("requests", "limits"):
        if not _is_unset(template, kind, "memory"):
            memory["guest"] = clone(get(template, *_DOMAIN, "resources", kind, "memory"))
            return
    page = get(memory, "hugepages", "pageSize")
    size = Quantity.try_parse(page) if isinstance(page, str) else None
    if size is not None:
        memory["guest"] = str(size)
    elif is_unknown(page):
        memory["guest"] = page


def _fill_topology(template: dict[str, Any]) -> None:
    cpu = ensure(template, *_DOMAIN, "cpu")
    if any(cpu.get(part) for part in ("sockets", "cores", "threads")):
        return
    sockets: int | str = 1
    for kind in ("limits", "requests"):
        value = get(template, *_DOMAIN, "resources", kind, "cpu")
        amount = Quantity.try_parse(value)
        if amount is not None:
            sockets = amount.value() & 0xFFFFFFFF
        elif is_unknown(value):
            sockets = value
        else:
            continue
        break
    cpu.update(sockets=sockets, cores=1, threads=1)


def _fill_pull_policies(template: dict[str, Any]) -> None:
    for volume in sequence(template, "spec", "volumes"):
        disk = get(volume, "containerDisk")
        if not isinstance(disk, dict) or disk.get("imagePullPolicy"):
            continue
        image = text(disk, "image")
        if not is_unknown(image):
            floating = image.endswith(":latest") or not (":" in image or "@" in image)
            disk["imagePullPolicy"] = "Always" if floating else "IfNotPresent"


def _fill_eviction_strategy(template: dict[str, Any], config: ClusterConfig) -> None:
    spec = ensure(template, "spec")
    if spec.get("evictionStrategy") is None:
        spec["evictionStrategy"] = config.eviction_strategy


def fill_nested_paging(template: dict[str, Any]) -> None:
    """The CPU feature `vmx`, which Hyper-V's `evmcs` requires; only a VirtualMachineInstance gets it.

    Source: KubeVirt `pkg/defaults/hyperv.go` (setEVMCSDependency).
    """
    evmcs = get(template, *_DOMAIN, "features", "hyperv", "evmcs")
    if not isinstance(evmcs, dict) or evmcs.get("enabled") not in (None, True):
        return
    cpu = ensure(template, *_DOMAIN, "cpu")
    features = [dict(feature) if isinstance(feature, dict) else feature for feature in sequence(cpu, "features")]
    vmx = next((feature for feature in features if isinstance(feature, dict) and feature.get("name") == "vmx"), None)
    if vmx is None:
        features.append({"name": "vmx", "policy": "require"})
    else:
        vmx["policy"] = "require"
    cpu["features"] = features
