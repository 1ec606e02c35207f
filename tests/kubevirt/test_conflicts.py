from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.conflicts import TABLE, Conflict, reserved_fields
from vmlint.kubevirt.releases import Release

from .sample import instancetype, template


def found(vm: dict[str, Any], given: dict[str, Any] | None = None, release: Release | None = None) -> list[str]:
    return [conflict.field for conflict in reserved_fields(given or instancetype()["spec"], release).conflicts(vm)]


def domain(path: str) -> str:
    return f"spec.template.spec.domain.{path}"


EVERYTHING = instancetype(
    cpu={"model": "", "dedicatedCPUPlacement": False, "isolateEmulatorThread": False, "numa": {}, "realtime": {}},
    memory={"hugepages": {}, "maxGuest": "8Gi"},
    nodeSelector={},
    schedulerName="s",
    ioThreads={"supplementalPoolThreadCount": 0},
    ioThreadsPolicy="auto",
    launchSecurity={},
    gpus=[{"name": "g"}],
    hostDevices=[{"name": "h"}],
    annotations={"a": "1"},
)["spec"]


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ({"resources": {"requests": {"cpu": 0}}}, "resources.requests.cpu"),
        ({"resources": {"limits": {"cpu": "1"}}}, "resources.limits.cpu"),
        ({"cpu": {"sockets": 1}}, "cpu.sockets"),
        ({"cpu": {"cores": 1}}, "cpu.cores"),
        ({"cpu": {"threads": 1}}, "cpu.threads"),
        ({"memory": {"guest": "0"}}, "memory.guest"),
        ({"resources": {"requests": {"memory": "1Gi"}}}, "resources.requests.memory"),
        ({"resources": {"limits": {"memory": "1Gi"}}}, "resources.limits.memory"),
    ],
)
def test_amounts_always_conflict(section: dict[str, Any], path: str) -> None:
    assert found(template(section)) == [domain(path)]


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ({"cpu": {"model": "host-model"}}, "cpu.model"),
        ({"cpu": {"dedicatedCpuPlacement": True}}, "cpu.dedicatedCPUPlacement"),
        ({"cpu": {"isolateEmulatorThread": True}}, "cpu.isolateEmulatorThread"),
        ({"cpu": {"numa": {}}}, "cpu.numa"),
        ({"cpu": {"realtime": {}}}, "cpu.realtime"),
        ({"memory": {"hugepages": {}}}, "memory.hugepages"),
        ({"memory": {"maxGuest": "8Gi"}}, "memory.maxGuest"),
        ({"ioThreads": {"supplementalPoolThreadCount": 0}}, "ioThreads.supplementalPoolThreadCount"),
        ({"ioThreadsPolicy": ""}, "ioThreadsPolicy"),
        ({"launchSecurity": {}}, "launchSecurity"),
        ({"devices": {"gpus": [{}]}}, "devices.gpus"),
        ({"devices": {"hostDevices": [{}]}}, "devices.hostDevices"),
    ],
)
def test_other_fields_conflict_where_both_have_them(section: dict[str, Any], path: str) -> None:
    assert found(template(section), EVERYTHING) == [domain(path)]
    assert found(template(section)) == []


@pytest.mark.parametrize(
    "section",
    [
        {"cpu": {"sockets": 0, "cores": 0, "threads": 0, "dedicatedCpuPlacement": False, "model": "", "maxSockets": 9}},
        {"cpu": {"cores": True, "features": [{"name": "vmx"}]}},
        {"cpu": {"cores": "${CORES}"}, "memory": {"guest": "{{ memory }}"}},
        {"cpu": None, "memory": None, "resources": None},
        {"cpu": {"numa": None}, "memory": {"guest": None}, "resources": {"requests": {"cpu": None}}},
        {"cpu": [], "memory": "4Gi", "resources": 3, "devices": {"gpus": [], "hostDevices": {}}},
        {"resources": {"requests": {"ephemeral-storage": "1Gi"}, "overcommitGuestOverhead": True}},
        {"memory": {}},
    ],
)
def test_what_is_no_conflict(section: dict[str, Any]) -> None:
    assert found(template(section), EVERYTHING) == []


def test_fields_beside_the_domain() -> None:
    assert found(template(nodeSelector={"a": "b"}, schedulerName="s"), EVERYTHING) == [
        "spec.template.spec.nodeSelector",
        "spec.template.spec.schedulerName",
    ]
    assert found(template(nodeSelector={}, schedulerName=""), EVERYTHING) == []
    assert found(template(nodeSelector={"a": "b"}, schedulerName="s")) == []


def test_annotations_conflict_with_another_value() -> None:
    vm = {"metadata": {"annotations": {"a": "2", "b": "2", "c": "${X}", "d": "1", "e": True}}, "spec": {}}
    given = instancetype(annotations={"a": "1", "c": "1", "d": "1", "e": "1", "f": "1"})["spec"]
    assert reserved_fields(given).conflicts(vm) == (
        Conflict(("metadata", "annotations", "a"), ("annotations", "a"), "annotations", "annotations.a"),
    )


def test_order_and_groups() -> None:
    vm = template(
        {
            "resources": {"requests": {"cpu": 1, "memory": "1Gi"}},
            "cpu": {"threads": 1, "sockets": 1},
            "memory": {"maxGuest": "2Gi", "guest": "1Gi"},
            "devices": {"gpus": [{}]},
        },
        schedulerName="x",
    )
    assert found(vm, EVERYTHING) == [
        "spec.template.spec.schedulerName",
        domain("resources.requests.cpu"),
        domain("cpu.sockets"),
        domain("cpu.threads"),
        domain("memory.guest"),
        domain("devices.gpus"),
    ]


def test_a_conflict_points_at_the_real_field_and_its_owner() -> None:
    vm = template({"cpu": {"dedicatedCpuPlacement": True, "cores": 1}})
    assert reserved_fields(EVERYTHING).conflicts(vm) == (
        Conflict(("spec", "domain", "cpu", "cores"), ("cpu", "guest"), "cpu", domain("cpu.cores")),
        Conflict(
            ("spec", "domain", "cpu", "dedicatedCpuPlacement"),
            ("cpu", "dedicatedCPUPlacement"),
            "cpu",
            domain("cpu.dedicatedCPUPlacement"),
        ),
    )


@pytest.mark.parametrize(
    ("release", "fields"),
    [
        (Release(0, 59), ["cpu", "memory"]),
        (Release(1, 0), ["cpu.sockets", "cpu.threads", "memory"]),
        (Release(1, 6), ["cpu.sockets", "cpu.threads", "memory"]),
        (Release(1, 7), ["cpu.sockets", "cpu.threads", "memory.guest"]),
    ],
)
def test_releases(release: Release, fields: list[str]) -> None:
    vm = template({"cpu": {"sockets": 1, "threads": 1}, "memory": {"guest": "1Gi"}})
    assert found(vm, release=release) == [domain(field) for field in fields]


def test_fields_that_a_release_does_not_know() -> None:
    vm = template(schedulerName="s", nodeSelector={"a": "b"})
    vm["metadata"]["annotations"] = {"a": "2"}
    assert found(vm, EVERYTHING, Release(1, 0)) == []
    assert len(found(vm, EVERYTHING, Release(1, 1))) == 3
    pool = template({"ioThreads": {"supplementalPoolThreadCount": 1}})
    assert (found(pool, EVERYTHING, Release(1, 6)), len(found(pool, EVERYTHING, Release(1, 7)))) == ([], 1)


def test_the_table_holds_each_field_once() -> None:
    assert len({row.vm for row in TABLE}) == len(TABLE) == 22
