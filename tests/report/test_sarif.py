import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from vmlint.findings.finding import Finding, ObjectId, Report, Step, Suppressed
from vmlint.model.suppression import Source
from vmlint.report import sarif
from vmlint.report.sarif import render
from vmlint.rule import Effect, Level

from .sample import HOSTILE, LABEL_MISSING, OVERRIDE, REPORT, UNREADABLE, golden, rule
from .sarif_shape import SHAPE

LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\(([^)]*)\)")


def run_of(report: Report, **options: str) -> dict[str, Any]:
    log = json.loads(render(report, **options))
    jsonschema.validate(log, SHAPE)
    run: dict[str, Any] = log["runs"][0]
    return run


def results_of(*findings: Finding) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = run_of(Report("0.1.0", findings))["results"]
    return results


def marks_of(*findings: Finding) -> list[str]:
    return [result["partialFingerprints"]["vmlint/v1"] for result in results_of(*findings)]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_the_whole_report() -> None:
    text = render(REPORT)
    assert json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n" == golden("report.sarif")
    assert text.isascii()
    assert text.index("\n") == len(text) - 1


@pytest.mark.parametrize("report", [REPORT, HOSTILE, Report("0.1.0")])
def test_the_shape_that_github_asks_for(report: Report) -> None:
    assert all(strings(run_of(report)))


def test_the_shape_refuses_what_github_refuses() -> None:
    log = json.loads(render(REPORT))
    del log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["endColumn"]
    with pytest.raises(jsonschema.ValidationError, match="'endColumn' is a required property"):
        jsonschema.validate(log, SHAPE)


def test_rules_are_sorted_and_results_point_at_them() -> None:
    run = run_of(REPORT)
    ids = [described["id"] for described in run["tool"]["driver"]["rules"]]
    assert ids == ["VM103", "VM210", "VM701"]
    pointed = [(result["ruleId"], result.get("ruleIndex")) for result in run["results"]]
    assert pointed == [("VM210", 1), ("VM701", 2), ("VM901", None), ("VM103", 0)]


def test_the_order_of_the_findings_makes_no_difference() -> None:
    assert render(REPORT._replace(findings=REPORT.findings[::-1], rules=REPORT.rules[::-1])) == render(REPORT)


def test_descriptions_are_cut_to_what_github_takes() -> None:
    page = f"{'t' * 2000}\n\n## What it does\n{'w ' * 2000}"
    described = run_of(Report("0", rules=(rule("VM103", "long", Effect.RISK, page),)))["tool"]["driver"]["rules"][0]
    assert described["shortDescription"]["text"] == "t" * 1023 + "…"
    assert described["fullDescription"]["text"] == "w " * 511 + "w…"
    assert described["help"]["text"] == page.strip()


def test_a_table_is_not_put_on_one_line() -> None:
    page = "A title\n\n## What it does\nChecks:\n\n| field | refused |\n|---|---|\n| a | b |\n"
    described = run_of(Report("0", rules=(rule("VM103", "long", Effect.RISK, page),)))["tool"]["driver"]["rules"][0]
    assert described["fullDescription"]["text"] == described["shortDescription"]["text"] == "A title"


def test_links_lead_to_their_step() -> None:
    result = results_of(OVERRIDE)[0]
    links = LINK.findall(result["message"]["text"])
    related = {str(location["id"]): location for location in result["relatedLocations"]}
    assert [target for _, target in links] == ["1"]
    for text, target in links:
        place = related[target]["physicalLocation"]
        assert text == f"{place['artifactLocation']['uri']}:{place['region']['startLine']}"


