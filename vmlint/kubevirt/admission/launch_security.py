"""Encrypted guests: AMD SEV and SEV-SNP, Intel TDX.

Source: KubeVirt `pkg/virt-api/webhooks/amd64.go`, `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import flag, has, look, many, word
from vmlint.kubevirt.admission.view import View
from vmlint.kubevirt.gates import GateState
from vmlint.model.refusal import Entry, Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_SECURITY = ("domain", "launchSecurity")
_EFI = ("domain", "firmware", "bootloader", "efi")
_SMM = ("domain", "features", "smm")
_GATES = {"sev": "WorkloadEncryptionSEV", "snp": "WorkloadEncryptionSEV", "tdx": "WorkloadEncryptionTDX"}
_NAMES = {"sev": "SEV", "snp": "SEV-SNP", "tdx": "TDX"}


class Code(Codes):
    """What is wrong with the encryption of a guest."""

    ARCHITECTURE = "launch_security/architecture"
    ARCHITECTURE_MISSING = "launch_security/architecture-missing"
    KINDS_SEVERAL = "launch_security/kinds-several"
    KIND_MISSING = "launch_security/kind-missing"
    BOOT_FROM_NETWORK = "launch_security/boot-from-network"
    SMM = "launch_security/smm"
    WITHOUT_UEFI = "launch_security/without-uefi"
    SECURE_BOOT = "launch_security/secure-boot"
    PERSISTENT_VARIABLES = "launch_security/persistent-variables"
    ATTESTED_NOT_PAUSED = "launch_security/attested-not-paused"


def check(view: View) -> Iterator[Refusal]:
    """Encryption on an architecture that has none, or beside a setting that excludes it."""
    if not has(view.spec, *_SECURITY):
        return
    written = word(view.spec, "architecture")
    if not view.does.checks_kind_of_encryption:
        if has(view.spec, *_SECURITY, "sev"):
            yield from _of_kind(view, "sev")
    elif written == "amd64":
        yield from _amd64(view)
    elif written is not None and written != "s390x":
        yield Refusal(
            Code.ARCHITECTURE if written else Code.ARCHITECTURE_MISSING, view.at("architecture"), {"written": written}
        )


def _amd64(view: View) -> Iterator[Refusal]:
    kinds = many(view.spec, *_SECURITY, keys=_GATES)
    if kinds is None:
        return
    if len(kinds) != 1:
        yield Refusal(
            Code.KINDS_SEVERAL if kinds else Code.KIND_MISSING,
            view.at(*_SECURITY),
            {"kinds": kinds, "known": tuple(_GATES)},
            gate=None if kinds else view.architecture_gate,  # on s390x no kind is right, and the others are amd64's
        )
        return
    yield from _of_kind(view, kinds[0])


def _of_kind(view: View, kind: str) -> Iterator[Refusal]:
    # While the gate is off, that alone is what the cluster reports.
    if view.gates.state(_GATES[kind]) is GateState.OFF:
        return
    for code in _conflicts(view, kind):
        yield Refusal(code, view.at(*_SECURITY, kind), {"technology": _NAMES[kind]})
    for index, nic in view.interfaces:
        if look(nic, "bootOrder") is not None:
            entry = Entry.of(nic, "interfaces", index)
            yield Refusal(
                Code.BOOT_FROM_NETWORK, view.at(*_SECURITY, kind), {"technology": _NAMES[kind], "entry": entry}
            )


def _conflicts(view: View, kind: str) -> Iterator[Code]:
    efi = has(view.spec, *_EFI)
    if kind == "tdx" and has(view.spec, *_SMM) and flag(view.spec, *_SMM, "enabled", default=True):
        yield Code.SMM
    if efi is False:
        yield Code.WITHOUT_UEFI
    if kind != "tdx" and efi and flag(view.spec, *_EFI, "secureBoot", default=True):
        yield Code.SECURE_BOOT
    if kind != "sev" and efi and flag(view.spec, *_EFI, "persistent"):
        yield Code.PERSISTENT_VARIABLES
    if kind == "sev" and has(view.spec, *_SECURITY, "sev", "attestation"):
        start = word(view.spec, "startStrategy")
        if start is not None and start != "Paused":
            yield Code.ATTESTED_NOT_PAUSED
