"""Metadata of a guest's template."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.metadata import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.RESERVED_LABEL: Words(
        "the label `{label}` is reserved for KubeVirt.",
        "remove the label",
    ),
}
