"""What the rules on the KubeVirt object share: the words for each fault of a setting, and the faults made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from vmlint.kubevirt.admission.wording import choice
from vmlint.kubevirt.configuration import Setting, SettingCause
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Effect, Fault, Meta

__all__ = ["faults"]


class _Words(NamedTuple):
    wrong: str
    fix: str


def _ciphers(version: str) -> _Words:
    given = f"is `{version}`" if version else "is not set"
    return _Words(
        f"`ciphers` is set, and `minTLSVersion` {given}; only TLS 1.2 and older support a choice of ciphers",
        "set `minTLSVersion: VersionTLS12`, or remove `ciphers`",
    )


def _needs_gate(field: str, *gates: str) -> _Words:
    one = choice(gates)
    return _Words(f"`{field}` is set, and the feature gate {one} is off", f"enable {one}, or remove `{field}`")


def _unknown_gate(gate: str, meant: str) -> _Words:
    return _Words(
        f"KubeVirt has no feature gate `{gate}`, so listing it has no effect",
        f"write `{meant}`" if meant else "remove it",
    )


def _not_live(strategy: str, release: str) -> _Words:
    given = f"`vmRolloutStrategy` is `{strategy}`" if strategy else f"`Stage` is the default in {release}"
    return _Words(
        f"`liveUpdateConfiguration` has no effect: {given}, and only `LiveUpdate` uses it",
        "set `vmRolloutStrategy: LiveUpdate`, or remove `liveUpdateConfiguration`",
    )


_WORDS: Mapping[Setting, Callable[..., _Words]] = {
    Setting.PATCH_NOT_JSON: lambda name: _Words(f"the patch of `{name}` is not valid JSON", "fix the JSON"),
    Setting.CERTIFICATES_TWICE: lambda field: _Words(
        f"`{field}` conflicts with `ca` and `server`, which replace it", f"remove `{field}`"
    ),
    Setting.RENEWAL_TOO_EARLY: lambda before, duration: _Words(
        f"`renewBefore` is `{before}`; it must be less than `duration: {duration}`",
        "make `renewBefore` shorter than `duration`",
    ),
    Setting.CERTIFICATE_OUTLIVES_CA: lambda server, ca: _Words(
        f"`server.duration` is `{server}`; it must not be more than `ca.duration: {ca}`",
        "make `server.duration` at most `ca.duration`",
    ),
    Setting.RATIO_NOT_A_NUMBER: lambda ratio: _Words(
        f"`additionalGuestMemoryOverheadRatio` is `{ratio}`, which is not a valid number",
        'use a number in quotes, such as "1.25"',
    ),
    Setting.RATIO_BELOW_ONE: lambda ratio: _Words(
        f"`additionalGuestMemoryOverheadRatio` is `{ratio}`; it must be at least 1", "use 1 or more"
    ),
    Setting.CIPHERS_WITHOUT_VERSION: _ciphers,
    Setting.CIPHER_UNKNOWN: lambda cipher: _Words(
        f"`ciphers` contains `{cipher}`, which is not a valid IANA name of a cipher suite",
        "use an IANA name, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`",
    ),
    Setting.PROFILE_TWICE: lambda: _Words(
        "`localhostProfile` and `runtimeDefaultProfile` exclude each other", "keep one of the two"
    ),
    Setting.PROFILE_MISSING: lambda: _Words(
        "`virtualMachineInstanceProfile` has no `customProfile`", "add `customProfile`, or remove the profile"
    ),
    Setting.NO_REPLICAS: lambda: _Words("`infra.replicas` is 0; it must be at least 1", "use 1 or more"),
    Setting.GATE_ON_AND_OFF: lambda gate: _Words(
        f"feature gate `{gate}` is in `featureGates` and in `disabledFeatureGates`", "remove it from one of the two"
    ),
    Setting.NEEDS_GATE: _needs_gate,
    Setting.PLACEMENT: lambda message, fix: _Words(message.removesuffix("."), fix),
    Setting.INTERFACE_UNKNOWN: lambda name: _Words(
        f"`defaultNetworkInterface` is `{name}`; it must be `bridge` or `masquerade`", "use `masquerade` or `bridge`"
    ),
    Setting.OUT_OF_RANGE: lambda field, number, bounds: _Words(
        f"`{field}` is {number}; it must be {bounds}", f"use {bounds}"
    ),
    Setting.GATE_UNKNOWN: _unknown_gate,
    Setting.GATE_NOT_YET: lambda gate, release: _Words(
        f"KubeVirt {release} has no feature gate `{gate}` yet, so listing it has no effect",
        "remove it until you upgrade KubeVirt",
    ),
    Setting.GATE_ALWAYS_ON: lambda gate: _Words(
        f"feature gate `{gate}` can't be disabled: the feature is generally available and always on", "remove it"
    ),
    Setting.NOT_LIVE: _not_live,
    Setting.MACHINE_NOT_EMULATED: lambda machine, architecture, patterns: _Words(
        f"VMs on {architecture} get the machine type `{machine}` by default, and `emulatedMachines` allows only "
        f"`{patterns}`",
        "add the machine type to `emulatedMachines`, or choose another one",
    ),
}
"""What to say of each fault, without the last full stop; the arguments are the values of its cause."""


def faults(
    meta: Meta, kubevirt: KubeVirt, causes: Iterable[SettingCause], then: str, effect: Effect | None = None
) -> Iterator[Fault]:
    """The faults of some causes; `then` is the sentence that says what comes of them."""
    for cause in causes:
        words = _WORDS[cause.setting](*cause.values)
        message = f"{words.wrong}. {then}" if then else f"{words.wrong}."
        yield meta.at(kubevirt.at(*cause.path), message, fix=words.fix, effect=effect)
