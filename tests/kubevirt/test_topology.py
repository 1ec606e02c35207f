from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.topology import Topology, distribute, indivisible, preferred, spread
from vmlint.world.outcome import reason_of


def spreading(across: str | None = None, ratio: Any = None, old_ratio: Any = None) -> dict[str, Any]:
    options = {key: value for key, value in (("across", across), ("ratio", ratio)) if value is not None}
    return {
        "cpu": {"preferredCPUTopology": "spread", "spreadOptions": options},
        "preferSpreadSocketToCoreRatio": 0 if old_ratio is None else old_ratio,
    }


@pytest.mark.parametrize(
    ("preference", "name"),
    [
        (None, "sockets"),
        ({}, "sockets"),
        ({"cpu": {"preferredCPUTopology": "preferCores"}}, "cores"),
        ({"cpu": {"preferredCPUTopology": "threads"}}, "threads"),
        ({"cpu": {"preferredCPUTopology": "bogus"}}, "bogus"),
        ({"cpu": {"preferredCPUTopology": "${T}"}}, None),
        ({"cpu": {"preferredCPUTopology": ["cores"]}}, "sockets"),
    ],
)
def test_preferred(preference: Any, name: str | None) -> None:
    assert preferred(preference) == name


def test_ratio() -> None:
    assert spread(spreading()) == ("SocketsCores", 2)
    assert spread(spreading(old_ratio=4)) == ("SocketsCores", 4)
    assert spread(spreading("CoresThreads", 3, old_ratio=4)) == ("CoresThreads", 3)
    assert spread(spreading(ratio=0, old_ratio=4)) == ("SocketsCores", 0)
    assert spread(spreading("${A}", "${R}")) == (None, None)


@pytest.mark.parametrize(
    ("preference", "topology"),
    [
        (None, Topology(8, 1, 1)),
        ({"cpu": {"preferredCPUTopology": "any"}}, Topology(8, 1, 1)),
        ({"cpu": {"preferredCPUTopology": "cores"}}, Topology(1, 8, 1)),
        ({"cpu": {"preferredCPUTopology": "preferThreads"}}, Topology(1, 1, 8)),
        ({"cpu": {"preferredCPUTopology": "bogus"}}, Topology(1, 1, 1)),
        (spreading(), Topology(4, 2, 1)),
        (spreading(ratio=4), Topology(2, 4, 1)),
        (spreading("CoresThreads"), Topology(1, 4, 2)),
        (spreading("SocketsCoresThreads"), Topology(2, 2, 2)),
        (spreading("Bogus"), Topology(1, 1, 1)),
        (spreading("${A}"), None),
        (spreading(ratio=0), None),
    ],
)
def test_distribute(preference: Any, topology: Topology | None) -> None:
    assert distribute(8, preference) == topology


def test_one_vcpu_is_flat_since_1_3() -> None:
    assert distribute(1, spreading()) == Topology(1, 1, 1)
    assert distribute(1, spreading(), Release(1, 2)) == Topology(0, 2, 1)


def test_a_variable_number_of_vcpus() -> None:
    assert distribute("${N}", None) == Topology("${N}", 1, 1)
    assert distribute("${N}", spreading()) is None


@pytest.mark.parametrize(
    ("vcpus", "preference", "message"),
    [
        (1, spreading(), "1 vCPUs can't be spread over sockets and cores with a ratio of 2"),
        (4, spreading(ratio=3), "4 vCPUs can't be spread over sockets and cores with a ratio of 3"),
        (3, spreading("CoresThreads"), "3 vCPUs can't be spread over cores and threads with a ratio of 2"),
        (
            3,
            spreading("SocketsCoresThreads"),
            "3 vCPUs can't be spread over sockets and cores and threads: a core has 2 threads",
        ),
        (
            6,
            spreading("SocketsCoresThreads"),
            "6 vCPUs can't be spread over sockets and cores and threads with a ratio of 2 and 2 threads to a core",
        ),
        (
            4,
            spreading(ratio=0),
            "its spread ratio is 0, on which KubeVirt's webhook crashes",
        ),
    ],
)
def test_indivisible(vcpus: int, preference: Any, message: str) -> None:
    refusal = indivisible(vcpus, preference)
    assert refusal is not None
    assert (refusal.path, reason_of(refusal)) == (("spec", "instancetype"), message)


@pytest.mark.parametrize(
    ("vcpus", "preference"),
    [
        (8, spreading()),
        (8, spreading("SocketsCoresThreads")),
        (0, spreading()),
        (3, None),
        (3, {"cpu": {"preferredCPUTopology": "cores"}}),
        (3, spreading("Bogus")),
        (3, spreading("${A}")),
        (3, spreading(ratio="${R}")),
        ("${N}", spreading()),
    ],
)
def test_divisible_or_unknown(vcpus: Any, preference: Any) -> None:
    assert indivisible(vcpus, preference) is None


def test_divisibility_is_checked_since_1_3() -> None:
    assert indivisible(3, spreading(), Release(1, 2)) is None
    assert indivisible(3, spreading(), Release(1, 3)) is not None