def test_a_step_that_is_written_nowhere_is_where_the_one_before_it_is() -> None:
    nowhere, somewhere = Step("outside", "", 0), Step("here", "b.yaml", 7)
    flow = results_of(LABEL_MISSING._replace(chain=(nowhere, somewhere, nowhere)))[0]["codeFlows"][0]
    places = [step["location"]["physicalLocation"] for step in flow["threadFlows"][0]["locations"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("vms/web.yaml", 14),
        ("b.yaml", 7),
        ("b.yaml", 7),
    ]


def test_a_long_chain_is_cut() -> None:
    chain = tuple(Step(f"step {line}", "a.yaml", line) for line in range(1, 104))
    result = results_of(LABEL_MISSING._replace(chain=chain))[0]
    assert len(result["relatedLocations"]) == sarif.STEPS == 100
    assert result["message"]["text"].endswith("; step 100 ([a.yaml:100](100)); 3 more.")


@pytest.mark.parametrize("report", [HOSTILE])
def test_no_manifest_makes_a_link_or_a_placeholder(report: Report) -> None:
    run = run_of(report)
    texts = [result["message"]["text"] for result in run["results"]]
    texts += [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    for text in texts:
        assert {target for _, target in LINK.findall(text)} <= {"1"}
        assert "](https" not in text
        assert "{{0}}" in text
        assert not re.search(r"(?<!\{)\{\d", text)
        assert text.isprintable() or set(re.findall(r"[^ -~→]", text)) == {"\n"}


def test_regions_count_from_one_and_do_not_end_before_they_start() -> None:
    strange = UNREADABLE._replace(line=0, column=0, end_line=0, end_column=0)
    backwards = UNREADABLE._replace(line=5, column=9, end_line=4, end_column=3)
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in results_of(strange, backwards)]
    assert [tuple(region.values()) for region in regions] == [(1, 1, 1, 1), (5, 9, 5, 9)]


def test_marks_hold_still_when_lines_move() -> None:
    moved = LABEL_MISSING._replace(file="other.yaml", line=90, end_line=90, column=1, message="other words", chain=())
    assert LABEL_MISSING.resource is not None
    newer = LABEL_MISSING._replace(resource=LABEL_MISSING.resource._replace(api_version="kubevirt.io/v2"))
    assert marks_of(moved) == marks_of(newer) == marks_of(LABEL_MISSING)


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "VM104"},
        {"field": "spec.preference.inferFromVolume"},
        {"resource": ObjectId("kubevirt.io/v1", "VirtualMachine", "shop", "other")},
        {"resource": ObjectId("kubevirt.io/v1", "VirtualMachine", "other", "web")},
        {"resource": ObjectId("kubevirt.io/v1", "VirtualMachinePool", "shop", "web")},
        {"resource": ObjectId("infrastructure.cluster.x-k8s.io/v1", "VirtualMachine", "shop", "web")},
        {"resource": None},
    ],
)
def test_marks_tell_rule_object_and_field_apart(change: dict[str, Any]) -> None:
    assert marks_of(LABEL_MISSING._replace(**change)) != marks_of(LABEL_MISSING)


def test_repeats_are_numbered_in_their_order() -> None:
    first, second = LABEL_MISSING._replace(line=3), LABEL_MISSING
    mark = marks_of(first)[0].partition(":")[0]
    assert marks_of(second, OVERRIDE, first)[1:] == [f"{mark}:1", f"{mark}:2"]


def test_a_fault_of_a_whole_document_is_marked_by_its_file() -> None:
    assert marks_of(UNREADABLE) != marks_of(UNREADABLE._replace(file="other.yaml"))
    assert "primaryLocationLineHash" not in results_of(UNREADABLE)[0]["partialFingerprints"]


def test_the_name_keeps_uploads_apart() -> None:
    assert run_of(REPORT)["automationDetails"] == {"id": "vmlint/manifests/"}
    assert run_of(REPORT, name="clusters/east")["automationDetails"] == {"id": "vmlint/clusters/east/"}


def test_of_too_many_findings_the_gravest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif.RESULTS == 25_000
    monkeypatch.setattr(sarif, "RESULTS", 3)
    run = run_of(REPORT)
    assert [result["ruleId"] for result in run["results"]] == ["VM210", "VM901", "VM103"]
    note = run["invocations"][0]["toolExecutionNotifications"][0]
    assert note["level"] == "warning"
    assert note["message"]["text"].startswith("1 finding of 4 omitted, the least severe")


@pytest.mark.parametrize("level", Level)
def test_each_result_has_its_level(level: Level) -> None:
    assert results_of(LABEL_MISSING._replace(level=level))[0]["level"] == level.value


def test_suppressed_findings_stay_with_who_suppresses_them() -> None:
    known = Suppressed(OVERRIDE, Source.BASELINE, "", "known.json", 0)
    unwanted = Suppressed(UNREADABLE, Source.COMMENT, "the portal", "vms/tab.yaml", 2)
    ignored = Suppressed(UNREADABLE._replace(line=9), Source.CONFIGURATION, " ", "", 0)
    report = Report("0.1.0", (LABEL_MISSING,), suppressed=(known, unwanted, ignored), baseline="known.json")
    results = run_of(report)["results"]
    assert [(result["ruleId"], result["baselineState"]) for result in results] == [
        ("VM210", "unchanged"),
        ("VM901", "new"),
        ("VM901", "new"),
        ("VM103", "new"),
    ]
    region = {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 1}
    place = {"artifactLocation": {"uri": "vms/tab.yaml"}, "region": region}
    assert [result["suppressions"] for result in results] == [
        [{"kind": "external"}],
        [{"kind": "inSource", "justification": "the portal", "location": {"physicalLocation": place}}],
        [{"kind": "external"}],
        [],
    ]


def test_without_suppressions_and_baseline_nothing_is_said_of_them() -> None:
    (result,) = run_of(Report("0.1.0", (LABEL_MISSING,)))["results"]
    assert {"suppressions", "baselineState"} & set(result) == set()


def test_a_suppressed_finding_keeps_its_mark() -> None:
    second = OVERRIDE._replace(line=200)
    (_, before) = marks_of(OVERRIDE, second)
    report = Report("0.1.0", (second,), suppressed=(Suppressed(OVERRIDE, Source.COMMENT, "", "a.yaml", 1),))
    assert run_of(report)["results"][1]["partialFingerprints"]["vmlint/v1"] == before
