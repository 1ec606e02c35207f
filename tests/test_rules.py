"""Every rule on its fixtures: whole findings of the bad cases, silence of the good ones, under all rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cases import FIXTURES, cases, expectation, inside, run
from vmlint.opening import open_world
from vmlint.registry import rules

BY_SLUG = {rule.slug: rule for rule in rules()}


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def expected(case: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(expectation(case).read_text("utf-8"))
    return found


@pytest.mark.parametrize("case", cases("bad"), ids=named)
def test_bad(case: Path) -> None:
    said = run(case)
    assert said == expected(case)
    assert {finding["slug"] for finding in said["findings"]} == {case.parent.name}


@pytest.mark.parametrize("case", cases("good"), ids=named)
def test_good(case: Path) -> None:
    said = run(case)
    assert said["findings"] == []
    assert "skipped" not in said


@pytest.mark.parametrize("case", cases("outside"), ids=named)
def test_outside(case: Path) -> None:
    said = run(case)
    assert said == expected(case)
    assert {finding["slug"] for finding in said["findings"]} <= {case.parent.name}


@pytest.mark.parametrize("case", cases("bad", "outside"), ids=named)
def test_findings_are_well_said(case: Path) -> None:
    for finding in expected(case)["findings"]:
        assert finding["message"].endswith(".")
        assert "\n" not in finding["message"]
        assert not finding["message"][0].isupper() or finding["message"].split()[0].isidentifier()
        assert finding["fix"]
        assert not finding["fix"].endswith(".")
        assert finding["message"].count("`") % 2 == finding["fix"].count("`") % 2 == 0


def test_every_expectation_has_its_case() -> None:
    held = {file.relative_to(FIXTURES).with_suffix("") for file in FIXTURES.glob("*/*.json")}
    assert held == {case.relative_to(FIXTURES) for case in cases("bad", "outside")}


@pytest.mark.parametrize("case", cases("bad", "outside"), ids=named)
def test_rules_have_nothing_to_say_where_there_is_nothing_that_they_are_about(case: Path) -> None:
    with inside(case):
        worlds = open_world([], None, {}, known_rules=rules()).worlds
    said = [
        (rule.slug, said)
        for world in worlds
        for subject in world.cluster.resources
        for rule in rules()
        if isinstance(subject, rule.meta.subject) and rule.meta.about and not rule.meta.about(subject, world)
        for said in rule.check(subject, world)
    ]
    assert said == []
