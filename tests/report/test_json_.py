import json

from vmlint.findings.finding import Changed, Finding, Report, Stale, Suppressed
from vmlint.model.suppression import Source
from vmlint.report.json_ import render

from .sample import EVIL, HOSTILE, LABEL_MISSING, REPORT, golden


def test_the_whole_report() -> None:
    assert render(REPORT) == golden("report.json")


def test_an_empty_report() -> None:
    assert json.loads(render(Report("0.1.0"))) == {
        "version": "0.1.0",
        "complete": True,
        "summary": dict.fromkeys(json.loads(golden("report.json"))["summary"], 0),
        "findings": [],
        "suppressed": [],
        "stale": [],
        "skipped": [],
        "undecided": [],
    }


def test_a_finding_has_the_names_of_the_library() -> None:
    camel = {name.replace("_l", "L").replace("_c", "C") for name in Finding._fields} - {
        "also",
        "excerpt",
        "file_fix",
    }
    assert set(json.loads(render(REPORT))["findings"][0]) == camel


def test_strings_are_exact() -> None:
    read = json.loads(render(HOSTILE))["findings"][0]
    exact = EVIL.replace("\ud800", "\ufffd")
    assert read["resource"] == {"apiVersion": f"v1{exact}", "kind": f"::{exact}", "namespace": exact, "name": exact}
    assert read["field"] == exact


def test_a_suppressed_finding_shows_who_suppresses_it() -> None:
    suppressed = Suppressed(LABEL_MISSING, Source.ANNOTATION, "later", "vms/web.yaml", 7)
    stale = Stale("VM525", "VirtualMachine shop/web", "spec.running", 2)
    read = json.loads(render(REPORT._replace(suppressed=(suppressed,), stale=(stale,))))
    assert (read["summary"]["suppressed"], read["summary"]["stale"]) == (1, 1)
    by = {"source": "annotation", "reason": "later", "file": "vms/web.yaml", "line": 7}
    assert read["suppressed"] == [read["findings"][3] | {"suppression": by}]
    assert read["stale"] == [
        {"rule": "VM525", "about": "VirtualMachine shop/web", "field": "spec.running", "number": 2}
    ]


def test_a_run_of_a_change_shows_what_was_compared() -> None:
    read = json.loads(render(REPORT._replace(changed=Changed("main", "c0ffee", 3, 2))))
    assert read["changed"] == {"since": "main", "commit": "c0ffee", "objects": 3, "hidden": 2, "everything": ""}
