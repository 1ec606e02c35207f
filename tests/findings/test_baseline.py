"""Known findings: by rule, object and field, as many as there were and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.errors import UsageError
from vmlint.findings.baseline import Baseline
from vmlint.findings.finding import Finding, ObjectId, Stale
from vmlint.rule import Effect

FINDING = Finding(
    rule="VM525",
    slug="running-deprecated",
    effect=Effect.DEPRECATED,
    level=Effect.DEPRECATED.level,
    resource=ObjectId("kubevirt.io/v1", "VirtualMachine", "shop", "web"),
    field="spec.running",
    message="`running` is deprecated; `runStrategy` replaces it.",
    fix="write `runStrategy`",
    file="vms/web.yaml",
    line=8,
    column=3,
    end_line=8,
    end_column=10,
)
UNREADABLE = FINDING._replace(rule="VM901", resource=None, field="", file="vms/broken.yaml")


def baseline(*findings: Finding) -> Baseline:
    """The baseline of some findings, as it is read from its file."""
    Path("known.json").write_text(Baseline.from_findings(findings, "known.json").text())
    return Baseline.of("known.json")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "moved",
    [
        {"line": 99, "column": 1, "file": "elsewhere.yaml", "message": "said better.", "excerpt": "x"},
        {"resource": ObjectId("kubevirt.io/v1alpha3", "VirtualMachine", "shop", "web")},
        {"level": "error", "effect": Effect.REJECTED},
    ],
)
def test_a_known_finding_may_move(moved: dict[str, Any]) -> None:
    known = baseline(FINDING).taken_from([FINDING._replace(**moved)], ())
    assert (known.new, len(known.suppressed), known.stale) == ((), 1, ())


@pytest.mark.parametrize(
    "changed",
    [
        {"rule": "VM203"},
        {"field": "spec.runStrategy"},
        {"resource": ObjectId("kubevirt.io/v1", "VirtualMachine", "bank", "web")},
        {"resource": ObjectId("cdi.kubevirt.io/v1", "VirtualMachine", "shop", "web")},
        {"resource": None},
    ],
)
def test_another_finding_is_new(changed: dict[str, Any]) -> None:
    other = FINDING._replace(**changed)
    known = baseline(FINDING).taken_from([other], ())
    assert (known.new, known.suppressed) == ((other,), ())
    assert known.stale == (Stale("VM525", "VirtualMachine shop/web", "spec.running", 1),)


def test_a_finding_of_no_object_is_known_by_its_file() -> None:
    known = baseline(UNREADABLE)
    assert known.taken_from([UNREADABLE._replace(line=3)], ()).new == ()
    other = UNREADABLE._replace(file="vms/more.yaml")
    assert known.taken_from([other], ()).new == (other,)
    assert known.taken_from([], ()).stale == (Stale("VM901", "vms/broken.yaml", "", 1),)


def test_files_are_given_from_the_baselines_folder() -> None:
    text = Baseline.from_findings([UNREADABLE._replace(file="a/b.yaml")], "a/known.json").text()
    assert json.loads(text)["findings"] == [{"rule": "VM901", "file": "b.yaml", "count": 1}]


def test_counts_may_only_fall() -> None:
    known = baseline(FINDING, FINDING)
    assert [len(known.taken_from([FINDING] * number, ()).new) for number in range(5)] == [0, 0, 0, 1, 2]
    assert [stale.number for stale in known.taken_from([FINDING], ()).stale] == [1]


def test_what_did_not_run_is_not_stale() -> None:
    assert baseline(FINDING).taken_from([], {"VM525"}).stale == ()


def test_the_text_is_sorted_and_stable() -> None:
    one = Baseline.from_findings([FINDING, UNREADABLE, FINDING], "b.json").text()
    assert one == Baseline.from_findings([UNREADABLE, FINDING, FINDING], "b.json").text()
    assert json.loads(one) == {
        "version": 1,
        "findings": [
            {
                "rule": "VM525",
                "group": "kubevirt.io",
                "kind": "VirtualMachine",
                "namespace": "shop",
                "name": "web",
                "field": "spec.running",
                "count": 2,
            },
            {"rule": "VM901", "file": "vms/broken.yaml", "count": 1},
        ],
    }
    assert Baseline({}).text() == '{\n  "version": 1,\n  "findings": []\n}\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": [3]}',
        '{"version": 1, "findings": [{"rule": "VM525"}]}',
        '{"version": 1, "findings": [{"rule": 3, "count": 1}]}',
        '{"version": 1, "findings": [{"rule": "VM525", "count": true}]}',
        '{"version": 1, "findings": [{"rule": "VM525", "count": 0}]}',
        '{"version": 1, "findings": [{"rule": "VM525", "count": 1, "line": 3}]}',
        "[" * 100_000,
        "\udc80",
    ],
)
def test_what_is_no_baseline_is_refused(text: str) -> None:
    Path("known.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match="`vmlint baseline write`"):
        Baseline.of("known.json")


def test_a_baseline_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"can't read the baseline `gone\.json`"):
        Baseline.of("gone.json")


def test_a_whole_run() -> None:
    manifest = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web, namespace: shop}\nspec:\n"
    rest = "  template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}\n"
    Path("vm.yaml").write_text(f"{manifest}  running: true\n{rest}")
    Path("known.json").write_text(Baseline.from_findings(vmlint.check().findings, "known.json").text())
    report = vmlint.check(baseline="known.json")
    assert (report.findings, report.baseline, report.stale) == ((), "known.json", ())
    assert [(one.finding.rule, one.source) for one in report.suppressed] == [("VM525", "baseline")]
    Path("vm.yaml").write_text(f"{manifest}  runStrategy: Always\n{rest}")
    assert [stale.rule for stale in vmlint.check(baseline="known.json").stale] == ["VM525"]
    assert vmlint.check(baseline="known.json", select=["VM2"]).stale == ()


def test_a_baseline_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="the baseline `/dev/zero` is larger than 64 MiB, the maximum"):
        Baseline.of("/dev/zero")


def test_a_baseline_beside_the_manifests_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vm.yaml").write_text("kind: VirtualMachine\napiVersion: kubevirt.io/v1\nmetadata: {name: x}\n")
    report = vmlint.check(["."])
    Path(".vmlint-baseline.json").write_text(Baseline.from_findings(report.findings, ".vmlint-baseline.json").text())
    for limit in (1_000_000, 100):
        assert vmlint.check(["."], max_file_size=limit) == report
    Path("known.json").write_text(Path(".vmlint-baseline.json").read_text())
    assert [(one.file, one.reason) for one in vmlint.check(["."], max_file_size=100).skipped] == [
        ("known.json", "a baseline of vmlint, larger than 9.537e-05 MiB")
    ]
    assert not vmlint.check(["."], max_file_size=1_000_000).skipped
