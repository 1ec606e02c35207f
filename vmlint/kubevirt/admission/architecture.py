"""What an architecture's guests can't have; judged when the VirtualMachineInstance is made.

Source: KubeVirt `pkg/virt-api/webhooks/{amd64,arm64,s390x}.go`, with the defaults of `pkg/defaults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmlint.kubevirt.admission.reading import flag, has, word
from vmlint.kubevirt.admission.view import ARCHITECTURES, View
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal, Refuser
from vmlint.record import Codes, Record

__all__ = ["Code", "check"]

_DEVICES = ("domain", "devices")
_TARGETS = ("disk", "cdrom", "lun")
_ARM64_BUSES = ("virtio", "scsi")
_ARM64_CPU = "host-passthrough"
_HOST_MODEL = "host-model"
_EFI = ("domain", "firmware", "bootloader", "efi")


class Code(Codes):
    """What an architecture does not have."""

    UNKNOWN = "architecture/unknown"
    VIDEO = "architecture/video"
    VIDEO_WITHOUT_TYPE = "architecture/video-without-type"
    CPU_MODEL = "architecture/cpu-model"
    SECURE_BOOT = "architecture/secure-boot"
    DISK_BUS = "architecture/disk-bus"
    FIELD = "architecture/field"


class _Facts(Record):
    """`video` are the models; `excluded` are fields that the architecture refuses."""

    video: tuple[str, ...]
    excluded: tuple[Path, ...]


_WATCHDOG = (*_DEVICES, "watchdog")
_FACTS = {
    # The watchdog of the architecture is added where it is absent, so only the other one is refused.
    "amd64": _Facts(("vga", "cirrus", "virtio", "ramfb", "bochs"), ((*_WATCHDOG, "diag288"),)),
    "arm64": _Facts(
        ("virtio", "ramfb"),
        (("domain", "firmware", "bootloader", "bios"), _WATCHDOG, (*_DEVICES, "sound")),
    ),
    "s390x": _Facts(("virtio",), ((*_WATCHDOG, "i6300esb"),)),
}


def check(view: View) -> Iterator[Refusal]:
    """Devices and firmware that the guest's architecture does not have."""
    architecture, facts = view.architecture, _FACTS.get(view.architecture)
    if facts is None:
        if architecture:
            yield _refusal(view, Code.UNKNOWN, "architecture", architecture=architecture, known=ARCHITECTURES)
        return
    for path in facts.excluded:
        if has(view.spec, *path):
            field = ".".join(map(str, path[2:]))
            yield _refusal(view, Code.FIELD, *path, architecture=architecture, field=field)
    video = word(view.spec, *_DEVICES, "video", "type")
    if has(view.spec, *_DEVICES, "video") and video is not None and video not in facts.video:
        yield _refusal(
            view,
            Code.VIDEO if video else Code.VIDEO_WITHOUT_TYPE,
            *_DEVICES,
            "video",
            "type",
            architecture=architecture,
            video=video,
            known=facts.video,
        )
    if architecture == "arm64":
        yield from _arm64(view)


def _arm64(view: View) -> Iterator[Refusal]:
    model = word(view.spec, "domain", "cpu", "model")
    if model and (model != _ARM64_CPU if view.does.checks_arm64_cpu_model else model == _HOST_MODEL):
        yield _refusal(view, Code.CPU_MODEL, "domain", "cpu", "model", model=model, allowed=_ARM64_CPU)
    if not view.does.arm64_secure_boot and has(view.spec, *_EFI):
        secure = flag(view.spec, *_EFI, "secureBoot", default=True)
        if secure and has(view.spec, "domain", "features", "smm"):  # without SMM it is refused for that
            yield _refusal(view, Code.SECURE_BOOT, *_EFI)
    for index, disk in view.disks:
        for target in _TARGETS:
            bus = word(disk, target, "bus")
            if bus and bus not in _ARM64_BUSES:
                yield _refusal(
                    view,
                    Code.DISK_BUS,
                    *_DEVICES,
                    "disks",
                    index,
                    target,
                    "bus",
                    entry=Entry.of(disk, "disks", index),
                    bus=bus,
                    known=_ARM64_BUSES,
                )


def _refusal(view: View, code: Code, *path: str | int, **values: Any) -> Refusal:
    return Refusal(code, view.at(*path), values, Refuser.GUEST_WEBHOOK, view.architecture_gate)
