"""Devices other than disks and interfaces.

Source: KubeVirt `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import flag, has, look, whole, word
from vmlint.kubevirt.admission.view import Cause, Owner, Stage, View
from vmlint.model.access import each

__all__ = ["check"]

_SUBJECT = "devices"
_FIELDS = frozenset(("ioThreadsPolicy", "gpus", "sound", "video", "panicDevices"))
_DEVICES = ("domain", "devices")
_POOL_COUNT = ("domain", "ioThreads", "supplementalPoolThreadCount")


def check(view: View) -> Iterator[Cause]:
    """Devices that lack something, or don't go with another setting."""
    if view.fields.isdisjoint(_FIELDS):
        return
    threads = whole(view.spec, *_POOL_COUNT)
    if look(view.spec, "domain", "ioThreadsPolicy") == "supplementalPool" and threads is not None and threads < 1:
        yield Cause(
            view.at("domain", "ioThreads"),
            "the policy `supplementalPool` needs `supplementalPoolThreadCount`, which is not set.",
            "set `ioThreads.supplementalPoolThreadCount` to 1 or more",
            _SUBJECT,
        )
    gpus = tuple(each(view.spec, *_DEVICES, "gpus"))
    shown = [index for index, gpu in gpus if _shows_early(gpu)]
    if len(shown) > 1:
        written = view.owner is Owner.VMI or view.cluster.unset_frame_buffer_counts
        early = sum(written or _is_early(gpu) for index, gpu in gpus if index in shown)
        yield Cause(
            view.at(*_DEVICES, "gpus", shown[1]),
            f"{len(shown)} GPUs have a display with `ramFB`; only one GPU can have it.",
            "set `virtualGPUOptions.display.ramFB.enabled: false` on the others",
            _SUBJECT,
            stage=Stage.VM if early > 1 else Stage.VMI,
        )
    if has(view.spec, *_DEVICES, "sound") and word(view.spec, *_DEVICES, "sound", "name") == "":
        yield Cause(view.at(*_DEVICES, "sound", "name"), "the sound device has no name.", "set `sound.name`", _SUBJECT)
    if (
        has(view.spec, *_DEVICES, "video")
        and flag(view.spec, *_DEVICES, "autoattachGraphicsDevice", default=True) is False
    ):
        yield Cause(
            view.at(*_DEVICES, "video"),
            "`video` is set together with `autoattachGraphicsDevice: false`, which exclude each other.",
            "remove one of the two",
            _SUBJECT,
        )
    if look(view.spec, *_DEVICES, "panicDevices") and view.architecture == "s390x":
        yield Cause(
            view.at(*_DEVICES, "panicDevices"),
            "`s390x` guests can't have `panicDevices`.",
            "remove `panicDevices`",
            _SUBJECT,
        )


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
