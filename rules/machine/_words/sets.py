"""Pools of VMs and replica sets of VirtualMachineInstances."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.sets import Code

from ..._wording import Wording, Words
from .labels import inner_words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.STRATEGIES_SEVERAL: Words(
        "`{field}` has {kinds:and}; it must have exactly one.",
        "keep {kinds:choice}",
    ),
    Code.SELECTOR_MISSES: Words(
        "the selector does not match the labels of the template.",
        "set the same labels in `{field}`",
    ),
    Code.MAX_UNAVAILABLE: Words(
        "`maxUnavailable` is `{most}`; it must be 1 or more, or from `1%` to `100%`.",
        "use such a value",
    ),
    Code.SELECTOR_INVALID: inner_words,
}
