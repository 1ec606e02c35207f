"""What is wrong with a KubeVirt object, the configuration of the cluster.

KubeVirt lets any KubeVirt object be created that fits its schema. Its operator's webhook checks updates
(`check_update`), some parts only where the update changes them (`check_change`). A configuration that the components
can't use is dropped as a whole (`check_whole`), and some settings do nothing (`check_effect`).

Sources: KubeVirt `pkg/virt-operator/webhooks/kubevirt-update-admitter.go`,
`pkg/virt-operator/resource/apply/certificates.go`, `pkg/virt-config/configuration.go` (validateConfig),
`pkg/virt-config/featuregate`, `pkg/defaults/defaults.go`, of the tags v1.0.0 to v1.9.0 and of the main branch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from vmlint.kubevirt.admission import labels
from vmlint.kubevirt.admission.forms import is_json, is_label_value
from vmlint.kubevirt.admission.labels import bad_key
from vmlint.kubevirt.admission.reading import has, look, whole, word
from vmlint.kubevirt.admission.scheduling import affinity_flaws
from vmlint.kubevirt.gates import Gates, GateState
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.model.access import each, get, items, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Setting", "check_change", "check_effect", "check_update", "check_whole"]

_CONFIGURATION = ("spec", "configuration")
_DEVELOPER = (*_CONFIGURATION, "developerConfiguration")
_GATE_LISTS = ("featureGates", "disabledFeatureGates")
_MACHINES = {"amd64": "q35", "arm64": "virt", "s390x": "s390-ccw-virtio"}
_EMULATED = {"amd64": ("q35*", "pc-q35*"), "arm64": ("virt*",), "s390x": ("s390-ccw-virtio*",)}
_USUAL = "amd64"
_INTERFACES = ("bridge", "masquerade", "slirp")


class Setting(Codes):
    """What is wrong with a setting; the comment explains what the values are."""

    # Refused on update
    PATCH_NOT_JSON = "setting/patch-not-json"  # the component
    CERTIFICATES_TWICE = "setting/certificates-twice"  # the deprecated field
    RENEWAL_TOO_EARLY = "setting/renewal-too-early"  # renewBefore, duration
    CERTIFICATE_OUTLIVES_CA = "setting/certificate-outlives-ca"  # the certificate's duration, the CA's
    RATIO_NOT_A_NUMBER = "setting/ratio-not-a-number"  # the text
    RATIO_BELOW_ONE = "setting/ratio-below-one"  # the text
    CIPHERS_WITHOUT_VERSION = "setting/ciphers-without-version"  # the minimal version, "" for none
    CIPHER_UNKNOWN = "setting/cipher-unknown"  # the name
    PROFILE_TWICE = "setting/profile-twice"
    PROFILE_MISSING = "setting/profile-missing"
    NO_REPLICAS = "setting/no-replicas"
    GATE_ON_AND_OFF = "setting/gate-on-and-off"  # the gate
    NEEDS_GATE = "setting/needs-gate"  # the field, the gates
    PLACEMENT = "setting/placement"  # the refusal of a pod's scheduling or of a label
    # The whole configuration is dropped
    INTERFACE_UNKNOWN = "setting/interface-unknown"  # the name
    OUT_OF_RANGE = "setting/out-of-range"  # the field, the number, its least and its most, None for no bound
    # Nothing comes of it
    GATE_UNKNOWN = "setting/gate-unknown"  # the gate, the one that is meant
    GATE_NOT_YET = "setting/gate-not-yet"  # the gate, the release
    GATE_ALWAYS_ON = "setting/gate-always-on"  # the gate that can't be disabled
    NOT_LIVE = "setting/not-live"  # the strategy, or the release whose default it is
    MACHINE_NOT_EMULATED = "setting/machine-not-emulated"  # the machine type, its architecture, the patterns


_Found = Iterator[Refusal]


def check_update(kubevirt: Mapping[str, Any], gates: Gates, release: Release | None) -> _Found:
    """Why KubeVirt refuses an update that brings the object to this state."""
    yield from _patches(kubevirt)
    yield from _certificates(kubevirt)
    yield from _ratio(kubevirt)
    yield from _gated(kubevirt, gates)
    yield from _ciphers(kubevirt)
    yield from _placement(kubevirt)
    yield from _profile(kubevirt)
    if whole(kubevirt, "spec", "infra", "replicas") == 0 and get(kubevirt, "spec", "infra", "replicas") is not None:
        yield Refusal(Setting.NO_REPLICAS, ("spec", "infra", "replicas"))
    if behaviour(release).disabled_feature_gates:
        yield from _both_lists(kubevirt)


_CHECKED_WHERE_CHANGED: tuple[Path, ...] = (
    (*_CONFIGURATION, "tlsConfiguration"),
    (*_CONFIGURATION, "seccompConfiguration"),
    ("spec", "infra", "nodePlacement"),
    ("spec", "workloads", "nodePlacement"),
    (*_CONFIGURATION, "migrations", "maxDowntimeMs"),
)
"""The parts that the webhook checks only in updates that change them."""


def check_change(old: Mapping[str, Any], new: Mapping[str, Any], gates: Gates, release: Release | None) -> _Found:
    """Why KubeVirt refuses an update from one state of the object to another. What it checks in every update, it
    refuses in updates of other parts too."""
    unchanged = [path for path in _CHECKED_WHERE_CHANGED if get(old, *path) == get(new, *path)]
    if all(get(old, *_DEVELOPER, field) == get(new, *_DEVELOPER, field) for field in _GATE_LISTS):
        unchanged.append(_DEVELOPER)
    for refusal in check_update(new, gates, release):
        if not any(refusal.path[: len(path)] == path for path in unchanged):
            yield refusal


def _patches(kubevirt: Mapping[str, Any]) -> _Found:
    for index, patch in each(kubevirt, "spec", "customizeComponents", "patches"):
        written = word(patch, "patch")
        if written is not None and not is_json(written):
            path = ("spec", "customizeComponents", "patches", index, "patch")
            yield Refusal(Setting.PATCH_NOT_JSON, path, {"component": text(patch, "resourceName")})


_SELF_SIGNED = ("spec", "certificateRotateStrategy", "selfSigned")
_DEPRECATED = ("caRotateInterval", "certRotateInterval", "caOverlapInterval")
_WEEK, _DAY = 7 * 24 * 3600.0, 24 * 3600.0


def _certificates(kubevirt: Mapping[str, Any]) -> _Found:
    """Durations that don't fit each other; a deprecated field goes before its successor."""
    rotation = look(kubevirt, *_SELF_SIGNED)
    if not isinstance(rotation, dict):
        return
    old = next((field for field in _DEPRECATED if rotation.get(field) is not None), None)
    if old is not None and (has(rotation, "ca") or has(rotation, "server")):
        yield Refusal(Setting.CERTIFICATES_TWICE, (*_SELF_SIGNED, old), {"field": old})
    ca = _first(rotation, _WEEK, ("caRotateInterval",), ("ca", "duration"))
    certificate = _first(rotation, _DAY, ("certRotateInterval",), ("server", "duration"))
    if ca is None or certificate is None:
        return
    ca_before = _first(rotation, ca.seconds * 0.2, ("caOverlapInterval",), ("ca", "renewBefore"))
    before = _first(rotation, certificate.seconds * 0.2, ("server", "renewBefore"))
    for duration, earlier in ((ca, ca_before), (certificate, before)):
        if earlier is not None and duration.seconds < earlier.seconds:
            path = (*_SELF_SIGNED, *(earlier.path or duration.path))
            yield Refusal(Setting.RENEWAL_TOO_EARLY, path, {"before": earlier.shown, "duration": duration.shown})
    if certificate.seconds > ca.seconds:
        path = (*_SELF_SIGNED, *(certificate.path or ca.path))
        yield Refusal(Setting.CERTIFICATE_OUTLIVES_CA, path, {"server": certificate.shown, "ca": ca.shown})


