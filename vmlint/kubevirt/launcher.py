"""What the pod of a guest asks for: the memory that KubeVirt needs besides the guest's, requests and limits.

The other containers of the pod (container disks, sidecars, the log of the guest's console) ask for little, and are left
out: a quota without room for what is reckoned here has no room for the pod.

Sources: KubeVirt `pkg/hypervisor/kvm/hypervisorbackend.go` (GetMemoryOverhead, up to 1.7 in the following),
`pkg/virt-controller/services/renderresources.go` (WithMemoryRequests, WithMemoryOverhead, WithHugePages,
WithoutDedicatedCPU, WithCPUPinning, WithAutoMemoryLimits, WithEphemeralStorageRequest),
`pkg/network/resources/memory.go`, of the tags v1.0.0 to v1.9.0 and of the main branch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import UNDECIDED, amount, flag, has, look, whole, word
from vmlint.kubevirt.releases import MAIN, Release
from vmlint.model.access import each, get, mapping, text
from vmlint.model.quantity import Format, Quantity
from vmlint.record import Record

__all__ = ["Launcher", "LauncherConfig", "launcher", "memory_overhead", "vcpus_of"]

_DOMAIN = ("spec", "domain")
_DEVICES = (*_DOMAIN, "devices")
_RESOURCES = (*_DOMAIN, "resources")
_MEMORY = (*_DOMAIN, "memory")
_MI = 1 << 20
_GI = 1 << 30
_DEFAULT_RATIO = 10
_DISK_SPACE = "ephemeral-storage"
_OWN_DISK_SPACE = Quantity.parse("50M")
_ZERO = Quantity(0)


class LauncherConfig(Record):
    """What a cluster's configuration has to do with launcher pods."""

    overhead_ratio: float = 1.0
    """`additionalGuestMemoryOverheadRatio`."""
    cpu_ratio: int = _DEFAULT_RATIO
    """`developerConfiguration.cpuAllocationRatio`: vCPUs for each CPU that is requested."""
    memory_overcommit: int = 100
    """`developerConfiguration.memoryOvercommit`, in percent."""
    bindings: Mapping[str, int] = {}
    """The memory that each registered network binding adds, in bytes."""
    release: Release | None = None
    """None for the main branch."""
    limited: frozenset[str] = frozenset()
    """The resources whose limits a quota of the namespace counts: `cpu`, `memory`. KubeVirt then sets a limit."""
    limit_ratio: float = 2.0
    """What an automatic memory limit is of the request: the namespace's label."""

    @classmethod
    def of(cls, kubevirt: Mapping[str, Any] | None, release: Release | None) -> LauncherConfig | None:
        """The configuration of a KubeVirt object, None for one that nobody configured; None where a value is not
        known."""
        configuration = mapping(kubevirt, "spec", "configuration")
        ratio = word(configuration, "additionalGuestMemoryOverheadRatio")
        cpu = whole(configuration, "developerConfiguration", "cpuAllocationRatio")
        overcommit = whole(configuration, "developerConfiguration", "memoryOvercommit")
        if ratio is None or cpu is None or overcommit is None:
            return None
        try:
            factor = float(ratio) if ratio else 1.0
        except ValueError:
            factor = 1.0
        registered = mapping(configuration, "network", "binding")
        added = {
            name: amount(plugin, "computeResourceOverhead", "requests", "memory") for name, plugin in registered.items()
        }
        return cls(
            overhead_ratio=factor if math.isfinite(factor) else 1.0,
            cpu_ratio=cpu or _DEFAULT_RATIO,
            memory_overcommit=overcommit or 100,
            bindings={name: memory.value() for name, memory in added.items() if memory is not None},
            release=release,
        )


class Launcher(Record):
    """The pod's memory besides the guest's in bytes, and the requests and limits of its main container."""

    overhead: int
    requests: Mapping[str, Quantity]
    limits: Mapping[str, Quantity]


def memory_overhead(template: Mapping[str, Any], config: LauncherConfig) -> int | None:
    """The memory in bytes that KubeVirt needs besides the guest's; None where a variable decides it.

    `template` is the whole `spec.template`, as the guest starts.
    """
    parts = [*_parts(template, config)]
    if any(part is None for part in parts):
        return None
    release = config.release or MAIN
    late = _late(template, config) if not release.serves((1, 6)) else 0
    total = sum(part for part in parts if part is not None)
    if config.overhead_ratio != 1.0:
        total += int(_kilo(total) * (config.overhead_ratio - 1.0)) * 1000
    return total + late + _plugins(template, config)


