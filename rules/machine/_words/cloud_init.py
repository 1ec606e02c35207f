"""Cloud-init data of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.cloud_init import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.DATA_MISSING: Words(
        "{entry} has neither user data nor network data.",
        "add `userData` or `secretRef`",
    ),
    Code.DATA_SEVERAL: Words(
        "{entry} has {given:and}, which exclude each other.",
        "keep {given:choice}",
    ),
    Code.NOT_BASE64: Words(
        "`{field}Base64` of {entry} is not valid base64.",
        "encode the data",
    ),
    Code.TOO_LONG: Words(
        "`{field}` of {entry} has {length} bytes; at most {most} are allowed.",
        "move it to a Secret and name the Secret in `{secret}`",
    ),
}