class _Duration(Record):
    """A duration in seconds, where it is written, and as it is written; a default is written nowhere."""

    seconds: float
    path: Path
    shown: str


def _first(rotation: Mapping[str, Any], default: float, *paths: tuple[str, ...]) -> _Duration | None:
    """The duration of the first field that is there; None where that can't be read."""
    for path in paths:
        if get(rotation, *path) is not None:
            written = word(rotation, *path)
            seconds = None if written is None else _seconds(written)
            return None if seconds is None or written is None else _Duration(seconds, path, written)
    return _Duration(default, (), f"{default / 3600:g}h")


_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(written: str) -> float | None:
    """The length of a Go duration such as `1h30m`, None for another text."""
    sign = -1.0 if written.startswith("-") else 1.0
    digits = written.lstrip("+-") if written[:1] in ("+", "-") else written
    if digits == "0":
        return 0.0
    parts = _PART.findall(digits)
    if not parts or "".join(number + unit for number, unit in parts) != digits:
        return None
    return sign * sum(float(number) * _UNITS[unit] for number, unit in parts)


_FLOAT = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf(inity)?|nan|0x[0-9a-f.]+p[+-]?\d+)", re.I)


def _ratio(kubevirt: Mapping[str, Any]) -> _Found:
    path = (*_CONFIGURATION, "additionalGuestMemoryOverheadRatio")
    written = word(kubevirt, *path)
    if written is None or look(kubevirt, *path) is None:
        return
    if not _FLOAT.fullmatch(written):
        yield Refusal(Setting.RATIO_NOT_A_NUMBER, path, {"ratio": written})
        return
    value = float.fromhex(written) if "x" in written.lower() else float(written)
    if not math.isnan(value) and value < 1.0:
        yield Refusal(Setting.RATIO_BELOW_ONE, path, {"ratio": written})


