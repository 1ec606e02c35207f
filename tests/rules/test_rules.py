"""Every rule on its fixtures: whole findings of the bad cases, silence of the good ones, under all rules."""

from __future__ import annotations

import json
import re
from contextlib import chdir
from pathlib import Path

import pytest

from tests.cases import FIXTURES, UNPROVOKED, difference, fixed, for_each
from vmlint.cli.fixtures import cases, expectation, judged, unmatched
from vmlint.engine.plan import Plan
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.model.kinds import KINDS
from vmlint.registry import rules
from vmlint.rule import Fix


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("case", cases(FIXTURES), ids=named)
def test_the_case_is_as_expected(case: Path) -> None:
    assert judged(case, rules()).wrong == ()


def test_rules_and_cases_and_expectations_belong_together() -> None:
    assert unmatched(FIXTURES, [rule for rule in rules() if rule.slug not in UNPROVOKED]) == []


NAMES = {kind.name for kind in KINDS} | {"Secure", "Kubernetes", "Argo", "Flux", "Helm", "Linux", "Windows"}
"""Words with one capital letter that may begin a message; `Secure` is that of Secure Boot."""


def begins_well(message: str) -> bool:
    """Whether a message begins as what goes on behind an object's name: in lower case, or with a name.

    A word with a second capital letter is a name: `DataVolume`, `CDI`.
    """
    word = re.split(r"[^\w]", message)[0]
    return not word[:1].isupper() or word in NAMES or sum(map(str.isupper, word)) > 1


def test_a_message_that_begins_as_a_sentence_is_seen() -> None:
    words = (
        "The disk",
        "A disk",
        "It is",
        "Disk",
        "`a` is",
        "volume",
        "CDI",
        "Secret `a`",
        "DataVolumes",
        "Secure Boot",
    )
    assert [begins_well(word) for word in words] == [False] * 4 + [True] * 6


@for_each(cases(FIXTURES, "bad", "outside"), named)
def test_findings_are_well_said(case: Path) -> None:
    for finding in json.loads(expectation(case).read_text("utf-8"))["findings"]:
        assert finding["message"].endswith(".")
        assert "\n" not in finding["message"]
        assert begins_well(finding["message"]), finding["message"]
        assert finding["fix"]
        assert not finding["fix"].endswith(".")
        assert finding["message"].count("`") % 2 == finding["fix"].count("`") % 2 == 0


@pytest.mark.slow
@pytest.mark.parametrize("case", cases(FIXTURES, "bad", "outside"), ids=named)
def test_rules_have_nothing_to_say_where_there_is_nothing_that_they_are_about(case: Path) -> None:
    with chdir(case):
        worlds = snapshot_of(RunRequest()).worlds
    plan = Plan(rules())
    said = [
        (rule.slug, said)
        for world in worlds
        for subject in world.cluster.resources
        if not subject.fragment
        for asked in [{rule for rule, _ in plan.checks(subject, world)}]
        for rule in rules()
        if isinstance(subject, rule.meta.subject) and rule not in asked
        for said in rule.check(subject, world)
    ]
    assert said == []


@pytest.mark.parametrize("case", cases(FIXTURES, "bad", "outside"), ids=named)
def test_fixes_change_what_they_are_to_change_and_nothing_else(case: Path) -> None:
    wanted = case.with_suffix(".diff")
    reported = json.loads(expectation(case).read_text("utf-8"))["findings"]
    fixable = {finding["fixable"] for finding in reported if "fixable" in finding}
    if not fixable:
        assert not wanted.exists()
        return
    best = next(rule.meta.fix for rule in rules() if rule.slug == case.parent.name)
    assert best is Fix.SAFE or (best is Fix.UNSAFE and fixable == {"unsafe"})
    fixing = fixed(case)
    assert difference(fixing) == wanted.read_text("utf-8")
    assert [one for one in fixing.report.findings if one.fixable] == [one.finding for one in fixing.unfixed]
    assert bool(fixed(case, unsafe=False).fixed) == ("safe" in fixable)


def test_every_rule_with_a_fix_shows_it() -> None:
    shown = {file.parent.name for file in FIXTURES.glob("*/bad*.diff")}
    assert shown == {rule.slug for rule in rules() if rule.meta.fix}
