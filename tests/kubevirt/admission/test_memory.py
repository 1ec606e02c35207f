"""Memory: requests, limits, huge pages, guest memory and its hotplug."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import Owner, memory
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "a request is not negative",
        {"domain": {"resources": {"requests": {"memory": "1Gi"}}}},
        {"domain": {"memory": {"guest": "1Gi"}, "resources": {"requests": {"memory": "-1Gi"}}}},
        [
            Expected(
                at("domain.resources.requests.memory"),
                "`resources.requests.memory` is `-1Gi`; it must not be negative.",
                "use a positive amount",
                "memory",
            )
        ],
    ),
    Row(
        "a request is a megabyte at least",
        {"domain": {"resources": {"requests": {"memory": "1M"}}}},
        {"domain": {"resources": {"requests": {"memory": "999999"}}}},
        [
            Expected(
                at("domain.resources.requests.memory"),
                "the memory request is `999999`, which is less than one megabyte.",
                "add the unit; `1Gi` is one gibibyte, `1` is one byte",
                "memory",
            )
        ],
    ),
    Row(
        "a limit is not negative",
        {"domain": {"memory": {"guest": "1Gi"}, "resources": {"limits": {"memory": "1Gi"}}}},
        {"domain": {"memory": {"guest": "1Gi"}, "resources": {"limits": {"memory": "-1"}}}},
        [
            Expected(
                at("domain.resources.limits.memory"),
                "`resources.limits.memory` is `-1`; it must not be negative.",
                "use a positive amount",
                "memory",
            )
        ],
    ),
    Row(
        "a request is within the limit",
        {"domain": {"resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}}},
        {"domain": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}},
        [
            Expected(
                at("domain.resources.requests.memory"),
                "the memory request `2Gi` is greater than the limit `1Gi`.",
                "raise the limit or lower the request",
                "memory",
            )
        ],
    ),
    Row(
        "a page size is a quantity",
        {"domain": {"memory": {"guest": "1Gi", "hugepages": {"pageSize": "2Mi"}}}},
        {"domain": {"memory": {"guest": "1Gi", "hugepages": {"pageSize": "2MB"}}}},
        [
            Expected(
                at("domain.memory.hugepages.pageSize"),
                "the huge page size `2MB` is not a valid quantity.",
                "use a page size that the nodes have, such as `2Mi` or `1Gi`",
                "memory",
            )
        ],
    ),
    Row(
        "a page size is more than nothing",
        {"domain": {"memory": {"guest": "1Gi", "hugepages": {"pageSize": "2Mi"}}}},
        {"domain": {"memory": {"guest": "1Gi", "hugepages": {"pageSize": "0"}}}},
        [
            Expected(
                at("domain.memory.hugepages.pageSize"),
                "the huge page size is `0`; it must be more than zero.",
                "use a page size that the nodes have, such as `2Mi` or `1Gi`",
                "memory",
            )
        ],
    ),
    Row(
        "memory holds one page",
        {"domain": {"memory": {"guest": "1Gi", "hugepages": {"pageSize": "1Gi"}}}},
        {"domain": {"memory": {"guest": "512Mi", "hugepages": {"pageSize": "1Gi"}}}},
        [
            Expected(
                at("domain.memory.hugepages.pageSize"),
                "the memory `512Mi` is less than one huge page of `1Gi`.",
                "use a smaller page size or more memory",
                "memory",
            )
        ],
    ),
    Row(
        "memory is whole pages",
        {"domain": {"resources": {"requests": {"memory": "4Mi"}}, "memory": {"hugepages": {"pageSize": "2Mi"}}}},
        {"domain": {"resources": {"requests": {"memory": "3Mi"}}, "memory": {"hugepages": {"pageSize": "2Mi"}}}},
        [
            Expected(
                at("domain.memory.hugepages.pageSize"),
                "the memory `3Mi` is not a multiple of the huge page size `2Mi`.",
                "use a multiple of the page size",
                "memory",
            )
        ],
    ),
    Row(
        "a raw template with huge pages names its memory",
        {"domain": {"memory": {"guest": "1Gi", "hugepages": {"pageSize": "2Mi"}}}},
        {"domain": {"memory": {"hugepages": {"pageSize": "2Mi"}}}},
        [
            Expected(
                at("domain.memory.hugepages.pageSize", Owner.POOL),
                (
                    "the template uses huge pages without `memory.guest` or a memory request, on which "
                    "KubeVirt's webhook crashes."
                ),
                "set `domain.memory.guest`",
                "memory",
            )
        ],
        good_in={"owner": Owner.POOL},
        bad_in={"owner": Owner.POOL},
    ),
    Row(
        "guest memory is within the limit, unless it can change live",
        {"domain": {"memory": {"guest": "2Gi"}, "resources": {"limits": {"memory": "1Gi"}}}},
        {"domain": {"memory": {"guest": "2Gi"}, "resources": {"limits": {"memory": "1Gi"}}}},
        [
            Expected(
                at("domain.memory.guest"),
                "the guest memory `2Gi` is greater than the memory limit `1Gi`.",
                "raise `resources.limits.memory`, or remove it",
                "memory",
            )
        ],
        good_in={},
        bad_in={"cluster": kubevirt(vmRolloutStrategy="Stage")},
    ),
    Row(
        "before 1.6 memory does not change live",
        {"domain": {"memory": {"guest": "2Gi"}, "resources": {"limits": {"memory": "1Gi"}}}},
        {"domain": {"memory": {"guest": "2Gi"}, "resources": {"limits": {"memory": "1Gi"}}}},
        [
            Expected(
                at("domain.memory.guest"),
                "the guest memory `2Gi` is greater than the memory limit `1Gi`.",
                "raise `resources.limits.memory`, or remove it",
                "memory",
            )
        ],
        good_in={"release": (1, 6)},
        bad_in={"release": (1, 5)},
    ),
    Row(
        "hotplug has room",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {"architecture": "amd64", "domain": {"memory": {"guest": "2Gi", "maxGuest": "1Gi"}}},
        [
            Expected(
                at("domain.memory.guest"),
                (
                    "`memory.maxGuest` enables memory hotplug, and the guest memory `2Gi` is greater than the "
                    "maximum `1Gi`."
                ),
                "raise `maxGuest`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug does not go with realtime",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {"architecture": "amd64", "domain": {"cpu": {"realtime": {}}, "memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        [
            Expected(
                at("domain.memory"),
                "`memory.maxGuest` enables memory hotplug, and a realtime guest can't have it.",
                "remove `maxGuest`, or `domain.cpu.realtime`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug does not go with NUMA passthrough",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {
            "architecture": "amd64",
            "domain": {"cpu": {"numa": {"guestMappingPassthrough": {}}}, "memory": {"guest": "1Gi", "maxGuest": "2Gi"}},
        },
        [
            Expected(
                at("domain.memory"),
                (
                    "`memory.maxGuest` enables memory hotplug, and a guest that maps the host's NUMA nodes can't "
                    "have it."
                ),
                "remove `maxGuest`, or `domain.cpu.numa.guestMappingPassthrough`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug does not go with encryption",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"sev": {}}, "memory": {"guest": "1Gi", "maxGuest": "2Gi"}},
        },
        [
            Expected(
                at("domain.memory"),
                "`memory.maxGuest` enables memory hotplug, and an encrypted guest can't have it.",
                "remove `maxGuest`, or `domain.launchSecurity`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug needs guest memory",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {
            "architecture": "amd64",
            "domain": {"memory": {"maxGuest": "2Gi"}, "resources": {"requests": {"memory": "1Gi"}}},
        },
        [
            Expected(
                at("domain.memory.guest", Owner.POOL),
                "`memory.maxGuest` enables memory hotplug, and the guest memory is not set.",
                "set `domain.memory.guest`",
                "memory",
            )
        ],
        good_in={"owner": Owner.POOL},
        bad_in={"owner": Owner.POOL},
    ),
    Row(
        "hotplug needs aligned guest memory",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1026Mi", "maxGuest": "2Gi"}}},
        {"architecture": "amd64", "domain": {"memory": {"guest": "1025Mi", "maxGuest": "2Gi"}}},
        [
            Expected(
                at("domain.memory.guest"),
                ("`memory.maxGuest` enables memory hotplug, and the guest memory `1025Mi` is not a multiple of `2Mi`."),
                "use a multiple of `2Mi`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug needs an aligned maximum",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2049Mi"}}},
        [
            Expected(
                at("domain.memory"),
                ("`memory.maxGuest` enables memory hotplug, and `maxGuest` `2049Mi` is not a multiple of `2Mi`."),
                "use a multiple of `2Mi`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug with large pages needs larger steps",
        {
            "architecture": "amd64",
            "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi", "hugepages": {"pageSize": "1Gi"}}},
        },
        {
            "architecture": "amd64",
            "domain": {"memory": {"guest": "1Gi", "maxGuest": "2050Mi", "hugepages": {"pageSize": "1Gi"}}},
        },
        [
            Expected(
                at("domain.memory"),
                ("`memory.maxGuest` enables memory hotplug, and `maxGuest` `2050Mi` is not a multiple of `1Gi`."),
                "use a multiple of `1Gi`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug is for amd64",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {"architecture": "arm64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        [
            Expected(
                at("domain.memory"),
                "`memory.maxGuest` enables memory hotplug, and `arm64` can't have it: only `amd64` can.",
                "set `architecture: amd64`, or remove `maxGuest`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug starts at a gibibyte",
        {"architecture": "amd64", "domain": {"memory": {"guest": "1Gi", "maxGuest": "2Gi"}}},
        {"architecture": "amd64", "domain": {"memory": {"guest": "512Mi", "maxGuest": "2Gi"}}},
        [
            Expected(
                at("domain.memory.guest"),
                ("`memory.maxGuest` enables memory hotplug, and the guest memory `512Mi` is less than `1Gi`."),
                "use `1Gi` or more, or remove `maxGuest`",
                "memory",
            )
        ],
    ),
    Row(
        "hotplug is a VM's alone, and the rollout strategy decides",
        {"architecture": "amd64", "domain": {"memory": {"guest": "2Gi", "maxGuest": "1Gi"}}},
        {"architecture": "amd64", "domain": {"memory": {"guest": "2Gi", "maxGuest": "1Gi"}}},
        [
            Expected(
                at("domain.memory.guest"),
                (
                    "`memory.maxGuest` enables memory hotplug, and the guest memory `2Gi` is greater than the "
                    "maximum `1Gi`."
                ),
                "raise `maxGuest`",
                "memory",
                Refuser.VALIDATING_WEBHOOK,
                "vmRolloutStrategy",
            )
        ],
        good_in={"owner": Owner.VMI},
        bad_in={"closed": False},
    ),
    Row(
        "a guest has memory",
        {"domain": {"resources": {"limits": {"memory": "1Gi"}}}},
        {"domain": {}},
        [
            Expected(
                at("domain.memory"),
                "the VM has no memory: `memory.guest`, `memory.hugepages`, a request or a limit must be set.",
                "set `domain.memory.guest`, or name an instancetype",
                "memory_unset",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a VirtualMachineInstance has memory",
        {"domain": {"memory": {"guest": "1Gi"}}},
        {"domain": {}},
        [
            Expected(
                at("domain.memory", Owner.VMI),
                "the VM has no memory: `memory.guest`, `memory.hugepages`, a request or a limit must be set.",
                "set `domain.memory.guest`",
                "memory_unset",
                Refuser.GUEST_WEBHOOK,
            )
        ],
        good_in={"owner": Owner.VMI},
        bad_in={"owner": Owner.VMI},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(memory.check)
