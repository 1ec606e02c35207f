"""Devices of a guest other than disks and interfaces."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.devices import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.POOL_WITHOUT_THREADS: Words(
        "the policy `supplementalPool` needs `supplementalPoolThreadCount`, which is not set.",
        "set `ioThreads.supplementalPoolThreadCount` to 1 or more",
    ),
    Code.FRAME_BUFFERS_SEVERAL: Words(
        "{count} GPUs have a display with `ramFB`; only one GPU can have it.",
        "set `virtualGPUOptions.display.ramFB.enabled: false` on the others",
    ),
    Code.SOUND_NAMELESS: Words(
        "the sound device has no name.",
        "set `sound.name`",
    ),
    Code.VIDEO_WITHOUT_GRAPHICS: Words(
        "`video` is set together with `autoattachGraphicsDevice: false`, which exclude each other.",
        "remove one of the two",
    ),
    Code.PANIC_DEVICES_ON_S390X: Words(
        "`s390x` guests can't have `panicDevices`.",
        "remove `panicDevices`",
    ),
}
