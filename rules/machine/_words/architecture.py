"""Devices and firmware that an architecture does not have."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.architecture import Code
from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words

__all__ = ["WORDS"]


_INSTEAD = {
    "watchdog.diag288": "use `i6300esb`",
    "watchdog.i6300esb": "use `diag288`",
    "bootloader.bios": "use `efi: {secureBoot: false}`",
}
"""What an architecture has in the place of a field that it refuses."""


def _field(refusal: Refusal) -> Words:
    architecture, field = refusal.values["architecture"], refusal.values["field"]
    return Words(f"`{architecture}` guests can't have `{field}`.", _INSTEAD.get(field, "remove it"))


WORDS: Mapping[Code, Wording] = {
    Code.UNKNOWN: Words(
        "KubeVirt does not support the architecture `{architecture}`.",
        "use {known:choice}",
    ),
    Code.VIDEO: Words(
        "`{architecture}` guests can't have the video model `{video}`.",
        "use {known:choice}",
    ),
    Code.VIDEO_WITHOUT_TYPE: Words(
        "`{architecture}` guests can't have `video` without a `type`.",
        "use {known:choice}",
    ),
    Code.CPU_MODEL: Words(
        "`arm64` guests can't have the CPU model `{model}`.",
        "use `{allowed}`, or remove `model`",
    ),
    Code.SECURE_BOOT: Words(
        "`arm64` guests can't have Secure Boot.",
        "set `efi.secureBoot: false`",
    ),
    Code.DISK_BUS: Words(
        "{entry} is on the bus `{bus}`, which `arm64` guests do not support.",
        "use {known:choice}",
    ),
    Code.FIELD: _field,
}
