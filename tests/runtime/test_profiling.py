"""Profiles: what was measured, and that measuring changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vmlint
from vmlint.cli import main
from vmlint.runtime.profiling import Profile, profiled, stage, watched

FIXTURE = Path(__file__).parents[2] / "fixtures" / "quickstart"


def said(number: int) -> Iterator[int]:
    yield from range(number)
    if number > 2:
        raise ValueError


def test_rules_are_counted_and_say_the_same() -> None:
    assert watched("slug", said) is said
    with profiled() as profile:
        check = watched("slug", said)
        assert [list(check(number)) for number in (0, 2)] == [[], [0, 1]]
        heard = []
        with pytest.raises(ValueError):
            for one in check(3):
                heard.append(one)  # noqa: PERF402 - what was said before counts
    assert heard == [0, 1, 2]
    assert {slug: share.calls for slug, share in profile.rules.items()} == {"slug": 3}
    assert watched("slug", said) is said


def test_stages_are_counted_where_somebody_asks() -> None:
    with profiled() as one, stage("read"):
        pass
    with stage("read"):
        pass
    assert {name: share.calls for name, share in one.stages.items()} == {"read": 1}


def test_a_run_is_reported_by_its_stages_and_rules() -> None:
    plain = vmlint.check([FIXTURE])
    profile: Profile
    with profiled() as profile:
        assert vmlint.check([FIXTURE]).findings == plain.findings
    assert list(profile.stages) == ["discover", "read", "decode", "objects", "world", "judge", "sum up"]
    in_rules = sum(share.seconds for share in profile.rules.values())
    assert 0 < in_rules <= profile.stages["judge"].seconds
    assert {finding.slug for finding in plain.findings} <= profile.rules.keys()


def test_the_command_shows_a_table_beside_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(FIXTURE), "--no-cache"])
    plain = capsys.readouterr()
    main(["check", str(FIXTURE), "--no-cache", "--profile"])
    profiled = capsys.readouterr()
    assert (profiled.out, plain.err) == (plain.out, "")
    stages, _, rules = profiled.err.partition("\n\n")
    assert stages.splitlines()[0].split() == ["stage", "seconds", "share"]
    assert {line.rsplit(None, 2)[0] for line in stages.splitlines()[1:]} == {
        *("discover", "read", "decode", "objects", "world", "judge", "sum up", "report")
    }
    first, *rows = rules.splitlines()
    assert first.split() == ["rule", "seconds", "calls", "µs", "a", "call"]
    assert len(rows) == 21
    assert re.fullmatch(r"\d+ more rules +\d+\.\d{3} +\d+ +\d+\.\d", rows[-1])
