"""What an architecture's guests can't have; judged when the VirtualMachineInstance is made.

Source: KubeVirt `pkg/virt-api/webhooks/{amd64,arm64,s390x}.go`, with the defaults of `pkg/defaults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vmlint.kubevirt.admission.reading import has, word
from vmlint.kubevirt.admission.view import ARCHITECTURES, Cause, Stage, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "architecture"
_DEVICES = ("domain", "devices")
_TARGETS = ("disk", "cdrom", "lun")
_ARM64_BUSES = ("virtio", "scsi")
_ARM64_CPU = "host-passthrough"


class _Facts(NamedTuple):
    """`video` are the models; `excluded` are fields that the architecture refuses, with what to use instead."""

    video: tuple[str, ...]
    excluded: tuple[tuple[Path, str], ...]


_WATCHDOG = (*_DEVICES, "watchdog")
_FACTS = {
    # The watchdog of the architecture is added where it is absent, so only the other one is refused.
    "amd64": _Facts(("vga", "cirrus", "virtio", "ramfb", "bochs"), (((*_WATCHDOG, "diag288"), "use `i6300esb`"),)),
    "arm64": _Facts(
        ("virtio", "ramfb"),
        (
            (("domain", "firmware", "bootloader", "bios"), "use `efi: {secureBoot: false}`"),
            (_WATCHDOG, "remove it"),
            ((*_DEVICES, "sound"), "remove it"),
        ),
    ),
    "s390x": _Facts(("virtio",), (((*_WATCHDOG, "i6300esb"), "use `diag288`"),)),
}


def check(view: View) -> Iterator[Cause]:
    """Devices and firmware that the guest's architecture does not have."""
    architecture, facts = view.architecture, _FACTS.get(view.architecture)
    if facts is None:
        if architecture:
            yield _cause(
                view,
                f"KubeVirt does not support the architecture `{architecture}`.",
                f"use {choice(ARCHITECTURES)}",
                "architecture",
            )
        return
    for path, fix in facts.excluded:
        if has(view.spec, *path):
            yield _cause(view, f"`{architecture}` guests can't have `{'.'.join(map(str, path[2:]))}`.", fix, *path)
    video = word(view.spec, *_DEVICES, "video", "type")
    if has(view.spec, *_DEVICES, "video") and video is not None and video not in facts.video:
        says = f"the video model `{video}`" if video else "`video` without a `type`"
        yield _cause(
            view,
            f"`{architecture}` guests can't have {says}.",
            f"use {choice(facts.video)}",
            *_DEVICES,
            "video",
            "type",
        )
    if architecture == "arm64":
        yield from _arm64(view)


def _arm64(view: View) -> Iterator[Cause]:
    model = word(view.spec, "domain", "cpu", "model")
    if model and model != _ARM64_CPU:
        yield _cause(
            view,
            f"`arm64` guests can't have the CPU model `{model}`.",
            f"use `{_ARM64_CPU}`, or remove `model`",
            "domain",
            "cpu",
            "model",
        )
    for index, disk in view.disks:
        for target in _TARGETS:
            bus = word(disk, target, "bus")
            if bus and bus not in _ARM64_BUSES:
                yield _cause(
                    view,
                    f"{named('disk', disk, 'disks', index)} is on the bus `{bus}`, which `arm64` guests do not "
                    "support.",
                    f"use {choice(_ARM64_BUSES)}",
                    *_DEVICES,
                    "disks",
                    index,
                    target,
                    "bus",
                )


def _cause(view: View, message: str, fix: str, *path: str | int) -> Cause:
    return Cause(view.at(*path), message, fix, _SUBJECT, Stage.VMI, view.architecture_gate)
