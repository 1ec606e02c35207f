"""Encryption of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.launch_security import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.ARCHITECTURE: Words(
        "KubeVirt can't encrypt guests on `{written}`.",
        "set `architecture` to `amd64` or `s390x`, or remove `launchSecurity`",
    ),
    Code.ARCHITECTURE_MISSING: Words(
        "KubeVirt can't encrypt guests without `architecture`.",
        "set `architecture` to `amd64` or `s390x`, or remove `launchSecurity`",
    ),
    Code.KINDS_SEVERAL: Words(
        "`launchSecurity` has {kinds:and}; on `amd64` it must have exactly one.",
        "keep {kinds:choice}",
    ),
    Code.KIND_MISSING: Words(
        "`launchSecurity` has no kind; on `amd64` it must have exactly one.",
        "add {known:choice}",
    ),
    Code.BOOT_FROM_NETWORK: Words(
        "{technology} guests can't boot from the network, and {entry} has a `bootOrder`.",
        "remove the `bootOrder`",
    ),
    Code.SMM: Words("{technology} does not work with SMM.", "remove `features.smm`"),
    Code.WITHOUT_UEFI: Words("{technology} needs UEFI.", "set `firmware.bootloader.efi: {{secureBoot: false}}`"),
    Code.SECURE_BOOT: Words("{technology} does not work with Secure Boot.", "set `efi.secureBoot: false`"),
    Code.PERSISTENT_VARIABLES: Words(
        "{technology} does not work with persistent UEFI variables.", "remove `efi.persistent`"
    ),
    Code.ATTESTED_NOT_PAUSED: Words(
        "{technology} attestation needs a guest that starts paused.", "set `startStrategy: Paused`"
    ),
}
