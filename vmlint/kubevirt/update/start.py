"""The VirtualMachineInstance that a VM becomes when it starts.

What `kubevirt/apply.py` gives is completed here by what the webhook for VirtualMachineInstances fills in. Sources:
KubeVirt `pkg/defaults` (SetDefaultVirtualMachineInstance), `staging/src/kubevirt.io/api/core/v1` (SetObjectDefaults_
VirtualMachineInstance).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.memory import hotplug_flaw
from vmlint.kubevirt.update.rollout import Rollout
from vmlint.kubevirt.update.volumes import is_hotpluggable
from vmlint.kubevirt.values import ensure, whole
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.quantity import Format, Quantity
from vmlint.source.clone import clone

__all__ = ["start"]

_MOST_VCPUS = 512
_MAX_SOCKETS: Path = ("domain", "cpu", "maxSockets")
_MAX_GUEST: Path = ("domain", "memory", "maxGuest")
_BUSES = {"amd64": "sata", "arm64": "virtio", "s390x": "virtio"}
_DEVICES = ("disk", "cdrom", "lun")
_TIMERS = ("hpet", "kvm", "pit", "rtc", "hyperv")
_FEATURES = ("apic", "smm", "pvspinlock")
_HYPERV = (
    "relaxed",
    "vapic",
    "spinlocks",
    "vpindex",
    "runtime",
    "synic",
    "synictimer",
    "reset",
    "vendorid",
    "frequencies",
    "reenlightenment",
    "tlbflush",
    "ipi",
    "evmcs",
)
_HYPERV_PARTS = (("synictimer", "direct"), ("tlbflush", "direct"), ("tlbflush", "extended"))
_HYPERV_NEEDS = (
    ("evmcs", "vapic"),
    ("ipi", "vpindex"),
    ("tlbflush", "vpindex"),
    ("synictimer", "synic"),
    ("synic", "vpindex"),
)
"""What a Hyper-V feature needs, those first on which none depends."""
_PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}


def start(template: Mapping[str, Any], rollout: Rollout) -> Guest:
    """The guest that a VM's expanded template becomes; see `Copies.started`."""
    spec: dict[str, Any] = clone(mapping(template, "spec"))
    _fill_features(spec)
    _fill_clock(spec)
    _fill_disks(spec)
    _fill_devices(spec)
    for probe in ("livenessProbe", "readinessProbe"):
        if isinstance(spec.get(probe), dict):
            for key, value in _PROBE.items():
                spec[probe][key] = max(whole(spec[probe].get(key)) or 0, 0) or value
    cpu = ensure(spec, "domain", "cpu")
    cpu["model"] = cpu.get("model") or ("host-passthrough" if _is_arm64(spec) else rollout.cpu_model)
    configured = {path for path in (_MAX_SOCKETS, _MAX_GUEST) if get(spec, *path)}
    if rollout.live_update and not _is_arm64(spec):
        _make_room(spec, rollout)
    booted_with = Quantity.try_parse(get(spec, "domain", "memory", "guest"))
    hot = {text(volume, "name") for _, volume in each(spec, "volumes") if is_hotpluggable(volume)}
    computed = frozenset((_MAX_SOCKETS, _MAX_GUEST)) - configured
    return Guest(spec, clone(mapping(template, "metadata")), booted_with, hot, computed)


def _is_arm64(spec: Mapping[str, Any]) -> bool:
    return spec.get("architecture") == "arm64"


def _make_room(spec: dict[str, Any], rollout: Rollout) -> None:
    """The sockets and the memory that the guest can grow to without a restart."""
    cpu, memory = ensure(spec, "domain", "cpu"), ensure(spec, "domain", "memory")
    sockets = whole(cpu.get("sockets")) or 0
    if not whole(cpu.get("maxSockets")):
        cpu["maxSockets"] = max(rollout.max_sockets, sockets) if rollout.max_sockets else _by_ratio(cpu, rollout.ratio)
    if memory.get("maxGuest") is not None:
        return
    most = rollout.max_guest
    guest = Quantity.try_parse(memory.get("guest"))
    if most is None and guest is not None:
        most = Quantity(guest.value() * rollout.ratio, format=Format.BINARY)
    if hotplug_flaw(spec, most) is None:
        memory["maxGuest"] = str(most)


def _by_ratio(cpu: Mapping[str, Any], ratio: int) -> int:
    sockets, cores, threads = (whole(cpu.get(part)) or 0 for part in ("sockets", "cores", "threads"))
    most = sockets * ratio
    if most * cores * threads > _MOST_VCPUS:
        return max(_MOST_VCPUS // (cores * threads), sockets)
    return most


def _fill_features(spec: dict[str, Any]) -> None:
    features = ensure(spec, "domain", "features")
    ensure(features, "acpi").setdefault("enabled", True)
    for name in _FEATURES:
        if isinstance(features.get(name), dict):
            features[name].setdefault("enabled", True)
    hyperv = features.get("hyperv")
    if not isinstance(hyperv, dict):
        return
    for path in (*((name,) for name in _HYPERV), *_HYPERV_PARTS):
        if isinstance(part := get(hyperv, *path), dict):
            part.setdefault("enabled", True)
    if get(hyperv, "spinlocks", "enabled") is True:
        hyperv["spinlocks"].setdefault("spinlocks", 4096)
    for name, needed in _HYPERV_NEEDS:
        if get(hyperv, name, "enabled") is True and get(hyperv, needed, "enabled") is None:
            ensure(hyperv, needed)["enabled"] = True


def _fill_clock(spec: dict[str, Any]) -> None:
    for name in _TIMERS:
        if isinstance(timer := get(spec, "domain", "clock", "timer", name), dict):
            timer.setdefault("present", True)


def _fill_disks(spec: dict[str, Any]) -> None:
    bus = _BUSES.get(text(spec, "architecture"), _BUSES["amd64"])
    for disk in _entries(spec, "domain", "devices", "disks"):
        if not any(isinstance(disk.get(device), dict) for device in _DEVICES):
            disk["disk"] = {}
        for device in _DEVICES:
            if isinstance(disk.get(device), dict):
                disk[device]["bus"] = disk[device].get("bus") or bus
        if isinstance(drive := disk.get("cdrom"), dict):
            drive.setdefault("readonly", True)
            drive["tray"] = drive.get("tray") or "closed"
        if isinstance(match := get(disk, "blockSize", "matchVolume"), dict):
            match.setdefault("enabled", True)


def _fill_devices(spec: dict[str, Any]) -> None:
    for device in _entries(spec, "domain", "devices", "inputs"):
        device["bus"] = device.get("bus") or "usb"
        device["type"] = device.get("type") or "tablet"
    for gpu in _entries(spec, "domain", "devices", "gpus"):
        if isinstance(frame := get(gpu, "virtualGPUOptions", "display", "ramFB"), dict):
            frame.setdefault("enabled", True)
    watchdog = get(spec, "domain", "devices", "watchdog")
    if isinstance(watchdog, dict) and text(spec, "architecture") in ("", "amd64"):
        card = ensure(watchdog, "i6300esb")
        card["action"] = card.get("action") or "reset"


def _entries(spec: dict[str, Any], *path: str) -> Iterator[dict[str, Any]]:
    yield from (entry for entry in sequence(spec, *path) if isinstance(entry, dict))
