"""Memory of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.memory import Code
from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words

__all__ = ["WORDS"]


_HOTPLUG = "`memory.maxGuest` enables memory hotplug, and"
_AMD64 = "set `architecture: amd64`, or remove `maxGuest`"
_FIXED = {
    "domain.cpu.realtime": "a realtime guest",
    "domain.cpu.numa.guestMappingPassthrough": "a guest that maps the host's NUMA nodes",
    "domain.launchSecurity": "an encrypted guest",
}


def _fixed(refusal: Refusal) -> Words:
    field = refusal.values["field"]
    return Words(f"{_HOTPLUG} {_FIXED[field]} can't have it.", f"remove `maxGuest`, or `{field}`")


WORDS: Mapping[Code, Wording] = {
    Code.REQUEST_TOO_SMALL: Words(
        "the memory request is `{request}`, which is less than one megabyte.",
        "add the unit; `1Gi` is one gibibyte, `1` is one byte",
    ),
    Code.REQUEST_ABOVE_LIMIT: Words(
        "the memory request `{request}` is greater than the limit `{limit}`.",
        "raise the limit or lower the request",
    ),
    Code.NEGATIVE: Words(
        "`{field}` is `{value}`; it must not be negative.",
        "use a positive amount",
    ),
    Code.PAGE_SIZE_INVALID: Words(
        "the huge page size `{size}` is not a valid quantity.",
        "use a page size that the nodes have, such as `2Mi` or `1Gi`",
    ),
    Code.HUGEPAGES_WITHOUT_MEMORY: Words(
        (
            "the template uses huge pages without `memory.guest` or a memory request, on which KubeVirt's webhook "
            "crashes."
        ),
        "set `domain.memory.guest`",
    ),
    Code.PAGE_SIZE_ZERO: Words(
        "the huge page size is `{size}`; it must be more than zero.",
        "use a page size that the nodes have, such as `2Mi` or `1Gi`",
    ),
    Code.LESS_THAN_A_PAGE: Words(
        "the memory `{memory}` is less than one huge page of `{size}`.",
        "use a smaller page size or more memory",
    ),
    Code.NOT_WHOLE_PAGES: Words(
        "the memory `{memory}` is not a multiple of the huge page size `{size}`.",
        "use a multiple of the page size",
    ),
    Code.GUEST_ABOVE_LIMIT: Words(
        "the guest memory `{guest}` is greater than the memory limit `{limit}`.",
        "raise `resources.limits.memory`, or remove it",
    ),
    Code.UNSET_IN_VM: Words(
        "the VM has no memory: `memory.guest`, `memory.hugepages`, a request or a limit must be set.",
        "set `domain.memory.guest`, or name an instancetype",
    ),
    Code.UNSET: Words(
        "the VM has no memory: `memory.guest`, `memory.hugepages`, a request or a limit must be set.",
        "set `domain.memory.guest`",
    ),
    Code.HOTPLUG_FIXED: _fixed,
    Code.HOTPLUG_WITHOUT_GUEST: Words(f"{_HOTPLUG} the guest memory is not set.", "set `domain.memory.guest`"),
    Code.HOTPLUG_ABOVE_MAXIMUM: Words(
        f"{_HOTPLUG} the guest memory `{{guest}}` is greater than the maximum `{{most}}`.", "raise `maxGuest`"
    ),
    Code.HOTPLUG_GUEST_BLOCKS: Words(
        f"{_HOTPLUG} the guest memory `{{value}}` is not a multiple of `{{block}}`.", "use a multiple of `{block}`"
    ),
    Code.HOTPLUG_MAXIMUM_BLOCKS: Words(
        f"{_HOTPLUG} `maxGuest` `{{value}}` is not a multiple of `{{block}}`.", "use a multiple of `{block}`"
    ),
    Code.HOTPLUG_ARCHITECTURE: Words(f"{_HOTPLUG} `{{architecture}}` can't have it: only `amd64` can.", _AMD64),
    Code.HOTPLUG_WITHOUT_ARCHITECTURE: Words(
        f"{_HOTPLUG} a template without `architecture` can't have it: only `amd64` can.", _AMD64
    ),
    Code.HOTPLUG_TOO_SMALL: Words(
        f"{_HOTPLUG} the guest memory `{{guest}}` is less than `1Gi`.", "use `1Gi` or more, or remove `maxGuest`"
    ),
}
