"""Encrypted guests: AMD SEV and SEV-SNP, Intel TDX.

Source: KubeVirt `pkg/virt-api/webhooks/amd64.go`, `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import flag, has, look, many, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.kubevirt.gates import GateState

__all__ = ["check"]

_SUBJECT = "launch_security"
_FIELDS = frozenset(("launchSecurity",))
_SECURITY = ("domain", "launchSecurity")
_EFI = ("domain", "firmware", "bootloader", "efi")
_SMM = ("domain", "features", "smm")
_GATES = {"sev": "WorkloadEncryptionSEV", "snp": "WorkloadEncryptionSEV", "tdx": "WorkloadEncryptionTDX"}
_NAMES = {"sev": "SEV", "snp": "SEV-SNP", "tdx": "TDX"}


def check(view: View) -> Iterator[Cause]:
    """Encryption on an architecture that has none, or beside a setting that excludes it."""
    if view.fields.isdisjoint(_FIELDS):
        return
    if not has(view.spec, *_SECURITY):
        return
    written = word(view.spec, "architecture")
    if written == "amd64":
        yield from _amd64(view)
    elif written is not None and written != "s390x":
        of = f"on `{written}`" if written else "without `architecture`"
        yield Cause(
            view.at("architecture"),
            f"KubeVirt can't encrypt guests {of}.",
            "set `architecture` to `amd64` or `s390x`, or remove `launchSecurity`",
            _SUBJECT,
        )


def _amd64(view: View) -> Iterator[Cause]:
    kinds = many(view.spec, *_SECURITY, keys=_GATES)
    if kinds is None:
        return
    if len(kinds) != 1:
        says = f"has {' and '.join(f'`{kind}`' for kind in kinds)}" if kinds else "has no kind"
        yield Cause(
            view.at(*_SECURITY),
            f"`launchSecurity` {says}; on `amd64` it must have exactly one.",
            f"keep {choice(kinds)}" if kinds else f"add {choice(_GATES)}",
            _SUBJECT,
            gate=None if kinds else view.architecture_gate,  # on s390x no kind is right, and the others are amd64's
        )
        return
    kind = kinds[0]
    # While the gate is off, that alone is what the cluster says.
    if view.gates.state(_GATES[kind]) is GateState.OFF:
        return
    for broken, message, fix in _conflicts(view, kind):
        if broken:
            yield Cause(view.at(*_SECURITY, kind), f"{_NAMES[kind]} {message}.", fix, _SUBJECT)
    for index, nic in view.interfaces:
        if look(nic, "bootOrder") is not None:
            what = named("interface", nic, "interfaces", index)
            yield Cause(
                view.at(*_SECURITY, kind),
                f"{_NAMES[kind]} guests can't boot from the network, and {what} has a `bootOrder`.",
                "remove the `bootOrder`",
                _SUBJECT,
            )


def _conflicts(view: View, kind: str) -> Iterator[tuple[bool | None, str, str]]:
    efi = has(view.spec, *_EFI)
    smm = has(view.spec, *_SMM) and flag(view.spec, *_SMM, "enabled", default=True)
    yield kind == "tdx" and smm, "does not work with SMM", "remove `features.smm`"
    yield efi is False, "needs UEFI", "set `firmware.bootloader.efi: {secureBoot: false}`"
    secure = efi and flag(view.spec, *_EFI, "secureBoot", default=True)
    yield kind != "tdx" and secure, "does not work with Secure Boot", "set `efi.secureBoot: false`"
    persistent = efi and flag(view.spec, *_EFI, "persistent")
    yield kind != "sev" and persistent, "does not work with persistent UEFI variables", "remove `efi.persistent`"
    attested = kind == "sev" and has(view.spec, *_SECURITY, "sev", "attestation")
    start = word(view.spec, "startStrategy")
    yield (
        attested and start is not None and start != "Paused",
        "attestation needs a guest that starts paused",
        "set `startStrategy: Paused`",
    )
