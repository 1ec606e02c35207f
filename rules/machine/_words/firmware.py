"""Machine type and firmware of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.firmware import Code
from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words

__all__ = ["WORDS"]


def _secure_boot(refusal: Refusal) -> Words:
    on = "on by default" if refusal.code is Code.SECURE_BOOT_BY_DEFAULT else "on"
    off = "set `efi.secureBoot: false`"
    return Words(
        f"Secure Boot is {on}, and needs SMM, which is off.",
        off if refusal.values["tdx"] else f"set `features.smm.enabled: true`, or{off.removeprefix('set')}",
    )


WORDS: Mapping[Code, Wording] = {
    Code.LOADERS_SEVERAL: Words(
        "`bootloader` has both `efi` and `bios`, which exclude each other.",
        "keep one of the two",
    ),
    Code.MACHINE: Words(
        "the machine type `{machine}` is not among the `emulatedMachines` of the cluster for `{architecture}`.",
        "use a type such as {known:choice}",
    ),
    Code.ACPI_EMPTY: Words(
        "`firmware.acpi` names no volume.",
        "set `slicNameRef` or `msdmNameRef`, or remove `acpi`",
    ),
    Code.KERNEL_MISSING: Words(
        "`kernelArgs` needs a kernel, and `kernelBoot` has no `container`.",
        "add `kernelBoot.container`, or remove `kernelArgs`",
    ),
    Code.IMAGE_MISSING: Words(
        "`kernelBoot.container` has no image.",
        "set `image`",
    ),
    Code.PATHS_MISSING: Words(
        "`kernelBoot.container` has neither `kernelPath` nor `initrdPath`.",
        "set one of them",
    ),
    Code.PATH_INVALID: Words(
        "`{file}` is not an absolute path to a file.",
        "write a path such as `/boot/vmlinuz`, without `.` and `..`",
    ),
    Code.SECURE_BOOT: _secure_boot,
    Code.SECURE_BOOT_BY_DEFAULT: _secure_boot,
    Code.ACPI_VOLUME_MISSING: Words(
        "`acpi.{field}` names `{name}`, which is not a volume of the guest.", "add a volume `{name}` with a `secret`"
    ),
    Code.ACPI_NOT_A_SECRET: Words(
        "`acpi.{field}` names `{name}`, which is not a Secret volume.", "give the volume `{name}` a `secret`"
    ),
}