def _kilo(number: int) -> int:
    """Bytes in thousands, rounded up."""
    return -(-number // 1000)


def _parts(template: Mapping[str, Any], config: LauncherConfig) -> Iterator[int | None]:
    """What is added up before the ratio is applied, in KubeVirt's order."""
    release = config.release or MAIN
    request = amount(template, *_RESOURCES, "requests", "memory")
    yield None if request is None else _kilo(request.value()) * 1000 // 512  # page tables
    yield 125 * _MI  # virt-launcher and its monitor
    yield (65 if release.serves((1, 5)) else 55) * _MI  # virtlogd and virtqemud
    yield (50 if release.serves(MAIN[:2]) else 30) * _MI  # QEMU
    count = vcpus_of(template)
    yield None if count is None else 8 * _MI * max(count, 1)
    yield 8 * _MI  # the I/O thread
    graphics = flag(template, *_DEVICES, "autoattachGraphicsDevice", default=True)
    yield None if graphics is None else graphics * (32 if release.serves((1, 6)) else 16) * _MI
    architecture = word(template, "spec", "architecture")
    yield None if architecture is None else (architecture == "arm64") * 128 * _MI
    yield _has_vfio(template) * _GI
    yield any(has(volume, "downwardMetrics") for _, volume in each(template, "spec", "volumes")) * _MI
    probes = [bool(has(template, "spec", probe, "exec")) for probe in ("livenessProbe", "readinessProbe")]
    yield (sum(probes) * 10 + any(probes) * 100) * _MI
    kinds = ("sev", "snp") if release.serves((1, 7)) else ("sev",)
    yield any(has(template, *_DOMAIN, "launchSecurity", kind) for kind in kinds) * 256 * _MI
    yield _has_tpm(template, release) * 53 * _MI
    if release.serves((1, 6)):
        yield _late(template, config)
    if release.serves((1, 8)):
        added = amount(template, *_MEMORY, "reservedOverhead", "addedOverhead")
        yield None if added is None else added.value()
    if not release.serves((1, 3)):
        open_to_all = (nic for _, nic in each(template, *_DEVICES, "interfaces") if not get(nic, "ports"))
        yield sum(has(nic, "passt") is True for nic in open_to_all) * 800 * _MI


def _late(template: Mapping[str, Any], config: LauncherConfig) -> int:
    """What dedicated CPUs or guaranteed quality of service add; from 1.2 to 1.5 after the ratio."""
    if not (config.release or MAIN).serves((1, 2)):
        return 0
    dedicated = flag(template, *_DOMAIN, "cpu", "dedicatedCpuPlacement")
    return (bool(dedicated) or _is_guaranteed(template)) * 100 * _MI


def _is_guaranteed(template: Mapping[str, Any]) -> bool:
    memory, cpu = (
        [amount(template, *_RESOURCES, kind, name) or _ZERO for kind in ("requests", "limits")]
        for name in ("memory", "cpu")
    )
    wanted = (memory[0].is_zero and not memory[1].is_zero) or (not memory[0].is_zero and memory[0] == memory[1])
    return wanted and not cpu[0].is_zero and cpu[0] == cpu[1]


def vcpus_of(template: Mapping[str, Any]) -> int | None:
    """The guest's vCPUs; a part of the topology that is not written counts nothing."""
    parts = [whole(template, *_DOMAIN, "cpu", part) for part in ("cores", "sockets", "threads")]
    if any(part is None for part in parts):
        return None
    written = [part for part in parts if part]
    return math.prod(written) if written else 0


def _has_vfio(template: Mapping[str, Any]) -> bool:
    devices = any(look(template, *_DEVICES, kind) for kind in ("gpus", "hostDevices"))
    return devices or any(has(nic, "sriov") for _, nic in each(template, *_DEVICES, "interfaces"))


def _has_tpm(template: Mapping[str, Any], release: Release) -> bool:
    enabled = flag(template, *_DEVICES, "tpm", "enabled", default=True) if release.serves((1, 6)) else True
    return bool(has(template, *_DEVICES, "tpm") and enabled)


def _plugins(template: Mapping[str, Any], config: LauncherConfig) -> int:
    """What network bindings add, each once; since 1.3."""
    release = config.release or MAIN
    if not release.serves((1, 3)):
        return 0
    nics = [nic for _, nic in each(template, *_DEVICES, "interfaces")]
    passt = release.serves((1, 8)) and any(has(nic, "passtBinding") for nic in nics)
    return sum(config.bindings.get(name, 0) for name in {text(nic, "binding", "name") for nic in nics}) + passt * _PASST


_PASST = 250 * _MI


def launcher(template: Mapping[str, Any], config: LauncherConfig) -> Launcher | None:
    """The requests and limits of a guest's pod; None where a variable decides them.

    `template` is the whole `spec.template`, as the guest starts.
    """
    overhead = memory_overhead(template, config)
    if overhead is None:
        return None
    requests, limits = (_written(template, kind) for kind in ("requests", "limits"))
    count, threads = vcpus_of(template), whole(template, *_DOMAIN, "ioThreads", "supplementalPoolThreadCount")
    guest = _guest_memory(template)
    dedicated = flag(template, *_DOMAIN, "cpu", "dedicatedCpuPlacement")
    isolated = flag(template, *_DOMAIN, "cpu", "isolateEmulatorThread")
    pages = look(template, *_MEMORY, "hugepages", "pageSize")
    unknown = (requests, limits, count, threads, guest, dedicated, isolated)
    if pages is UNDECIDED or any(value is None for value in unknown):
        return None
    assert requests is not None and limits is not None and count is not None and threads is not None
    if not (config.release or MAIN).serves((1, 5)):
        threads = 0
    _request_memory(requests, limits, guest or _ZERO, config)
    if dedicated:
        _pin(requests, limits, count, threads, bool(isolated))
    else:
        _share(requests, limits, count + threads, config)
    if isinstance(pages, str):
        _take_pages(requests, limits, guest or _ZERO, pages, overhead)
    else:
        if not flag(template, *_RESOURCES, "overcommitGuestOverhead"):
            requests["memory"] = requests.get("memory", _ZERO) + _bytes(overhead)
        if "memory" in limits:
            limits["memory"] += _bytes(overhead)
    if "memory" in config.limited and "memory" not in limits:
        limits["memory"] = _bytes(int(requests["memory"].value() * config.limit_ratio))
    requests[_DISK_SPACE] = requests.get(_DISK_SPACE, _ZERO) + _OWN_DISK_SPACE
    if _DISK_SPACE in limits:
        limits[_DISK_SPACE] += _OWN_DISK_SPACE
    for name in _devices(template):
        for amounts in (requests, limits):
            amounts[name] = amounts.get(name, _ZERO) + Quantity(1)
    return Launcher(overhead, requests, limits)


def _bytes(number: int) -> Quantity:
    return Quantity(number, format=Format.BINARY)


def _written(template: Mapping[str, Any], kind: str) -> dict[str, Quantity] | None:
    """The amounts that the guest asks for itself; None where one can't be read."""
    found = {name: amount(template, *_RESOURCES, kind, name) for name in mapping(template, *_RESOURCES, kind)}
    return None if None in found.values() else {name: value for name, value in found.items() if value is not None}


def _guest_memory(template: Mapping[str, Any]) -> Quantity | None:
    if look(template, *_MEMORY, "guest") is not None:
        return amount(template, *_MEMORY, "guest")
    return amount(template, *_MEMORY, "hugepages", "pageSize")


def _request_memory(
    requests: dict[str, Quantity], limits: Mapping[str, Quantity], guest: Quantity, config: LauncherConfig
) -> None:
    """The guest's memory where no request is written, less the cluster's overcommitment; a limit goes before it."""
    if requests.get("memory", _ZERO).is_zero and not limits.get("memory", _ZERO).is_zero:
        requests["memory"] = limits["memory"]
    elif "memory" not in requests and guest.value() > 0:
        overcommitted = Quantity(guest.value() * 100 // config.memory_overcommit, format=guest.format)
        requests["memory"] = guest if config.memory_overcommit == 100 else overcommitted


def _pin(requests: dict[str, Quantity], limits: dict[str, Quantity], count: int, threads: int, isolated: bool) -> None:
    """Dedicated CPUs: whole ones, as many requested as allowed."""
    if count:
        requests["cpu"] = limits["cpu"] = Quantity(count + threads)
    if isolated:
        for amounts in (requests, limits):
            amounts["cpu"] = amounts.get("cpu", _ZERO) + Quantity(1)
    if "memory" in requests:
        limits["memory"] = requests["memory"]


def _share(requests: dict[str, Quantity], limits: dict[str, Quantity], count: int, config: LauncherConfig) -> None:
    """Shared CPUs: a part of one for each vCPU, unless the guest overrides it."""
    if not count:
        return
    share = -(-count * 1000 // config.cpu_ratio)  # rounded up
    requests.setdefault("cpu", Quantity.parse(f"{share}m"))
    if "cpu" in config.limited:
        limits.setdefault("cpu", Quantity(count))


def _take_pages(
    requests: dict[str, Quantity], limits: dict[str, Quantity], guest: Quantity, size: str, overhead: int
) -> None:
    """Huge pages hold the guest; of plain memory no more is asked for than the rest."""
    requested = requests.get("memory", _ZERO)
    pages = guest if requested.value() > guest.value() else requested
    requests[f"hugepages-{size}"] = limits[f"hugepages-{size}"] = pages
    requests["memory"] = _bytes(max(requested.value() - guest.value(), 0) + overhead)
    if "memory" in limits:
        limits["memory"] = _bytes(max(limits["memory"].value() - guest.value(), 0) + overhead)


def _devices(template: Mapping[str, Any]) -> Iterator[str]:
    """The resource names of devices, each as often as it is asked for."""
    for kind in ("gpus", "hostDevices"):
        for _, device in each(template, *_DEVICES, kind):
            if (name := text(device, "deviceName")) and device.get("claimName") is None:
                yield name
