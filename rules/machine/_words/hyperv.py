"""Hyper-V features of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.hyperv import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.NEEDS: Words(
        "`hyperv.{feature}` needs `{needed}`, which is disabled.",
        "remove `{needed}.enabled: false`, or `{feature}`",
    ),
    Code.SYNICTIMER_WITHOUT_VPINDEX: Words(
        "`hyperv.synictimer` enables `synic`, which needs `vpindex`, and it is disabled.",
        "remove `vpindex.enabled: false`, or `synictimer`",
    ),
    Code.HYPERV_AND_PASSTHROUGH: Words(
        "`hyperv` and `hypervPassthrough` exclude each other.",
        "keep one of the two",
    ),
}