def _gated(kubevirt: Mapping[str, Any], gates: Gates) -> _Found:
    """Settings that need a feature gate; a gate that the release does not have guards nothing there."""
    configuration = mapping(kubevirt, *_CONFIGURATION)
    enabled = get(configuration, "virtTemplateDeployment", "enabled") is True
    manual = text(configuration, "roleAggregationStrategy") == "Manual"
    downtime = get(configuration, "migrations", "maxDowntimeMs") is not None
    for is_set, path, names in (
        (enabled, ("virtTemplateDeployment", "enabled"), ("Template",)),
        (manual, ("roleAggregationStrategy",), ("OptOutRoleAggregation",)),
        (downtime, ("migrations", "maxDowntimeMs"), ("MigrationStallDetection", "MigrationDowntimeTuning")),
    ):
        known = tuple(name for name in names if gates.stage(name) is not None)
        if is_set and known and all(gates.state(name) is GateState.OFF for name in known):
            yield Refusal(Setting.NEEDS_GATE, (*_CONFIGURATION, *path), {"field": ".".join(path), "gates": known})


_TLS = (*_CONFIGURATION, "tlsConfiguration")
_AES = ("AES_128_CBC_SHA", "AES_256_CBC_SHA", "AES_128_CBC_SHA256", "AES_128_GCM_SHA256", "AES_256_GCM_SHA384")
_CIPHERS = frozenset(
    (
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        *(f"TLS_{exchange}_WITH_{cipher}" for exchange in ("RSA", "ECDHE_RSA", "ECDHE_ECDSA") for cipher in _AES),
        *(f"TLS_{exchange}_WITH_RC4_128_SHA" for exchange in ("RSA", "ECDHE_RSA", "ECDHE_ECDSA")),
        *(f"TLS_{exchange}_WITH_3DES_EDE_CBC_SHA" for exchange in ("RSA", "ECDHE_RSA")),
        *(f"TLS_{exchange}_WITH_CHACHA20_POLY1305_SHA256" for exchange in ("ECDHE_RSA", "ECDHE_ECDSA")),
    )
)
"""The cipher suites of Go's `crypto/tls`, the insecure ones too."""


def _ciphers(kubevirt: Mapping[str, Any]) -> _Found:
    ciphers, version = sequence(kubevirt, *_TLS, "ciphers"), word(kubevirt, *_TLS, "minTLSVersion")
    if not ciphers or version is None:
        return
    if version in ("", "VersionTLS13"):
        yield Refusal(Setting.CIPHERS_WITHOUT_VERSION, (*_TLS, "ciphers"), {"version": version})
        return
    for index, cipher in enumerate(ciphers):
        if isinstance(cipher, str) and not is_unknown(cipher) and cipher not in _CIPHERS:
            yield Refusal(Setting.CIPHER_UNKNOWN, (*_TLS, "ciphers", index), {"cipher": cipher})


def _placement(kubevirt: Mapping[str, Any]) -> _Found:
    """What the API server refuses in a pod's placement: node selectors and affinity."""
    for part in ("infra", "workloads"):
        path = ("spec", part, "nodePlacement")
        placement = mapping(kubevirt, *path)
        for flaw in _selector(placement):
            yield Refusal(Setting.PLACEMENT, (*path, *flaw.path), {"inner": flaw})
        for flaw in affinity_flaws(placement.get("affinity")):
            yield Refusal(Setting.PLACEMENT, (*path, "affinity", *flaw.path), {"inner": flaw})


def _selector(placement: Mapping[str, Any]) -> Iterator[Refusal]:
    for key, value in items(placement, "nodeSelector"):
        if isinstance(key, str) and not is_unknown(key):
            yield from bad_key(key, "nodeSelector", key)
        if isinstance(value, str) and not is_unknown(value) and not is_label_value(value):
            yield Refusal(labels.Code.VALUE_INVALID, ("nodeSelector", key), {"value": value})


def _profile(kubevirt: Mapping[str, Any]) -> _Found:
    path = (*_CONFIGURATION, "seccompConfiguration", "virtualMachineInstanceProfile")
    if not has(kubevirt, *path):
        return
    custom = look(kubevirt, *path, "customProfile")
    if custom is None:
        yield Refusal(Setting.PROFILE_MISSING, (*path, "customProfile"))
    elif get(custom, "localhostProfile") is not None and get(custom, "runtimeDefaultProfile") is True:
        yield Refusal(Setting.PROFILE_TWICE, (*path, "customProfile", "localhostProfile"))


