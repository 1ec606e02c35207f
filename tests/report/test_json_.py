import json
from dataclasses import fields

from vmlint.finding import Finding, Report
from vmlint.report.json_ import render

from .sample import EVIL, HOSTILE, REPORT, golden


def test_the_whole_report() -> None:
    assert render(REPORT) == golden("report.json")


def test_an_empty_report() -> None:
    assert json.loads(render(Report("0.1.0"))) == {
        "version": "0.1.0",
        "summary": dict.fromkeys(json.loads(golden("report.json"))["summary"], 0),
        "findings": [],
        "skipped": [],
        "undecided": [],
    }


def test_a_finding_has_the_names_of_the_library() -> None:
    camel = {field.name.replace("_l", "L").replace("_c", "C") for field in fields(Finding)} - {"excerpt"}
    assert set(json.loads(render(REPORT))["findings"][0]) == camel


def test_strings_are_exact() -> None:
    read = json.loads(render(HOSTILE))["findings"][0]
    exact = EVIL.replace("\ud800", "\ufffd")
    assert read["resource"] == {"apiVersion": f"v1{exact}", "kind": f"::{exact}", "namespace": exact, "name": exact}
    assert read["field"] == exact
