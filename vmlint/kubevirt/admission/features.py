"""Fields that count only with a feature gate; the object is refused while the gate is off.

Sources: KubeVirt `vmi-create-admitter.go`, `pkg/network/admitter`, `pkg/dra/admitter`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from vmlint.kubevirt.admission.reading import flag, found, has, names, word
from vmlint.kubevirt.admission.view import Owner, View
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Code", "check"]

_DEVICES = ("domain", "devices")
_IGNITION = "kubevirt.io/ignitiondata"
_SIDECARS = "hooks.kubevirt.io/hookSidecars"
_MULTI_ARCHITECTURE = "MultiArchitecture"
_CONFIG_VOLUMES = ("configMap", "secret", "serviceAccount", "downwardAPI")


class Code(Codes):
    """What needs a feature gate that is off."""

    NUMA_PASSTHROUGH = "features/numa-passthrough"
    PASST_BINDING = "features/passt-binding"
    NETWORK_CLAIM = "features/network-claim"
    PORT_RANGES = "features/port-ranges"
    GPU_CLAIM = "features/gpu-claim"
    HOST_DEVICE_CLAIM = "features/host-device-claim"
    EMPTY_CDROM = "features/empty-cdrom"
    METRICS_VOLUME = "features/metrics-volume"
    HOST_DISK = "features/host-disk"
    HOST_DEVICES = "features/host-devices"
    SEV = "features/sev"
    TDX = "features/tdx"
    ENCRYPTION = "features/encryption"
    SECURE_EXECUTION = "features/secure-execution"
    PERSISTENT_TPM = "features/persistent-tpm"
    PERSISTENT_VARIABLES = "features/persistent-variables"
    VSOCK = "features/vsock"
    RESERVATION = "features/reservation"
    METRICS_DEVICE = "features/metrics-device"
    STORAGE_FILESYSTEM = "features/storage-filesystem"
    CONFIG_FILESYSTEM = "features/config-filesystem"
    VIDEO = "features/video"
    PANIC_DEVICES = "features/panic-devices"
    REBOOT_POLICY = "features/reboot-policy"
    RESERVED_OVERHEAD = "features/reserved-overhead"
    ANNOTATION = "features/annotation"
    ARCHITECTURE = "features/architecture"


class _Gated(Record):
    """The gates of which one must be on, the field that needs it, and where that is used: a path, or a search."""

    code: Code
    gates: tuple[str, ...]
    field: str
    where: Path | Callable[[View], Iterator[Path]]


def _is_set(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list | str) and bool(value) and not is_unknown(value))


def _there(path: Path) -> Callable[[View], Iterator[Path]]:
    """A field that counts even where it is an empty list; KubeVirt writes none into VMs and their guests."""

    def search(view: View) -> Iterator[Path]:
        if has(view.spec, *path):
            yield view.at(*path)

    return search


def _true(path: Path) -> Callable[[View], Iterator[Path]]:
    return lambda view: (view.at(*place) for place, value in found(view.spec, path) if value is True)


def _interfaces(field: str) -> Callable[[View], Iterator[Path]]:
    pattern = (*_DEVICES, "interfaces", "*", field)
    return lambda view: (view.at(*place[:-1]) for place, value in found(view.spec, pattern) if _is_set(value))


def _empty_cdrom(view: View) -> Iterator[Path]:
    volumes = names(view.spec, "volumes")
    for index, disk in view.disks:
        name = word(disk, "name")
        if name is not None and volumes is not None and name not in volumes and isinstance(get(disk, "cdrom"), dict):
            yield view.at(*_DEVICES, "disks", index)


def _claimed(devices: str) -> Callable[[View], Iterator[Path]]:
    """Devices that come from a resource claim; beside one without a claim, GPUs are refused as a mixture."""

    def search(view: View) -> Iterator[Path]:
        claimed = [
            any(get(device, field) is not None for field in ("claimName", "requestName"))
            and word(device, "deviceName") == ""
            for _, device in each(view.spec, *_DEVICES, devices)
        ]
        if devices == "hostDevices" or all(claimed):
            yield from (view.at(*_DEVICES, devices, index) for index, yes in enumerate(claimed) if yes)

    return search


def _filesystems(*sources: str) -> Callable[[View], Iterator[Path]]:
    def search(view: View) -> Iterator[Path]:
        for index, filesystem in each(view.spec, *_DEVICES, "filesystems"):
            volume = view.volume(text(filesystem, "name"))
            if volume is not None and any(isinstance(get(volume, source), dict) for source in sources):
                yield view.at(*_DEVICES, "filesystems", index)

    return search


def _confidential(*kinds: str) -> Callable[[View], Iterator[Path]]:
    def search(view: View) -> Iterator[Path]:
        security = mapping(view.spec, "domain", "launchSecurity")
        chosen = [kind for kind in ("sev", "snp", "tdx") if get(security, kind) is not None]
        if not view.does.checks_kind_of_encryption:
            checked = "sev" in kinds and "sev" in chosen
        else:
            checked = view.architecture == "amd64" and len(chosen) == 1 and chosen[0] in kinds
        if checked:
            yield view.at("domain", "launchSecurity", chosen[0])

    return search


def _encryption(view: View) -> Iterator[Path]:
    """Encryption of no kind, which once needed the gate, too."""
    security = get(view.spec, "domain", "launchSecurity")
    if not view.does.needs_gate_by_encryption and isinstance(security, dict) and get(security, "sev") is None:
        yield view.at("domain", "launchSecurity")


def _persistent_tpm(view: View) -> Iterator[Path]:
    tpm = (*_DEVICES, "tpm")
    if flag(view.spec, *tpm, "persistent") and flag(view.spec, *tpm, "enabled", default=True):
        yield view.at(*tpm, "persistent")


def _secure_execution(view: View) -> Iterator[Path]:
    if word(view.spec, "architecture") == "s390x" and has(view.spec, "domain", "launchSecurity"):
        yield view.at("domain", "launchSecurity")


_TABLE = (
    _Gated(
        Code.NUMA_PASSTHROUGH,
        ("NUMA",),
        "guestMappingPassthrough",
        ("domain", "cpu", "numa", "guestMappingPassthrough"),
    ),
    _Gated(Code.PASST_BINDING, ("PasstBinding",), "passtBinding", _interfaces("passtBinding")),
    _Gated(Code.NETWORK_CLAIM, ("NetworkDevicesWithDRA",), "resourceClaim", ("networks", "*", "resourceClaim")),
    _Gated(Code.PORT_RANGES, ("PortRangesSpec",), "portRanges", _interfaces("portRanges")),
    _Gated(Code.GPU_CLAIM, ("GPUsWithDRA",), "gpus", _claimed("gpus")),
    _Gated(Code.HOST_DEVICE_CLAIM, ("HostDevicesWithDRA",), "hostDevices", _claimed("hostDevices")),
    _Gated(Code.EMPTY_CDROM, ("DeclarativeHotplugVolumes",), "cdrom", _empty_cdrom),
    _Gated(Code.METRICS_VOLUME, ("DownwardMetrics",), "downwardMetrics", ("volumes", "*", "downwardMetrics")),
    _Gated(Code.HOST_DISK, ("HostDisk",), "hostDisk", ("volumes", "*", "hostDisk")),
    _Gated(Code.HOST_DEVICES, ("HostDevices",), "hostDevices", _there((*_DEVICES, "hostDevices"))),
    _Gated(Code.SEV, ("WorkloadEncryptionSEV",), "launchSecurity", _confidential("sev", "snp")),
    _Gated(Code.TDX, ("WorkloadEncryptionTDX",), "launchSecurity", _confidential("tdx")),
    _Gated(Code.ENCRYPTION, ("WorkloadEncryptionSEV",), "launchSecurity", _encryption),
    _Gated(Code.SECURE_EXECUTION, ("SecureExecution",), "launchSecurity", _secure_execution),
    _Gated(Code.PERSISTENT_TPM, ("VMPersistentState",), "persistent", _persistent_tpm),
    _Gated(
        Code.PERSISTENT_VARIABLES,
        ("VMPersistentState",),
        "persistent",
        _true(("domain", "firmware", "bootloader", "efi", "persistent")),
    ),
    _Gated(Code.VSOCK, ("VSOCK",), "autoattachVSOCK", _true((*_DEVICES, "autoattachVSOCK"))),
    _Gated(
        Code.RESERVATION,
        ("PersistentReservation",),
        "reservation",
        _true((*_DEVICES, "disks", "*", "lun", "reservation")),
    ),
    _Gated(Code.METRICS_DEVICE, ("DownwardMetrics",), "downwardMetrics", (*_DEVICES, "downwardMetrics")),
    _Gated(
        Code.STORAGE_FILESYSTEM,
        ("EnableVirtioFsStorageVolumes", "ExperimentalVirtiofsSupport"),
        "filesystems",
        _filesystems("persistentVolumeClaim", "dataVolume"),
    ),
    _Gated(
        Code.CONFIG_FILESYSTEM,
        ("EnableVirtioFsConfigVolumes", "ExperimentalVirtiofsSupport"),
        "filesystems",
        _filesystems(*_CONFIG_VOLUMES),
    ),
    _Gated(Code.VIDEO, ("VideoConfig",), "video", (*_DEVICES, "video")),
    _Gated(Code.PANIC_DEVICES, ("PanicDevices",), "panicDevices", (*_DEVICES, "panicDevices")),
    _Gated(Code.REBOOT_POLICY, ("RebootPolicy",), "rebootPolicy", ("domain", "rebootPolicy")),
    _Gated(
        Code.RESERVED_OVERHEAD,
        ("ReservedOverheadMemlock",),
        "reservedOverhead",
        ("domain", "memory", "reservedOverhead"),
    ),
)
_FIELDS = frozenset(row.field for row in _TABLE)
_ANNOTATIONS = (
    ("ExperimentalIgnitionSupport", _IGNITION),
    ("Sidecar", _SIDECARS),
)


def check(view: View) -> Iterator[Refusal]:
    """Fields and annotations whose feature gate is off, or not known to be on."""
    yield from _architecture(view)
    if not view.fields.isdisjoint(_FIELDS):
        yield from _fields(view)
    annotations = mapping(view.metadata, "annotations")
    for gate, key in _ANNOTATIONS:
        value = annotations.get(key)
        if not value or not isinstance(value, str) or is_unknown(value):
            continue
        lacking, unknown = view.lacks(gate)
        if lacking:
            path = view.at_metadata("annotations", key)
            by = Refuser.GUEST_WEBHOOK if view.owner is Owner.REPLICA_SET else Refuser.VALIDATING_WEBHOOK
            yield Refusal(Code.ANNOTATION, path, {"gates": (gate,), "first": (gate,), "key": key}, by, unknown)


def _architecture(view: View) -> Iterator[Refusal]:
    """An architecture that is not the control plane's, which a guest may have without a gate since 1.8.

    The control plane's is the default, unless the KubeVirt object names another default. Source: KubeVirt 1.7
    `vmi-create-admitter.go` (validateArchitecture).
    """
    if view.gates.stage(_MULTI_ARCHITECTURE) != "Alpha":
        return
    lacking, unknown = view.lacks(_MULTI_ARCHITECTURE)
    own = view.cluster.default_architecture
    if lacking and word(view.spec, "architecture") not in (None, "", own or "amd64"):
        gates = (_MULTI_ARCHITECTURE,)
        unknown = unknown or (None if own else "defaultArchitecture")
        yield Refusal(Code.ARCHITECTURE, view.at("architecture"), {"gates": gates, "first": gates}, gate=unknown)


def _fields(view: View) -> Iterator[Refusal]:
    for code, gates, field, where in _TABLE:
        if field not in view.fields:
            continue
        lacking, unknown = view.lacks(*gates)
        if lacking:
            living = view.living(*gates)
            for path in _search(view, where):
                yield Refusal(code, path, {"gates": living, "first": living[:1]}, gate=unknown)


def _search(view: View, where: Path | Callable[[View], Iterator[Path]]) -> Iterator[Path]:
    if callable(where):
        yield from where(view)
    else:
        yield from (view.at(*place) for place, value in found(view.spec, where) if _is_set(value))
