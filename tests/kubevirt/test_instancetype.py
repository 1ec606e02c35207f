from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.instancetype import TABLE, apply_instancetype, instancetype_plan, memory_request, vcpus
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.values import Draft

from .sample import instancetype, template
from .test_preference import exists


def applied(given: dict[str, Any], vm: dict[str, Any] | None = None, release: Release | None = None) -> dict[str, Any]:
    draft = Draft(vm or template())
    apply_instancetype(draft, instancetype_plan(given["spec"], release))
    return draft.data


def test_every_group() -> None:
    given = instancetype(
        cpu={
            "model": "m",
            "dedicatedCPUPlacement": True,
            "isolateEmulatorThread": True,
            "numa": {},
            "realtime": {},
            "maxSockets": 8,
        },
        memory={"hugepages": {"pageSize": "1Gi"}, "maxGuest": "8Gi", "overcommitPercent": 50},
        nodeSelector={"a": "b"},
        schedulerName="s",
        ioThreads={"supplementalPoolThreadCount": 2},
        ioThreadsPolicy="auto",
        launchSecurity={"sev": {}},
        gpus=[{"name": "g"}],
        hostDevices=[{"name": "h"}],
        annotations={"a": "1"},
    )
    assert applied(given) == {
        "metadata": {"annotations": {"a": "1"}},
        "spec": {
            "nodeSelector": {"a": "b"},
            "schedulerName": "s",
            "domain": {
                "cpu": {
                    "model": "m",
                    "dedicatedCpuPlacement": True,
                    "isolateEmulatorThread": True,
                    "numa": {},
                    "realtime": {},
                    "maxSockets": 8,
                },
                "memory": {"guest": "4Gi", "hugepages": {"pageSize": "1Gi"}, "maxGuest": "8Gi"},
                "resources": {"requests": {"memory": "2Gi"}},
                "ioThreads": {"supplementalPoolThreadCount": 2},
                "ioThreadsPolicy": "auto",
                "launchSecurity": {"sev": {}},
                "devices": {"gpus": [{"name": "g"}], "hostDevices": [{"name": "h"}]},
            },
        },
    }


def test_what_is_overwritten_without_a_conflict() -> None:
    vm = template({"cpu": {"maxSockets": 4, "isolateEmulatorThread": True}})
    cpu = applied(instancetype(cpu={"maxSockets": 8, "isolateEmulatorThread": False}), vm)["spec"]["domain"]["cpu"]
    assert cpu == {"maxSockets": 8, "isolateEmulatorThread": False}


def test_an_empty_policy_is_a_policy_and_other_empty_texts_are_none() -> None:
    given = instancetype(cpu={"model": ""}, schedulerName="", ioThreadsPolicy="")
    assert applied(given)["spec"] == {
        "domain": {"devices": {}, "cpu": {}, "memory": {"guest": "4Gi"}, "ioThreadsPolicy": ""},
    }


def test_old_releases_know_less() -> None:
    given = instancetype(
        cpu={"maxSockets": 8}, memory={"overcommitPercent": 50}, annotations={"a": "1"}, schedulerName="s"
    )
    assert applied(given, release=Release(0, 59)) == {
        "metadata": {},
        "spec": {"domain": {"cpu": {}, "memory": {"guest": "4Gi"}, "devices": {}}},
    }


@pytest.mark.parametrize(
    ("guest", "percent", "bytes_"),
    [
        ("4Gi", 50, "2Gi"),
        ("4Gi", 15, "3650722304"),
        ("4Gi", 1, "4152361Ki"),
        ("1Gi", 100, "0"),
        ("1000M", 10, "900M"),
        ("4Gi", 0, None),
        ("4Gi", None, None),
        ("4Gi", True, None),
        ("${SIZE}", 50, None),
    ],
)
def test_memory_request(guest: Any, percent: Any, bytes_: str | None) -> None:
    found = memory_request(guest, percent)
    assert (None if found is None else str(found)) == bytes_


def test_vcpus() -> None:
    assert [vcpus({"cpu": {"guest": guest}}) for guest in (4, "${N}", "4", True, None)] == [4, "${N}", 0, 0, 0]


def test_the_table_speaks_of_fields_that_exist() -> None:
    for row in TABLE:
        assert exists("v1beta1.VirtualMachineInstancetypeSpec", row.instancetype), row
        assert exists("VirtualMachineInstanceTemplateSpec", row.vm), row
