"""Fields that count only with a feature gate; the object is refused while the gate is off.

Sources: KubeVirt `vmi-create-admitter.go`, `pkg/network/admitter`, `pkg/dra/admitter`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from vmlint.kubevirt.admission.reading import found, has, names, word
from vmlint.kubevirt.admission.view import Cause, Owner, Stage, View
from vmlint.kubevirt.admission.wording import choice
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown

__all__ = ["check"]

_SUBJECT = "features"
_DEVICES = ("domain", "devices")
_IGNITION = "kubevirt.io/ignitiondata"
_SIDECARS = "hooks.kubevirt.io/hookSidecars"
_CONFIG_VOLUMES = ("configMap", "secret", "serviceAccount", "downwardAPI")


class _Gated(NamedTuple):
    """The gates of which one must be on, the field that needs it, and where that is used: a path, or a search."""

    gates: tuple[str, ...]
    field: str
    what: str
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
        if view.architecture == "amd64" and len(chosen) == 1 and chosen[0] in kinds:
            yield view.at("domain", "launchSecurity", chosen[0])

    return search


_TABLE = (
    _Gated(
        ("NUMA",),
        "guestMappingPassthrough",
        "`numa.guestMappingPassthrough`",
        ("domain", "cpu", "numa", "guestMappingPassthrough"),
    ),
    _Gated(("PasstBinding",), "passtBinding", "the binding `passtBinding`", _interfaces("passtBinding")),
    _Gated(
        ("NetworkDevicesWithDRA",),
        "resourceClaim",
        "a network of a resource claim",
        ("networks", "*", "resourceClaim"),
    ),
    _Gated(("PortRangesSpec",), "portRanges", "`portRanges`", _interfaces("portRanges")),
    _Gated(("GPUsWithDRA",), "gpus", "a GPU of a resource claim", _claimed("gpus")),
    _Gated(("HostDevicesWithDRA",), "hostDevices", "a host device of a resource claim", _claimed("hostDevices")),
    _Gated(("DeclarativeHotplugVolumes",), "cdrom", "a CD-ROM drive without a volume", _empty_cdrom),
    _Gated(
        ("DownwardMetrics",), "downwardMetrics", "a volume of downward metrics", ("volumes", "*", "downwardMetrics")
    ),
    _Gated(("HostDisk",), "hostDisk", "`hostDisk`", ("volumes", "*", "hostDisk")),
    _Gated(("HostDevices",), "hostDevices", "`hostDevices`", _there((*_DEVICES, "hostDevices"))),
    _Gated(("WorkloadEncryptionSEV",), "launchSecurity", "guest encryption with AMD SEV", _confidential("sev", "snp")),
    _Gated(("WorkloadEncryptionTDX",), "launchSecurity", "guest encryption with Intel TDX", _confidential("tdx")),
    _Gated(("VSOCK",), "autoattachVSOCK", "`autoattachVSOCK`", _true((*_DEVICES, "autoattachVSOCK"))),
    _Gated(
        ("PersistentReservation",),
        "reservation",
        "a persistent reservation",
        _true((*_DEVICES, "disks", "*", "lun", "reservation")),
    ),
    _Gated(("DownwardMetrics",), "downwardMetrics", "the device `downwardMetrics`", (*_DEVICES, "downwardMetrics")),
    _Gated(
        ("EnableVirtioFsStorageVolumes", "ExperimentalVirtiofsSupport"),
        "filesystems",
        "a claim or DataVolume as a file system",
        _filesystems("persistentVolumeClaim", "dataVolume"),
    ),
    _Gated(
        ("EnableVirtioFsConfigVolumes", "ExperimentalVirtiofsSupport"),
        "filesystems",
        "a ConfigMap or Secret as a file system",
        _filesystems(*_CONFIG_VOLUMES),
    ),
    _Gated(("VideoConfig",), "video", "`video`", (*_DEVICES, "video")),
    _Gated(("PanicDevices",), "panicDevices", "`panicDevices`", (*_DEVICES, "panicDevices")),
    _Gated(("RebootPolicy",), "rebootPolicy", "`rebootPolicy`", ("domain", "rebootPolicy")),
    _Gated(
        ("ReservedOverheadMemlock",),
        "reservedOverhead",
        "`memory.reservedOverhead`",
        ("domain", "memory", "reservedOverhead"),
    ),
)
_FIELDS = frozenset(row.field for row in _TABLE)
_ANNOTATIONS = (
    ("ExperimentalIgnitionSupport", _IGNITION),
    ("Sidecar", _SIDECARS),
)


def check(view: View) -> Iterator[Cause]:
    """Fields and annotations whose feature gate is off, or not known to be on."""
    if not view.fields.isdisjoint(_FIELDS):
        yield from _fields(view)
    annotations = mapping(view.metadata, "annotations")
    for gate, key in _ANNOTATIONS:
        value = annotations.get(key)
        if not value or not isinstance(value, str) or is_unknown(value):
            continue
        lacking, unknown = view.lacks(gate)
        if lacking:
            stage = Stage.VMI if view.owner is Owner.REPLICA_SET else Stage.VM
            yield _cause(view.at_metadata("annotations", key), f"the annotation `{key}`", (gate,), unknown)._replace(
                stage=stage
            )


def _fields(view: View) -> Iterator[Cause]:
    for gates, field, what, where in _TABLE:
        if field not in view.fields:
            continue
        lacking, unknown = view.lacks(*gates)
        if lacking:
            for path in _search(view, where):
                yield _cause(path, what, view.living(*gates), unknown)


def _search(view: View, where: Path | Callable[[View], Iterator[Path]]) -> Iterator[Path]:
    if callable(where):
        yield from where(view)
    else:
        yield from (view.at(*place) for place, value in found(view.spec, where) if _is_set(value))


def _cause(path: Path, what: str, gates: tuple[str, ...], unknown: str | None) -> Cause:
    return Cause(
        path,
        f"{what} needs the feature gate {choice(gates)}{'' if unknown else ', which is off'}.",
        f"add {choice(gates[:1])} to `featureGates` of the KubeVirt object, or remove what needs it",
        _SUBJECT,
        gate=unknown,
    )
