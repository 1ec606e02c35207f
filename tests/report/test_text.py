from typing import Any

import pytest

from vmlint.findings.finding import Counts, Report
from vmlint.report.layout import width_of
from vmlint.report.text import render

from .sample import HOSTILE, LABEL_MISSING, REPORT, golden


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "plain.txt"),
        ({"encoding": "ascii"}, "ascii.txt"),
        ({"width": 80}, "80.txt"),
        ({"width": 46}, "46.txt"),
        ({"width": 300, "color": True, "verbose": True}, "colour.txt"),
    ],
)
def test_the_whole_report(options: dict[str, Any], expected: str) -> None:
    assert render(REPORT, **options) == golden(expected)


def test_one_finding() -> None:
    report = Report("0.1.0", (LABEL_MISSING,), counts=Counts(files=5, objects=12, outside=2))
    assert render(report) == golden("one.txt")


def test_quiet_is_the_findings_alone() -> None:
    assert render(Report("0.1.0", REPORT.findings), quiet=True) == golden("plain.txt").partition("\nskipped ")[0]
    assert render(Report("0.1.0"), quiet=True) == ""


def test_nothing_found() -> None:
    assert render(Report("0.1.0", counts=Counts(files=2, objects=3))) == "clean: 3 objects from 2 files\n"


def test_hostile_names() -> None:
    assert render(HOSTILE) == golden("hostile.txt")
    assert render(HOSTILE, encoding="ascii").isascii()


def test_a_page_is_at_most_120_cells_wide() -> None:
    longest = max(map(width_of, render(REPORT, width=500).splitlines()))
    assert 100 < longest <= 120
