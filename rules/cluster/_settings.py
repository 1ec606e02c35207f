"""What the rules on the KubeVirt object share: the words for each fault of a setting, and the faults made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vmlint.kubevirt.configuration import Setting
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Effect, Fault, Meta

from .._wording import Wording, Words, in_words

__all__ = ["WORDS", "faults"]


def _ciphers(refusal: Refusal) -> Words:
    version = refusal.values["version"]
    state = f"is `{version}`" if version else "is not set"
    return Words(
        f"`ciphers` is set, and `minTLSVersion` {state}; only TLS 1.2 and older support a choice of ciphers",
        "set `minTLSVersion: VersionTLS12`, or remove `ciphers`",
    )


def _unknown_gate(refusal: Refusal) -> Words:
    gate, meant = refusal.values["gate"], refusal.values["meant"]
    return Words(
        f"KubeVirt has no feature gate `{gate}`, so listing it has no effect",
        f"write `{meant}`" if meant else "remove it",
    )


def _not_live(refusal: Refusal) -> Words:
    strategy, release = refusal.values["strategy"], refusal.values["release"]
    state = f"`vmRolloutStrategy` is `{strategy}`" if strategy else f"`Stage` is the default in {release}"
    return Words(
        f"`liveUpdateConfiguration` has no effect: {state}, and only `LiveUpdate` uses it",
        "set `vmRolloutStrategy: LiveUpdate`, or remove `liveUpdateConfiguration`",
    )


def _out_of_range(refusal: Refusal) -> Words:
    field, number, least, most = (refusal.values[key] for key in ("field", "number", "least", "most"))
    bounds = f"{least} or more" if most is None else f"from {least} to {most}"
    return Words(f"`{field}` is {number}; it must be {bounds}", f"use {bounds}")


def _placement(refusal: Refusal) -> Words:
    from ..machine._words import words_of

    words = words_of(refusal.values["inner"])
    return words._replace(wrong=words.wrong.removesuffix("."))


WORDS: Mapping[Setting, Wording] = {
    Setting.PATCH_NOT_JSON: Words("the patch of `{component}` is not valid JSON", "fix the JSON"),
    Setting.CERTIFICATES_TWICE: Words(
        "`{field}` conflicts with `ca` and `server`, which replace it", "remove `{field}`"
    ),
    Setting.RENEWAL_TOO_EARLY: Words(
        "`renewBefore` is `{before}`; it must be less than `duration: {duration}`",
        "make `renewBefore` shorter than `duration`",
    ),
    Setting.CERTIFICATE_OUTLIVES_CA: Words(
        "`server.duration` is `{server}`; it must not be more than `ca.duration: {ca}`",
        "make `server.duration` at most `ca.duration`",
    ),
    Setting.RATIO_NOT_A_NUMBER: Words(
        "`additionalGuestMemoryOverheadRatio` is `{ratio}`, which is not a valid number",
        'use a number in quotes, such as "1.25"',
    ),
    Setting.RATIO_BELOW_ONE: Words(
        "`additionalGuestMemoryOverheadRatio` is `{ratio}`; it must be at least 1", "use 1 or more"
    ),
    Setting.CIPHERS_WITHOUT_VERSION: _ciphers,
    Setting.CIPHER_UNKNOWN: Words(
        "`ciphers` contains `{cipher}`, which is not a valid IANA name of a cipher suite",
        "use an IANA name, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`",
    ),
    Setting.PROFILE_TWICE: Words(
        "`localhostProfile` and `runtimeDefaultProfile` exclude each other", "keep one of the two"
    ),
    Setting.PROFILE_MISSING: Words(
        "`virtualMachineInstanceProfile` has no `customProfile`", "add `customProfile`, or remove the profile"
    ),
    Setting.NO_REPLICAS: Words("`infra.replicas` is 0; it must be at least 1", "use 1 or more"),
    Setting.GATE_ON_AND_OFF: Words(
        "feature gate `{gate}` is in `featureGates` and in `disabledFeatureGates`", "remove it from one of the two"
    ),
    Setting.NEEDS_GATE: Words(
        "`{field}` is set, and the feature gate {gates:choice} is off", "enable {gates:choice}, or remove `{field}`"
    ),
    Setting.PLACEMENT: _placement,
    Setting.INTERFACE_UNKNOWN: Words(
        "`defaultNetworkInterface` is `{interface}`; it must be `bridge` or `masquerade`",
        "use `masquerade` or `bridge`",
    ),
    Setting.OUT_OF_RANGE: _out_of_range,
    Setting.GATE_UNKNOWN: _unknown_gate,
    Setting.GATE_NOT_YET: Words(
        "KubeVirt {release} has no feature gate `{gate}` yet, so listing it has no effect",
        "remove it until you upgrade KubeVirt",
    ),
    Setting.GATE_ALWAYS_ON: Words(
        "feature gate `{gate}` can't be disabled: the feature is generally available and always on", "remove it"
    ),
    Setting.NOT_LIVE: _not_live,
    Setting.MACHINE_NOT_EMULATED: Words(
        "VMs on {architecture} get the machine type `{machine}` by default, and `emulatedMachines` allows only "
        "`{patterns}`",
        "add the machine type to `emulatedMachines`, or choose another one",
    ),
}
"""The words of each fault, without the last full stop."""


def faults(
    meta: Meta, kubevirt: KubeVirt, refusals: Iterable[Refusal], then: str, effect: Effect | None = None
) -> Iterator[Fault]:
    """The faults of some refusals; `then` is the sentence on the consequence."""
    for refusal in refusals:
        words = in_words(WORDS, refusal)
        message = f"{words.wrong}. {then}" if then else f"{words.wrong}."
        yield meta.at(kubevirt.at(*refusal.path), message, fix=words.fix, effect=effect)
