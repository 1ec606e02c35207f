"""CPU: requests and limits, dedicated placement, NUMA, realtime and hotplug."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import cpu

ROWS = [
    Row(
        "a request is not negative",
        {"domain": {"resources": {"requests": {"cpu": "1"}}}},
        {"domain": {"resources": {"requests": {"cpu": "-1"}}}},
        [
            Expected(
                at("domain.resources.requests.cpu"),
                "`resources.requests.cpu` is `-1`; it must not be negative.",
                "use a positive amount",
                "cpu",
            )
        ],
    ),
    Row(
        "a limit is not negative",
        {"domain": {"resources": {"limits": {"cpu": 1}}}},
        {"domain": {"resources": {"limits": {"cpu": "-1m"}}}},
        [
            Expected(
                at("domain.resources.limits.cpu"),
                "`resources.limits.cpu` is `-1m`; it must not be negative.",
                "use a positive amount",
                "cpu",
            )
        ],
    ),
    Row(
        "a request is within the limit",
        {"domain": {"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1000m"}}}},
        {"domain": {"resources": {"requests": {"cpu": "1001m"}, "limits": {"cpu": "1"}}}},
        [
            Expected(
                at("domain.resources.requests.cpu"),
                "the CPU request `1001m` is greater than the limit `1`.",
                "raise the limit or lower the request",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning needs memory",
        {"domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 2}, "memory": {"hugepages": {}}}},
        {"domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 2}, "memory": {}}},
        [
            Expected(
                at("domain.resources.limits.memory"),
                (
                    "`dedicatedCpuPlacement` needs an amount of memory: `memory.guest`, huge pages, a request or "
                    "a limit must be set."
                ),
                "set `domain.memory.guest`",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning needs equal memory",
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1024Mi"}},
            }
        },
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}},
            }
        },
        [
            Expected(
                at("domain.resources.requests.memory"),
                ("`dedicatedCpuPlacement` needs a memory request equal to the limit; they are `1Gi` and `2Gi`."),
                "use one value for both",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning needs whole CPUs",
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 1},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"cpu": "1000m"}},
            }
        },
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"limits": {"cpu": "1500m"}},
            }
        },
        [
            Expected(
                at("domain.resources.limits.cpu"),
                "`dedicatedCpuPlacement` needs whole CPUs, and `resources.limits.cpu` is `1500m`.",
                "use a whole number",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning needs CPUs",
        {"domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 2}, "memory": {"guest": "1Gi"}}},
        {"domain": {"cpu": {"dedicatedCpuPlacement": True}, "memory": {"guest": "1Gi"}}},
        [
            Expected(
                at("domain.cpu.dedicatedCpuPlacement"),
                "`dedicatedCpuPlacement` needs a number of CPUs, which is not set.",
                "set `domain.cpu.cores`",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning needs equal CPUs",
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "2"}},
            }
        },
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "3"}},
            }
        },
        [
            Expected(
                at("domain.cpu.dedicatedCpuPlacement"),
                "`dedicatedCpuPlacement` needs a CPU request equal to the limit; they are `2` and `3`.",
                "use one value for both, or remove them",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning needs CPUs as many as vCPUs",
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2, "sockets": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"cpu": "4"}},
            }
        },
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 2, "sockets": 2},
                "memory": {"guest": "1Gi"},
                "resources": {"requests": {"cpu": "2"}},
            }
        },
        [
            Expected(
                at("domain.cpu.dedicatedCpuPlacement"),
                (
                    "`dedicatedCpuPlacement` needs a CPU request or limit equal to the 4 vCPUs of "
                    "`domain.cpu`; they are `2` and `0`."
                ),
                "remove the CPU request and limit, or the topology",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning allows two threads",
        {"domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 1, "threads": 2}, "memory": {"guest": "1Gi"}}},
        {"domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 1, "threads": 3}, "memory": {"guest": "1Gi"}}},
        [
            Expected(
                at("domain.cpu.dedicatedCpuPlacement"),
                "`dedicatedCpuPlacement` allows two threads per core, and `cpu.threads` is 3.",
                "use more cores and fewer threads",
                "cpu",
            )
        ],
    ),
    Row(
        "pinning on arm64 allows one thread",
        {
            "architecture": "amd64",
            "domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 1, "threads": 2}, "memory": {"guest": "1Gi"}},
        },
        {
            "architecture": "arm64",
            "domain": {"cpu": {"dedicatedCpuPlacement": True, "cores": 1, "threads": 2}, "memory": {"guest": "1Gi"}},
        },
        [
            Expected(
                at("architecture"),
                "`dedicatedCpuPlacement` on `arm64` allows one thread per core, and `cpu.threads` is 2.",
                "set `cpu.threads` to 1 and use more cores",
                "cpu",
            )
        ],
    ),
    Row(
        "NUMA passthrough needs pinning and huge pages",
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 1, "numa": {"guestMappingPassthrough": {}}},
                "memory": {"guest": "1Gi", "hugepages": {"pageSize": "2Mi"}},
            }
        },
        {"domain": {"cpu": {"numa": {"guestMappingPassthrough": {}}}}},
        [
            Expected(
                at("domain.cpu.numa.guestMappingPassthrough"),
                "`cpu.numa.guestMappingPassthrough` needs `dedicatedCpuPlacement`, which is not set.",
                "set `dedicatedCpuPlacement: true`",
                "cpu",
            ),
            Expected(
                at("domain.cpu.numa.guestMappingPassthrough"),
                "`cpu.numa.guestMappingPassthrough` needs `memory.hugepages`, which is not set.",
                "set `domain.memory.hugepages.pageSize`",
                "cpu",
            ),
        ],
    ),
    Row(
        "an isolated emulator thread needs pinning",
        {
            "domain": {
                "cpu": {"dedicatedCpuPlacement": True, "cores": 1, "isolateEmulatorThread": True},
                "memory": {"guest": "1Gi"},
            }
        },
        {"domain": {"cpu": {"isolateEmulatorThread": True}}},
        [
            Expected(
                at("domain.cpu.isolateEmulatorThread"),
                "`cpu.isolateEmulatorThread` needs `dedicatedCpuPlacement`, which is not set.",
                "set `dedicatedCpuPlacement: true`",
                "cpu",
            )
        ],
    ),
    Row(
        "realtime needs pinning and NUMA passthrough",
        {
            "domain": {
                "cpu": {
                    "dedicatedCpuPlacement": True,
                    "cores": 1,
                    "realtime": {},
                    "numa": {"guestMappingPassthrough": {}},
                },
                "memory": {"guest": "1Gi", "hugepages": {"pageSize": "2Mi"}},
            }
        },
        {"domain": {"cpu": {"realtime": {}}}},
        [
            Expected(
                at("domain.cpu.dedicatedCpuPlacement"),
                "`cpu.realtime` needs `dedicatedCpuPlacement`, which is not set.",
                "set `dedicatedCpuPlacement: true`",
                "cpu",
            ),
            Expected(
                at("domain.cpu.numa.guestMappingPassthrough"),
                "`cpu.realtime` needs `numa.guestMappingPassthrough`, which is not set.",
                "set `numa.guestMappingPassthrough: {}`",
                "cpu",
            ),
        ],
    ),
    Row(
        "sockets are within the maximum",
        {"domain": {"cpu": {"sockets": 4, "maxSockets": 4}}},
        {"domain": {"cpu": {"sockets": 5, "maxSockets": 4}}},
        [
            Expected(
                at("domain.cpu.sockets"),
                "`cpu.sockets` is 5, more than `maxSockets: 4`.",
                "raise `maxSockets`, or use fewer sockets",
                "cpu",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(cpu.check)
