"""Networks of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.networks import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.POD_NETWORKS_SEVERAL: Words(
        "{count} networks are the pod network; a guest can have only one.",
        "keep one `pod: {{}}`; attach the others through `multus`",
    ),
    Code.MULTUS_DEFAULTS_SEVERAL: Words(
        "{count} networks are the Multus default; a guest can have only one.",
        "keep one `default: true`",
    ),
    Code.POD_AND_MULTUS_DEFAULT: Words(
        "the guest has both the pod network and a Multus default network, which replaces it.",
        "remove the pod network, or `default: true`",
    ),
    Code.SOURCES_SEVERAL: Words(
        "{entry} has {count} sources, {sources:and}; a network must have exactly one.",
        "keep {sources:choice}",
    ),
    Code.SOURCE_MISSING: Words(
        "{entry} has no source; a network must have exactly one.",
        "add `pod: {{}}`, or `multus` with a `networkName`",
    ),
    Code.NETWORK_NAME_MISSING: Words(
        "{entry} has no `multus.networkName`.",
        "set it to the name of a NetworkAttachmentDefinition",
    ),
    Code.NAME_TWICE: Words(
        "two networks have the name `{name}`.",
        "give each network its own name",
    ),
    Code.WITHOUT_INTERFACE: Words(
        "{entry} has no interface with the same name.",
        "add an interface `{name}` to `domain.devices.interfaces`, or remove the network",
    ),
    Code.CLAIMS_AND_MULTUS: Words(
        "the guest mixes networks of resource claims and of Multus, which KubeVirt does not support.",
        "use one of the two for all",
    ),
    Code.CLAIM_NOT_BOUND: Words(
        "{entry} of a resource claim needs an interface with `sriov` or a binding plugin.",
        "bind its interface with `sriov: {{}}` or `binding`",
    ),
    Code.CLAIM_FIELD_MISSING: Words(
        "{entry} has no `resourceClaim.{field}`.",
        "set `{field}`",
    ),
    Code.CLAIM_NOT_LISTED: Words(
        "{entry} uses the resource claim `{claim}`, which `resourceClaims` does not list.",
        "list the claim in `resourceClaims`",
    ),
    Code.REQUEST_TWICE: Words(
        "two networks use request `{request}` of claim `{claim}`.",
        "give each network its own request",
    ),
}
