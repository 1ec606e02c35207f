from __future__ import annotations

from typing import Any

import pytest

from rules._types import WORDS
from rules._wording import in_words
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.types import instancetype_refusals, instancetype_warnings, preference_refusals, preference_warnings

from .sample import instancetype

OVERCOMMIT = ("spec", "memory", "overcommitPercent")


@pytest.mark.parametrize(
    ("memory", "messages"),
    [
        ({}, []),
        ({"overcommitPercent": 100}, []),
        ({"overcommitPercent": 0, "hugepages": {}}, []),
        ({"overcommitPercent": 101}, ["`overcommitPercent` is 101; it must be from 0 to 100"]),
        (
            {"overcommitPercent": -1, "hugepages": {}},
            [
                "`overcommitPercent` is -1; it must be from 0 to 100",
                "`overcommitPercent` is set together with huge pages, which can't be overcommitted",
            ],
        ),
        ({"overcommitPercent": "200"}, []),
    ],
)
def test_overcommit(memory: dict[str, Any], messages: list[str]) -> None:
    spec = instancetype(memory=memory)["spec"]
    found = [(refusal.path, in_words(WORDS, refusal).wrong) for refusal in instancetype_refusals(spec)]
    assert found == [(OVERCOMMIT, message) for message in messages]
    assert list(instancetype_refusals(spec, Release(0, 59))) == []


def test_launch_security() -> None:
    spec = instancetype(launchSecurity={})["spec"]
    assert [refusal.path for refusal in instancetype_warnings(spec)] == [("spec", "launchSecurity")]
    assert list(instancetype_warnings(spec, Release(1, 8))) == list(instancetype_warnings({})) == []


def cpu(topology: Any = None, **options: Any) -> dict[str, Any]:
    return {"cpu": {"preferredCPUTopology": topology, "spreadOptions": options}}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({}, None),
        (cpu("bogus"), "preferredCPUTopology"),
        (cpu("${T}"), None),
        (cpu("preferAny"), None),
        (cpu("spread", across="Bogus"), "spreadOptions.across"),
        (cpu("preferSpread", across="Bogus"), "spreadOptions.across"),
        (cpu("cores", across="Bogus"), None),
        (cpu("spread", across="${A}"), None),
        (cpu("spread", across="CoresThreads"), None),
        (cpu("spread", across="CoresThreads", ratio=3), "spreadOptions.ratio"),
        (cpu("spread", across="CoresThreads", ratio=0), "spreadOptions.ratio"),
        (cpu("spread", across="CoresThreads", ratio="${R}"), None),
        ({**cpu("spread", across="CoresThreads"), "preferSpreadSocketToCoreRatio": 4}, "spreadOptions.ratio"),
        (cpu("spread", ratio=0), None),
    ],
)
def test_preference(spec: dict[str, Any], field: str | None) -> None:
    paths = [refusal.path for refusal in preference_refusals(spec)]
    assert paths == ([] if field is None else [("spec", "cpu", *field.split("."))])


def test_preference_releases() -> None:
    assert list(preference_refusals(cpu("bogus"), Release(1, 3))) == []
    assert list(preference_refusals(cpu("preferSpread", across="Bogus"), Release(1, 2))) == []
    assert len(list(preference_refusals(cpu("preferSpread", across="Bogus"), Release(1, 3)))) == 1


def test_deprecated_topologies() -> None:
    assert [in_words(WORDS, refusal).wrong for refusal in preference_warnings(cpu("preferSpread"))] == [
        "`preferSpread` is deprecated; `spread` replaces it"
    ]
    assert (
        list(preference_warnings(cpu("preferSpread"), Release(1, 3))) == list(preference_warnings(cpu("spread"))) == []
    )
