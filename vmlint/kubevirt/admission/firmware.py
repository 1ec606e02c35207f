"""Machine type, ACPI tables, boot loader, kernel boot, Secure Boot.

Source: KubeVirt `vmi-create-admitter.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vmlint.kubevirt.admission.forms import glob_matches, is_clean_path
from vmlint.kubevirt.admission.reading import flag, has, names, word
from vmlint.kubevirt.admission.view import ARCHITECTURES, Owner, View
from vmlint.model.access import get
from vmlint.model.refusal import Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_FIRMWARE = ("domain", "firmware")
_ACPI = (*_FIRMWARE, "acpi")
_LOADER = (*_FIRMWARE, "bootloader")
_KERNEL = (*_FIRMWARE, "kernelBoot")
_MACHINES = dict(zip(ARCHITECTURES, (("q35*", "pc-q35*"), ("virt*",), ("s390-ccw-virtio*",)), strict=True))


class Code(Codes):
    """What is wrong with a guest's firmware."""

    LOADERS_SEVERAL = "firmware/loaders-several"
    MACHINE = "firmware/machine"
    ACPI_EMPTY = "firmware/acpi-empty"
    KERNEL_MISSING = "firmware/kernel-missing"
    IMAGE_MISSING = "firmware/image-missing"
    PATHS_MISSING = "firmware/paths-missing"
    PATH_INVALID = "firmware/path-invalid"
    SECURE_BOOT = "secure_boot/secure-boot"
    SECURE_BOOT_BY_DEFAULT = "secure_boot/secure-boot-by-default"
    ACPI_VOLUME_MISSING = "firmware/acpi-volume-missing"
    ACPI_NOT_A_SECRET = "firmware/acpi-not-a-secret"


def check(view: View) -> Iterator[Refusal]:
    """Machine types and firmware settings that KubeVirt refuses."""
    yield from _machine(view)
    if "acpi" in view.fields:
        yield from _acpi(view)
    if "bios" in view.fields and has(view.spec, *_LOADER, "efi") and has(view.spec, *_LOADER, "bios"):
        yield Refusal(Code.LOADERS_SEVERAL, view.at(*_LOADER))
    if "kernelBoot" in view.fields:
        yield from _kernel(view)
    if "efi" in view.fields:
        yield from _secure_boot(view)


def _machine(view: View) -> Iterator[Refusal]:
    machine = word(view.spec, "domain", "machine", "type")
    if not machine or not view.architecture:
        return
    own = view.cluster.machines(view.architecture)
    patterns = own or _MACHINES.get(view.architecture, _MACHINES["amd64"])
    matches = glob_matches if view.does.matches_machines_as_globs else _part_matches
    if any(matches(pattern, machine) is not False for pattern in patterns):
        return
    gate = "emulatedMachines" if own is None else None
    # A machine of another architecture is right where that is the cluster's default.
    if any(matches(pattern, machine) for others in _MACHINES.values() for pattern in others):
        gate = view.architecture_gate or gate
    yield Refusal(
        Code.MACHINE,
        view.at("domain", "machine", "type"),
        {
            "machine": machine,
            "architecture": view.architecture,
            "known": tuple(pattern.rstrip("*") for pattern in patterns),
        },
        gate=gate,
    )


def _part_matches(pattern: str, machine: str) -> bool | None:
    """Whether a part of a machine type matches a regular expression; None for an invalid one."""
    try:
        return re.search(pattern, machine) is not None
    except re.error:
        return None


def _acpi(view: View) -> Iterator[Refusal]:
    if not has(view.spec, *_ACPI):
        return
    references = {field: word(view.spec, *_ACPI, field) for field in ("slicNameRef", "msdmNameRef")}
    if all(name == "" for name in references.values()):
        yield Refusal(Code.ACPI_EMPTY, view.at(*_ACPI))
    volumes = names(view.spec, "volumes")
    for field, name in references.items():
        if not name or volumes is None:
            continue
        secret = has(view.volume(name), "secret")
        if name not in volumes:
            yield Refusal(Code.ACPI_VOLUME_MISSING, view.at(*_ACPI, field), {"field": field, "name": name})
        elif secret is False:
            yield Refusal(Code.ACPI_NOT_A_SECRET, view.at(*_ACPI, field), {"field": field, "name": name})


def _kernel(view: View) -> Iterator[Refusal]:
    container = has(view.spec, *_KERNEL, "container")
    if container is False and word(view.spec, *_KERNEL, "kernelArgs"):
        yield Refusal(Code.KERNEL_MISSING, view.at(*_KERNEL, "kernelArgs"))
    if not container:
        return
    if word(view.spec, *_KERNEL, "container", "image") == "":
        yield Refusal(Code.IMAGE_MISSING, view.at(*_KERNEL, "container", "image"))
    paths = {field: word(view.spec, *_KERNEL, "container", field) for field in ("kernelPath", "initrdPath")}
    if all(path == "" for path in paths.values()):
        yield Refusal(Code.PATHS_MISSING, view.at(*_KERNEL, "container"))
    for field, path in paths.items():
        if path and not is_clean_path(path):
            yield Refusal(Code.PATH_INVALID, view.at(*_KERNEL, "container", field), {"file": path})


def _secure_boot(view: View) -> Iterator[Refusal]:
    """Secure Boot is on unless it is switched off, and needs SMM; firmware for TDX does without, in newer releases.

    A VirtualMachineInstance on arm64 has it switched off by default; a VM is judged before that default comes.
    """
    by_default = not (view.owner is Owner.VMI and view.architecture == "arm64" and view.does.arm64_secure_boot)
    tdx = has(view.spec, "domain", "launchSecurity", "tdx") is not False  # it excludes SMM
    secure = has(view.spec, *_LOADER, "efi") and flag(view.spec, *_LOADER, "efi", "secureBoot", default=by_default)
    smm = has(view.spec, "domain", "features", "smm")
    managed = smm and flag(view.spec, "domain", "features", "smm", "enabled", default=True)
    if not secure or managed is not False or (tdx and view.does.tdx_without_smm):
        return
    written = get(view.spec, *_LOADER, "efi", "secureBoot")
    yield Refusal(
        Code.SECURE_BOOT if written else Code.SECURE_BOOT_BY_DEFAULT,
        view.at(*_LOADER, "efi", *(() if written is None else ("secureBoot",))),
        {"tdx": tdx},
    )
