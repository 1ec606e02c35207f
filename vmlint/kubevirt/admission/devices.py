"""Devices other than disks and interfaces.

Source: KubeVirt `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import flag, has, look, whole, word
from vmlint.kubevirt.admission.view import Owner, View
from vmlint.model.access import each
from vmlint.model.refusal import Refusal, Refuser
from vmlint.record import Codes

__all__ = ["Code", "check"]

_DEVICES = ("domain", "devices")
_POOL_COUNT = ("domain", "ioThreads", "supplementalPoolThreadCount")


class Code(Codes):
    """What is wrong with the other devices of a guest."""

    POOL_WITHOUT_THREADS = "devices/pool-without-threads"
    FRAME_BUFFERS_SEVERAL = "devices/frame-buffers-several"
    SOUND_NAMELESS = "devices/sound-nameless"
    VIDEO_WITHOUT_GRAPHICS = "devices/video-without-graphics"
    PANIC_DEVICES_ON_S390X = "devices/panic-devices-on-s390x"


def check(view: View) -> Iterator[Refusal]:
    """Devices that lack something, or don't go with another setting."""
    threads = whole(view.spec, *_POOL_COUNT)
    if look(view.spec, "domain", "ioThreadsPolicy") == "supplementalPool" and threads is not None and threads < 1:
        yield Refusal(Code.POOL_WITHOUT_THREADS, view.at("domain", "ioThreads"))
    gpus = tuple(each(view.spec, *_DEVICES, "gpus"))
    shown = [index for index, gpu in gpus if _shows_early(gpu)]
    if len(shown) > 1:
        written = view.owner is Owner.VMI or view.cluster.unset_frame_buffer_counts
        early = sum(written or _is_early(gpu) for index, gpu in gpus if index in shown)
        yield Refusal(
            Code.FRAME_BUFFERS_SEVERAL,
            view.at(*_DEVICES, "gpus", shown[1]),
            {"count": len(shown)},
            by=Refuser.VALIDATING_WEBHOOK if early > 1 else Refuser.GUEST_WEBHOOK,
        )
    if has(view.spec, *_DEVICES, "sound") and word(view.spec, *_DEVICES, "sound", "name") == "":
        yield Refusal(Code.SOUND_NAMELESS, view.at(*_DEVICES, "sound", "name"))
    if (
        has(view.spec, *_DEVICES, "video")
        and flag(view.spec, *_DEVICES, "autoattachGraphicsDevice", default=True) is False
    ):
        yield Refusal(Code.VIDEO_WITHOUT_GRAPHICS, view.at(*_DEVICES, "video"))
    if look(view.spec, *_DEVICES, "panicDevices") and view.architecture == "s390x":
        yield Refusal(Code.PANIC_DEVICES_ON_S390X, view.at(*_DEVICES, "panicDevices"))


def _is_early(gpu: Mapping[str, Any]) -> bool:
    """Whether a display's frame buffer is on before `enabled` is filled in: by an absent `ramFB`, or by its value."""
    buffer = ("virtualGPUOptions", "display", "ramFB")
    return not has(gpu, *buffer) or flag(gpu, *buffer, "enabled") is True


def _shows_early(gpu: Mapping[str, Any]) -> bool:
    """Whether a GPU has a display with a frame buffer for the boot; each is on unless switched off."""
    display = ("virtualGPUOptions", "display")
    return bool(
        has(gpu, *display)
        and flag(gpu, *display, "enabled", default=True)
        and flag(gpu, *display, "ramFB", "enabled", default=True)
    )
