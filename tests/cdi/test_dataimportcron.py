from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from vmlint.cdi.check import Check
from vmlint.cdi.cron import is_schedule
from vmlint.cdi.dataimportcron import check

from .strategies import JSON

TEMPLATE = {
    "source": {"registry": {"url": "docker://quay.io/x"}},
    "storage": {"resources": {"requests": {"storage": "5Gi"}}},
}


def cron(template: dict[str, Any] | None = None, name: str = "fedora", **spec: Any) -> dict[str, Any]:
    whole = {"schedule": "0 0 * * 5", "managedDataSource": "fedora", "template": {"spec": TEMPLATE | (template or {})}}
    return {"metadata": {"name": name}, "spec": whole | spec}


@pytest.mark.parametrize(
    "data",
    [
        cron(),
        cron(schedule=""),
        cron(schedule="${SCHEDULE}"),
        cron(importsToKeep=0, garbageCollect="Never"),
        cron({"contentType": "", "checkpoints": [], "finalCheckpoint": False}),
        cron({"source": {"pvc": {"name": "x", "namespace": "y"}}}),
        cron(managedDataSource="${NAME}"),
        cron(name="x" * 63),
    ],
)
def test_accepted(data: dict[str, Any]) -> None:
    assert check(data) == ()


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        (cron(name="x" * 64), "metadata.name", Check.NAME_TOO_LONG),
        (cron({"source": None}), "spec.template.spec.source", Check.CRON_SOURCE_MISSING),
        (cron({"source": {"blank": {}}}), "spec.template.spec.source", Check.CRON_SOURCE_MISSING),
        (cron({"contentType": "kubevirt"}), "spec.template.spec.contentType", Check.CRON_FIELD_FORBIDDEN),
        (cron({"sourceRef": {}}), "spec.template.spec.sourceRef", Check.CRON_FIELD_FORBIDDEN),
        (cron({"storage": None}), "spec.template.spec.pvc", Check.STORAGE_MISSING),
        (cron({"source": {"registry": {}}}), "spec.template.spec.source.registry", Check.REGISTRY_CHOICE),
        (cron(schedule="0 0 * *"), "spec.schedule", Check.CRON_SCHEDULE),
        (cron(importsToKeep=-1, garbageCollect="x"), "spec.importsToKeep", Check.CRON_IMPORTS_TO_KEEP),
        (cron(garbageCollect=""), "spec.garbageCollect", Check.CRON_GARBAGE_COLLECT),
        (cron(managedDataSource=""), "spec.managedDataSource", Check.CRON_MANAGED_DATA_SOURCE),
        (cron(managedDataSource="x" * 64), "spec.managedDataSource", Check.CRON_MANAGED_DATA_SOURCE),
    ],
)
def test_refused(data: dict[str, Any], path: str, code: Check) -> None:
    (refusal,) = check(data)
    assert (refusal.path, refusal.code) == (tuple(path.split(".")), code)


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * * *",
        "*/15 0-23/2 1,15 jan-DEC mon",
        "? ? ? ? ?",
        "5/10 +5 1 1 0",
        ", * * * *",
        "*-9/2 * * * *",
        "0  0\t* * 6",
        "@daily",
        "@every 1h30m",
        "@every -1.5s",
        "@every 0",
        "@every 1.h",
        "@every .5µs",
        "TZ=Europe/Berlin 0 0 * * *",
        "CRON_TZ=UTC @hourly",
        "0/99 * * * *",
    ],
)
def test_schedules(schedule: str) -> None:
    assert is_schedule(schedule)


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",
        "* * * * sunday",
        "5-1 * * * *",
        "1-2-3 * * * *",
        "*/0 * * * *",
        "*/2/2 * * * *",
        "*/-1 * * * *",
        "a * * * *",
        "١ * * * *",
        "1_0 * * * *",
        "- * * * *",
        "@noon",
        "@every",
        "@every 1",
        "@every 1d",
        "@every 9999999h",
        "@every .h",
        "TZ=UTC",
        "TZ=../etc 0 0 * * *",
        " ",
    ],
)
def test_texts_that_are_no_schedule(schedule: str) -> None:
    assert not is_schedule(schedule)


@given(JSON)
def test_strange_manifests_do_no_harm(data: Any) -> None:
    check({"metadata": data, "spec": {"template": {"spec": {"source": {"pvc": data}, "storage": data}}}})
    check({"spec": data})