def _both_lists(kubevirt: Mapping[str, Any]) -> _Found:
    disabled = sequence(kubevirt, *_DEVELOPER, "disabledFeatureGates")
    for index, gate in _gates(kubevirt, "featureGates"):
        if gate in disabled:
            yield Refusal(Setting.GATE_ON_AND_OFF, (*_DEVELOPER, "featureGates", index), {"gate": gate})


def _gates(kubevirt: Mapping[str, Any], field: str) -> Iterator[tuple[int, str]]:
    for index, gate in enumerate(sequence(kubevirt, *_DEVELOPER, field)):
        if isinstance(gate, str) and not is_unknown(gate):
            yield index, gate


_BOUNDS = {"cpuAllocationRatio": range(1, 1 << 31), "pvcTolerateLessSpaceUpToPercent": range(101)}
"""The bounds of numbers that the schema does not bound."""


def check_whole(kubevirt: Mapping[str, Any]) -> _Found:
    """Why KubeVirt's components drop the whole configuration, and go on with the last one that was valid."""
    path: Path = (*_CONFIGURATION, "network", "defaultNetworkInterface")
    interface = word(kubevirt, *path)
    if interface and interface not in _INTERFACES:
        yield Refusal(Setting.INTERFACE_UNKNOWN, path, {"interface": interface}, by=None)
    # Zero is as good as unset: the default is in effect.
    for field, bounds in _BOUNDS.items():
        number = whole(kubevirt, *_DEVELOPER, field)
        if number and number not in bounds:
            most = bounds.stop - 1 if bounds.stop <= 101 else None
            yield Refusal(
                Setting.OUT_OF_RANGE,
                (*_DEVELOPER, field),
                {"field": field, "number": number, "least": bounds.start, "most": most},
                by=None,
            )


_FORMER = frozenset(("DataVolumes", "SRIOV", "SRIOVGate"))
"""Gates of releases before 1.0."""


def check_effect(kubevirt: Mapping[str, Any], gates: Gates, release: Release | None) -> _Found:
    """Settings of which nothing comes, or nothing good."""
    known = Gates()
    for field in _GATE_LISTS:
        for index, gate in _gates(kubevirt, field):
            path = (*_DEVELOPER, field, index)
            if known.stage(gate) is None and gate not in _FORMER:
                yield Refusal(Setting.GATE_UNKNOWN, path, {"gate": gate, "meant": known.nearest(gate)}, by=None)
            elif release is not None and gates.comes_later(gate):
                yield Refusal(Setting.GATE_NOT_YET, path, {"gate": gate, "release": str(release)}, by=None)
            elif field == "disabledFeatureGates" and gates.stage(gate) == "GA":
                yield Refusal(Setting.GATE_ALWAYS_ON, path, {"gate": gate}, by=None)
    live = (*_CONFIGURATION, "liveUpdateConfiguration")
    strategy = word(kubevirt, *_CONFIGURATION, "vmRolloutStrategy")
    by_default = strategy == "" and release is not None and not behaviour(release).live_update_by_default
    if has(kubevirt, *live) and (strategy == "Stage" or by_default):
        yield Refusal(
            Setting.NOT_LIVE,
            live,
            {"strategy": "" if by_default else "Stage", "release": str(release) if by_default else ""},
            by=None,
        )
    yield from _machines(kubevirt)


def _machines(kubevirt: Mapping[str, Any]) -> _Found:
    """Default machine types that the object itself does not allow: a VM that writes none is refused."""
    configuration = mapping(kubevirt, *_CONFIGURATION)
    for architecture, built_in in _MACHINES.items():
        section = ("architectureConfiguration", architecture)
        if architecture != _USUAL and get(configuration, *section) is None:
            continue  # the cluster need not have such nodes
        types = [path for path in (("machineType",), (*section, "machineType")) if text(configuration, *path)]
        lists = [path for path in (("emulatedMachines",), (*section, "emulatedMachines")) if get(configuration, *path)]
        machine = text(configuration, *types[0]) if types else built_in
        patterns = _patterns(configuration, *lists[0]) if lists else _EMULATED[architecture]
        if not (types or lists) or patterns is None or is_unknown(machine):
            continue
        if not any(fnmatchcase(machine, pattern) for pattern in patterns):
            path = (*_CONFIGURATION, *(types or lists)[0])
            yield Refusal(
                Setting.MACHINE_NOT_EMULATED,
                path,
                {"machine": machine, "architecture": architecture, "patterns": ", ".join(patterns)},
                by=None,
            )


def _patterns(configuration: Mapping[str, Any], *path: str) -> tuple[str, ...] | None:
    """The patterns of a list, () for none; None where a variable leaves it open."""
    listed = look(configuration, *path)
    if listed is None:
        return ()
    if not isinstance(listed, list) or any(not isinstance(value, str) or is_unknown(value) for value in listed):
        return None
    return tuple(listed)
