"""Resource claims of a guest, and the devices that use them."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.claims import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.NAME_MISSING: Words(
        "{entry} has no name.",
        "set its `name`",
    ),
    Code.NAME_TWICE: Words(
        "two resource claims have the name `{name}`.",
        "rename one",
    ),
    Code.NAME_INVALID: Words(
        "the name of {entry} is not a valid DNS label.",
        "use at most 63 lower-case letters, digits and inner dashes",
    ),
    Code.REFERENCES_SEVERAL: Words(
        "{entry} names both a claim and a template.",
        "set one of `resourceClaimName` and `resourceClaimTemplateName`",
    ),
    Code.REFERENCE_MISSING: Words(
        "{entry} names neither a claim nor a template.",
        "set one of `resourceClaimName` and `resourceClaimTemplateName`",
    ),
    Code.OBJECT_NAME_INVALID: Words(
        "`{value}` is not a valid object name.",
        "use the name of an object",
    ),
    Code.GPUS_MIXED: Words(
        "the guest mixes GPUs of resource claims and of device plugins, which KubeVirt does not support.",
        "use one of the two for all",
    ),
    Code.DEVICE_UNNAMED: Words(
        "{entry} has neither `deviceName` nor a claim.",
        "set `deviceName`, or a claim",
    ),
    Code.DEVICE_NAMED_TWICE: Words(
        "{entry} has `deviceName` and a claim.",
        "keep one of the two",
    ),
    Code.CLAIM_FIELD_MISSING: Words(
        "{entry} has no `{key}`.",
        "set `{key}`",
    ),
    Code.CLAIM_NOT_LISTED: Words(
        "{entry} uses the resource claim `{claim}`, which `resourceClaims` does not list.",
        "list the claim in `resourceClaims`",
    ),
    Code.REQUEST_TAKEN: Words(
        "{entry} uses request `{request}` of claim `{claim}`, which {holder} uses already.",
        "give each device its own request",
    ),
}
