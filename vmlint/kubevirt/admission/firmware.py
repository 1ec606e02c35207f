"""Machine type, ACPI tables, boot loader, kernel boot, Secure Boot.

Source: KubeVirt `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.forms import glob_matches, is_clean_path
from vmlint.kubevirt.admission.reading import flag, has, names, word
from vmlint.kubevirt.admission.view import ARCHITECTURES, Cause, Owner, View
from vmlint.kubevirt.admission.wording import choice
from vmlint.model.access import get

__all__ = ["check"]

_SUBJECT = "firmware"
_SECURE_BOOT = "secure_boot"
_FIRMWARE = ("domain", "firmware")
_ACPI = (*_FIRMWARE, "acpi")
_LOADER = (*_FIRMWARE, "bootloader")
_KERNEL = (*_FIRMWARE, "kernelBoot")
_MACHINES = dict(zip(ARCHITECTURES, (("q35*", "pc-q35*"), ("virt*",), ("s390-ccw-virtio*",)), strict=True))


def check(view: View) -> Iterator[Cause]:
    """Machine types and firmware settings that KubeVirt refuses."""
    yield from _machine(view)
    if "acpi" in view.fields:
        yield from _acpi(view)
    if "bios" in view.fields and has(view.spec, *_LOADER, "efi") and has(view.spec, *_LOADER, "bios"):
        yield Cause(
            view.at(*_LOADER),
            "`bootloader` has both `efi` and `bios`, which exclude each other.",
            "keep one of the two",
            _SUBJECT,
        )
    if "kernelBoot" in view.fields:
        yield from _kernel(view)
    if "efi" in view.fields:
        yield from _secure_boot(view)


def _machine(view: View) -> Iterator[Cause]:
    machine = word(view.spec, "domain", "machine", "type")
    if not machine or not view.architecture:
        return
    own = view.cluster.machines(view.architecture)
    patterns = own or _MACHINES.get(view.architecture, _MACHINES["amd64"])
    if any(glob_matches(pattern, machine) is not False for pattern in patterns):
        return
    gate = "emulatedMachines" if own is None else None
    # A machine of another architecture is right where that is the cluster's default.
    if any(glob_matches(pattern, machine) for others in _MACHINES.values() for pattern in others):
        gate = view.architecture_gate or gate
    yield Cause(
        view.at("domain", "machine", "type"),
        f"the machine type `{machine}` is not among the `emulatedMachines` of the cluster for `{view.architecture}`.",
        f"use a type such as {choice(pattern.rstrip('*') for pattern in patterns)}",
        _SUBJECT,
        gate=gate,
    )


def _acpi(view: View) -> Iterator[Cause]:
    if not has(view.spec, *_ACPI):
        return
    references = {field: word(view.spec, *_ACPI, field) for field in ("slicNameRef", "msdmNameRef")}
    if all(name == "" for name in references.values()):
        yield Cause(
            view.at(*_ACPI),
            "`firmware.acpi` names no volume.",
            "set `slicNameRef` or `msdmNameRef`, or remove `acpi`",
            _SUBJECT,
        )
    volumes = names(view.spec, "volumes")
    for field, name in references.items():
        if not name or volumes is None:
            continue
        secret = has(view.volume(name), "secret")
        if name not in volumes:
            says, fix = "which is not a volume of the guest", f"add a volume `{name}` with a `secret`"
        elif secret is False:
            says, fix = "which is not a Secret volume", f"give the volume `{name}` a `secret`"
        else:
            continue
        yield Cause(view.at(*_ACPI, field), f"`acpi.{field}` names `{name}`, {says}.", fix, _SUBJECT)


def _kernel(view: View) -> Iterator[Cause]:
    container = has(view.spec, *_KERNEL, "container")
    if container is False and word(view.spec, *_KERNEL, "kernelArgs"):
        yield Cause(
            view.at(*_KERNEL, "kernelArgs"),
            "`kernelArgs` needs a kernel, and `kernelBoot` has no `container`.",
            "add `kernelBoot.container`, or remove `kernelArgs`",
            _SUBJECT,
        )
    if not container:
        return
    if word(view.spec, *_KERNEL, "container", "image") == "":
        yield Cause(
            view.at(*_KERNEL, "container", "image"),
            "`kernelBoot.container` has no image.",
            "set `image`",
            _SUBJECT,
        )
    paths = {field: word(view.spec, *_KERNEL, "container", field) for field in ("kernelPath", "initrdPath")}
    if all(path == "" for path in paths.values()):
        yield Cause(
            view.at(*_KERNEL, "container"),
            "`kernelBoot.container` has neither `kernelPath` nor `initrdPath`.",
            "set one of them",
            _SUBJECT,
        )
    for field, path in paths.items():
        if path and not is_clean_path(path):
            yield Cause(
                view.at(*_KERNEL, "container", field),
                f"`{path}` is not an absolute path to a file.",
                "write a path such as `/boot/vmlinuz`, without `.` and `..`",
                _SUBJECT,
            )


def _secure_boot(view: View) -> Iterator[Cause]:
    """Secure Boot is on unless it is switched off, and needs SMM; firmware for TDX does without.

    A VirtualMachineInstance on arm64 has it switched off by default; a VM is judged before that default comes.
    """
    by_default = not (view.owner is Owner.VMI and view.architecture == "arm64")
    secure = has(view.spec, *_LOADER, "efi") and flag(view.spec, *_LOADER, "efi", "secureBoot", default=by_default)
    smm = has(view.spec, "domain", "features", "smm")
    managed = smm and flag(view.spec, "domain", "features", "smm", "enabled", default=True)
    if not secure or managed is not False or has(view.spec, "domain", "launchSecurity", "tdx") is not False:
        return
    written = get(view.spec, *_LOADER, "efi", "secureBoot")
    yield Cause(
        view.at(*_LOADER, "efi", *(() if written is None else ("secureBoot",))),
        f"Secure Boot is on{'' if written else ' by default'}, and needs SMM, which is off.",
        "set `features.smm.enabled: true`, or `efi.secureBoot: false`",
        _SECURE_BOOT,
    )
