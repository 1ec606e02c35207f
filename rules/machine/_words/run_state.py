"""Run strategy of a VM."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.run_state import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.MISSING: Words(
        "`runStrategy` is missing.",
        "set `runStrategy`, such as `Always` or `Halted`",
    ),
    Code.RUNNING_AND_STRATEGY: Words(
        "the VM has `running` and `runStrategy`, which exclude each other.",
        "remove `running`, which is deprecated",
    ),
    Code.UNKNOWN: Words(
        "`runStrategy` is `{strategy}`; it must be {known:choice}.",
        "use {known:choice}",
    ),
    Code.GATE_OFF: Words(
        "`runStrategy: {strategy}` needs the feature gate `{needed}`{off}.",
        "use {known:choice}",
    ),
}
