"""What launcher pods ask for: ten guests by hand, and what releases and configurations change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubevirt.sample import kubevirt, template
from vmlint.kubevirt.launcher import LauncherConfig, launcher, memory_overhead
from vmlint.kubevirt.releases import Release

MI = 1 << 20
DEFAULT = LauncherConfig()
FIXED = 125 + 65 + 50 + 8  # the processes in Mi, and the I/O thread


def mebibytes(domain: dict[str, Any], release: str | None = None, **spec: Any) -> float:
    known = Release.parse(release) if release else None
    found = memory_overhead(template(domain, **spec), DEFAULT._replace(release=known))
    assert found is not None
    return found / MI


PLAIN = {"memory": {"guest": "4Gi"}}
NO_GRAPHICS = {"devices": {"autoattachGraphicsDevice": False}}
GPU = {"devices": {"gpus": [{"name": "g", "deviceName": "a/b"}]}}
SRIOV = {"devices": {"interfaces": [{"name": "n", "sriov": {}}]}}
TPM: dict[str, Any] = {"devices": {"tpm": {}}}
SEV: dict[str, Any] = {"launchSecurity": {"sev": {}}}
PINNED = {"cpu": {"cores": 4, "dedicatedCpuPlacement": True}}
GUARANTEED = {"resources": {"requests": {"cpu": "2", "memory": "2Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}}}
RESERVED = {"memory": {"guest": "1Gi", "reservedOverhead": {"addedOverhead": "64Mi"}}}
EXEC = {"livenessProbe": {"exec": {"command": ["true"]}}, "readinessProbe": {"exec": {"command": ["true"]}}}


@pytest.mark.parametrize(
    ("domain", "spec", "expected"),
    [
        (PLAIN, {}, FIXED + 8 + 32),  # one vCPU, and graphics; no page tables without a written request
        ({"cpu": {"sockets": 2, "cores": 2, "threads": 2}}, {}, FIXED + 64 + 32),
        (NO_GRAPHICS, {}, FIXED + 8),
        (PLAIN, {"architecture": "arm64"}, FIXED + 8 + 32 + 128),
        (GPU, {}, FIXED + 8 + 32 + 1024),
        (SRIOV, {}, FIXED + 8 + 32 + 1024),
        (TPM, {}, FIXED + 8 + 32 + 53),
        (SEV, {}, FIXED + 8 + 32 + 256),
        (PINNED, {}, FIXED + 32 + 32 + 100),
        (PLAIN, EXEC, FIXED + 8 + 32 + 120),
        (RESERVED, {}, FIXED + 8 + 32 + 64),
        (PLAIN, {"volumes": [{"name": "m", "downwardMetrics": {}}]}, FIXED + 8 + 32 + 1),
    ],
)
def test_the_memory_besides_the_guests(domain: dict[str, Any], spec: dict[str, Any], expected: int) -> None:
    assert mebibytes(domain, **spec) == expected


def test_page_tables_of_a_written_request() -> None:
    tables = (-(-(2 << 30) // 1000) * 1000 // 512) / MI
    assert mebibytes(GUARANTEED) == pytest.approx(FIXED + 8 + 32 + 100 + tables, abs=1e-6)


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("1.4", 125 + 55 + 30 + 8 + 8 + 16),
        ("1.5", 125 + 65 + 30 + 8 + 8 + 16),
        ("1.6", 125 + 65 + 30 + 8 + 8 + 32),
        ("1.9", 125 + 65 + 30 + 8 + 8 + 32),
        (None, 125 + 65 + 50 + 8 + 8 + 32),  # the main branch
    ],
)
def test_a_plain_guest_by_release(release: str | None, expected: int) -> None:
    assert mebibytes(PLAIN, release) == expected


@pytest.mark.parametrize(
    ("domain", "before", "release"),
    [
        (RESERVED, "1.7", "1.8"),
        ({"launchSecurity": {"snp": {}}}, "1.6", "1.7"),
        (PINNED, "1.1", "1.2"),
    ],
)
def test_parts_that_a_release_brings(domain: dict[str, Any], before: str, release: str) -> None:
    assert mebibytes(domain, before) < mebibytes(domain, release)


def test_a_tpm_that_is_off_counts_up_to_1_5() -> None:
    off = {"devices": {"tpm": {"enabled": False}}}
    assert mebibytes(off, "1.5") - mebibytes(PLAIN, "1.5") == 53
    assert mebibytes(off, "1.6") == mebibytes(PLAIN, "1.6")


def test_the_ratio_multiplies_the_sum() -> None:
    config = LauncherConfig.of(kubevirt(additionalGuestMemoryOverheadRatio="1.5"), None)
    assert config is not None
    plain, more = memory_overhead(template(PLAIN), DEFAULT), memory_overhead(template(PLAIN), config)
    assert plain is not None
    assert more == plain + int(-(-plain // 1000) * 0.5) * 1000


def test_dedicated_cpus_were_left_out_of_the_ratio() -> None:
    config = DEFAULT._replace(overhead_ratio=2.0)
    old, new = (memory_overhead(template(PINNED), config._replace(release=Release(1, minor))) for minor in (5, 6))
    plain = [
        memory_overhead(template({"cpu": {"cores": 4}}), config._replace(release=Release(1, minor))) for minor in (5, 6)
    ]
    assert old is not None and new is not None and plain[0] is not None and plain[1] is not None
    assert old - plain[0] == 100 * MI
    assert new - plain[1] == pytest.approx(200 * MI, abs=2000)


def test_network_bindings_add_memory() -> None:
    plugin = {"computeResourceOverhead": {"requests": {"memory": "100Mi"}}}
    config = LauncherConfig.of(kubevirt(network={"binding": {"own": plugin}}), None)
    assert config is not None
    nics = [{"name": "a", "binding": {"name": "own"}}, {"name": "b", "binding": {"name": "own"}}]
    found, plain = (memory_overhead(template({"devices": {"interfaces": given}}), config) for given in (nics, []))
    assert found is not None and plain is not None
    assert found - plain == 100 * MI
    passt = memory_overhead(template({"devices": {"interfaces": [{"name": "a", "passtBinding": {}}]}}), config)
    assert passt == plain + 250 * MI


def pod(domain: dict[str, Any], config: LauncherConfig = DEFAULT) -> tuple[dict[str, str], dict[str, str]]:
    found = launcher(template(domain), config)
    assert found is not None
    requests, limits = ({name: str(value) for name, value in held.items()} for held in (found.requests, found.limits))
    return requests, limits


CPU = {"cpu": {"cores": 4}}


@pytest.mark.parametrize(
    ("domain", "config", "requests", "limits"),
    [
        ({**CPU, **PLAIN}, DEFAULT, {"memory": "4408Mi", "cpu": "400m"}, {}),
        ({**CPU, **PLAIN}, DEFAULT._replace(cpu_ratio=1), {"memory": "4408Mi", "cpu": "4"}, {}),
        ({**CPU, **PLAIN}, DEFAULT._replace(memory_overcommit=200), {"memory": "2360Mi", "cpu": "400m"}, {}),
        (
            {**CPU, **PLAIN},
            DEFAULT._replace(limited=frozenset(("cpu",))),
            {"memory": "4408Mi", "cpu": "400m"},
            {"cpu": "4"},
        ),
        (
            {**CPU, **PLAIN, "resources": {"requests": {"cpu": "3"}}},
            DEFAULT,
            {"cpu": "3", "memory": "4408Mi"},
            {},
        ),
        (
            {"cpu": {"cores": 4, "dedicatedCpuPlacement": True, "isolateEmulatorThread": True}, **PLAIN},
            DEFAULT,
            {"memory": "4508Mi", "cpu": "5"},
            {"cpu": "5", "memory": "4508Mi"},
        ),
        (
            {**CPU, "memory": {"guest": "4Gi", "hugepages": {"pageSize": "2Mi"}}},
            DEFAULT,
            {"memory": "312Mi", "cpu": "400m", "hugepages-2Mi": "4Gi"},
            {"hugepages-2Mi": "4Gi"},
        ),
        (
            {**CPU, **PLAIN, **GPU},
            DEFAULT,
            {"memory": "5432Mi", "cpu": "400m", "a/b": "1"},
            {"a/b": "1"},
        ),
    ],
)
def test_requests_and_limits(
    domain: dict[str, Any], config: LauncherConfig, requests: dict[str, str], limits: dict[str, str]
) -> None:
    assert pod(domain, config) == ({**requests, "ephemeral-storage": "50M"}, limits)


def test_ephemeral_storage_grows_by_what_the_launcher_writes() -> None:
    written = {"requests": {"ephemeral-storage": "1Gi"}, "limits": {"ephemeral-storage": "2G"}}
    requests, limits = pod({**PLAIN, "resources": written})
    assert (requests["ephemeral-storage"], limits["ephemeral-storage"]) == ("1123741824", "2050M")


def test_limits_grow_by_the_overhead() -> None:
    limited = {"memory": {"guest": "4Gi"}, "resources": {"limits": {"memory": "4Gi"}}}
    requests, limits = pod(limited)
    assert requests["memory"] == limits["memory"] == "4384Mi"  # and no page tables


def test_automatic_memory_limits() -> None:
    found = launcher(template(PLAIN), DEFAULT._replace(limited=frozenset(("memory",)), limit_ratio=1.5))
    assert found is not None
    assert found.limits["memory"].value() == int(found.requests["memory"].value() * 1.5)


@pytest.mark.parametrize(
    "domain",
    [
        {"memory": {"guest": "${MEMORY}"}},
        {"cpu": {"cores": "${CORES}"}},
        {"resources": {"limits": {"cpu": "${CPU}"}}},
        {"devices": {"autoattachGraphicsDevice": "${GRAPHICS}"}},
    ],
)
def test_variables_leave_it_open(domain: dict[str, Any]) -> None:
    assert launcher(template(domain), DEFAULT) is None


def test_a_configuration_of_variables_is_none() -> None:
    assert LauncherConfig.of(kubevirt(additionalGuestMemoryOverheadRatio="${RATIO}"), None) is None
    assert LauncherConfig.of(None, None) == DEFAULT
