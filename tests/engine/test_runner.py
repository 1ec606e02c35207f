"""Of several faults at one field, which are shown; and what a rule that fails, or Ctrl-C, does to a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.build import analysed, cluster
from vmlint import registry
from vmlint.cli import main
from vmlint.cli.exits import Exit
from vmlint.engine import analysis as runner
from vmlint.engine.analysis import Analysis
from vmlint.model.field import render as written
from vmlint.model.resource import Place, Resource
from vmlint.report import render
from vmlint.rule import Effect, Fault, Meta, Rule
from vmlint.schema import check as schema_check
from vmlint.schema import hints
from vmlint.schema.hints import Hint
from vmlint.schema.load import schema_of
from vmlint.source.decode import decode as decoded
from vmlint.source.document import SourceFile
from vmlint.world import World
from vmlint.world.settings import Settings

CLAIM = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
"""


def rule(name: str, rank: int, effect: Effect, field: str) -> Rule:
    """A rule that finds one fault at a field of every object."""
    meta = Meta(name, effect=effect, since="0.1", subject=Resource, rank=rank)

    def check(resource: Resource, world: World) -> Iterator[Fault]:
        yield meta.at(resource.field(field), "it is wrong.", fix="fix the name")

    return Rule(meta, name, name, str, "test", check)


def said(rules: list[Rule], world: World) -> Analysis:
    return analysed(rules, [world])


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        pytest.param((1, Effect.REJECTED, "a.b"), (0, Effect.REJECTED, "a.b"), [0], id="same field"),
        pytest.param((0, Effect.REJECTED, "a.b"), (0, Effect.REJECTED, "a.b"), [0, 1], id="same rank"),
        pytest.param((1, Effect.REJECTED, "a"), (0, Effect.REJECTED, "a.b"), [0, 1], id="below a refused field"),
        pytest.param((1, Effect.IGNORED, "a"), (0, Effect.REJECTED, "a.b[0].c"), [0], id="below a dropped field"),
        pytest.param((1, Effect.IGNORED, "a"), (1, Effect.REJECTED, "a.b"), [0, 1], id="the same rank below"),
        pytest.param((1, Effect.IGNORED, "a.b"), (0, Effect.REJECTED, "a"), [0, 1], id="above a dropped field"),
        pytest.param((0, Effect.IGNORED, "a"), (-1, Effect.REJECTED, "a.b"), [0, 1], id="below what does nothing"),
        pytest.param((0, Effect.REJECTED, "a"), (-1, Effect.REJECTED, "a"), [0], id="a better telling"),
        pytest.param((0, Effect.RISK, "a"), (-1, Effect.REJECTED, "a"), [0, 1], id="a refusal beside a risk"),
        pytest.param((0, Effect.RISK, "a"), (-1, Effect.IGNORED, "a"), [0], id="less than a refusal"),
    ],
)
def test_the_foremost_faults(first: tuple[int, Effect, str], second: tuple[int, Effect, str], shown: list[int]) -> None:
    rules = [rule("first", *first), rule("second", *second)]
    world = World(cluster(CLAIM), Settings())
    for order in (rules, rules[::-1]):
        faults = said(order, world).violations
        assert {said.id for said, _ in faults} == {rules[index].id for index in shown}


def test_faults_of_two_objects_do_not_meet() -> None:
    rules = [rule("first", 1, Effect.IGNORED, "a"), rule("second", 0, Effect.REJECTED, "b")]
    faults = said(rules, World(cluster(CLAIM, CLAIM.replace("name: data", "name: more")), Settings())).violations
    places = [fault.place for _, fault in faults]
    assert [(place.resource.name, written(place.path)) for place in places if isinstance(place, Place)] == [
        ("data", "a"),
        ("data", "b"),
        ("more", "a"),
        ("more", "b"),
    ]


# What fails takes nothing else with it

VMS = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec: {runStrategy: Sometimes, template: {spec: {domain: {devices: {}}}}}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: db, namespace: shop}
spec: {runStrategy: Sometimes, template: {spec: {domain: {devices: {}}}}}
"""

FAILING = "run-state-invalid"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A repository of two VMs, on the first of which a rule fails after its first word."""
    (tmp_path / "vms.yaml").write_text(VMS)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    spoil(monkeypatch, FAILING, "web", KeyError("labels"))
    return tmp_path


def spoil(monkeypatch: pytest.MonkeyPatch, slug: str, name: str, error: BaseException) -> None:
    """Have a rule say what it says of an object, and then raise."""

    def spoilt(check: Any) -> Any:
        def checked(subject: Any, world: World) -> Iterator[Any]:
            yield from check(subject, world)
            if isinstance(subject, Resource) and subject.name == name:
                raise error

        return checked

    changed = tuple(
        rule._replace(check=spoilt(rule.check), meta=rule.meta._replace(about=None)) if rule.slug == slug else rule
        for rule in registry.rules()
    )
    monkeypatch.setattr("vmlint.config.config.Config.all_rules", lambda _: changed)


def test_a_rule_that_fails_is_a_finding_and_the_run_goes_on(failing: Path) -> None:
    report = vmlint.check(["."])
    told = [(one.slug, str(one.resource), one.line) for one in report.findings if one.slug in (FAILING, "rule-crashed")]
    assert told == [
        ("rule-crashed", "VirtualMachine shop/web", 1),
        (FAILING, "VirtualMachine shop/web", 4),
        (FAILING, "VirtualMachine shop/db", 9),
    ]
    (crashed,) = (one for one in report.findings if one.slug == "rule-crashed")
    assert crashed.message.startswith(
        "the rule `run-state-invalid` failed on it: KeyError: 'labels' at engine/test_runner.py:"
    )
    assert "skip `run-state-invalid` with `overrides`" in crashed.fix
    assert [str(crash).partition(" at ")[0] for crash in report.crashes] == [
        "the rule `run-state-invalid` failed on VirtualMachine shop/web in vms.yaml: KeyError: 'labels'"
    ]
    assert "in checked" in report.crashes[0].trace
    assert {"rule-crashed", FAILING} <= {rule.slug for rule in report.rules}


def test_whatever_is_selected_or_suppressed_a_rule_that_fails_is_told(failing: Path) -> None:
    file = failing / "vms.yaml"
    file.write_text(f"# vmlint: ignore-file[hygiene, machine] x\n{VMS}")
    report = vmlint.check(["."], select=[FAILING])
    assert [one.slug for one in report.findings] == ["rule-crashed"]


def test_a_rule_that_is_left_out_for_a_file_does_not_fail_there(failing: Path) -> None:
    (failing / ".vmlint.yaml").write_text(f"overrides:\n- paths: [vms.yaml]\n  ignore: [{FAILING}]\n")
    report = vmlint.check(["."])
    assert (report.crashes, [one for one in report.findings if one.slug == "rule-crashed"]) == ((), [])


def test_no_suppression_is_unneeded_where_a_rule_failed(failing: Path) -> None:
    (failing / "vms.yaml").write_text(VMS.replace("---", "# vmlint: ignore[cpu-invalid] x\n---", 1))
    assert "suppression-unused" not in {one.slug for one in vmlint.check(["."]).findings}


def test_the_command_shows_the_error_and_its_traceback_on_request(
    failing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == Exit.INTERNAL
    out, err = capsys.readouterr()
    assert "VM920 rule-crashed · unreadable" in out
    assert err.startswith(
        "vmlint: internal error: the rule `run-state-invalid` failed on VirtualMachine shop/web in vms.yaml:"
    )
    assert "Traceback" not in err
    assert main(["check", "--verbose"]) == Exit.INTERNAL
    assert "Traceback (most recent call last):" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["baseline", "write"], ["baseline", "check", "--file", "b.json"], ["graph"]])
def test_the_other_commands_that_run_rules_end_with_the_same_code(failing: Path, words: list[str]) -> None:
    (failing / "b.json").write_text('{"version": 1, "findings": []}')
    assert main(words) == Exit.INTERNAL
    assert not (failing / ".vmlint-baseline.json").exists()


def test_a_file_at_which_the_reader_fails_is_told_and_the_others_are_read(
    failing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (failing / "odd.yaml").write_text("a: 1\n")

    def decode(data: bytes, file: str, **options: Any) -> SourceFile:
        if file == "odd.yaml":
            raise RecursionError("too deep")
        return decoded(data, file, **options)

    monkeypatch.setattr("vmlint.source.read.decode", decode)
    report = vmlint.check(["."], ignore=[FAILING])
    assert [(one.slug, one.file, one.resource) for one in report.findings if one.file == "odd.yaml"] == [
        ("rule-crashed", "odd.yaml", None)
    ]
    assert report.counts.objects == 2


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("place", ["vmlint.graph.build._ref", "vmlint.graph.cluster._makes"])
def test_an_object_at_which_the_world_fails_is_told_and_the_others_are_judged(
    failing: Path, monkeypatch: pytest.MonkeyPatch, place: str, jobs: int
) -> None:
    text = (failing / "vms.yaml").read_text()
    (failing / "odd.yaml").write_text(text.replace("name: ", "name: odd-"))
    module, _, name = place.rpartition(".")
    right = getattr(import_module(module), name)

    def fail(*words: Any) -> Any:
        if "odd-" in str(words):
            raise ZeroDivisionError
        return right(*words)

    monkeypatch.setattr(place, fail)
    report = vmlint.check(["."], ignore=[FAILING], jobs=jobs)
    told = [(one.file, one.resource) for one in report.findings if one.slug == "rule-crashed"]
    assert told == [("odd.yaml", None)] * 2
    assert "memory-unset" in {one.slug for one in report.findings}
    assert [str(one).partition(" at ")[0] for one in report.crashes] == [
        "reading the objects failed on odd.yaml: ZeroDivisionError"
    ] * 2
    assert report.counts.objects == 2


def test_a_kustomization_at_which_the_builder_fails_leaves_its_objects_undecided(
    failing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (failing / "kustomization.yaml").write_text("resources: [vms.yaml]\n")

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("vmlint.gitops.build.Builder.finish", fail)
    report = vmlint.check(["."], ignore=[FAILING])
    assert [str(crash).partition(" at ")[0] for crash in report.crashes] == [
        "the kustomization failed on kustomization.yaml: ZeroDivisionError"
    ]
    assert [one.slug for one in report.findings] == ["rule-crashed"]
    assert report.counts.objects == 2


# Ctrl-C


def test_ctrl_c_ends_the_rules_with_what_they_have_found(
    failing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(monkeypatch, FAILING, "db", KeyboardInterrupt())
    report = vmlint.check(["."], partial=True)
    assert report.stopped == (3, 4)
    assert {str(one.resource) for one in report.findings} == {"VirtualMachine shop/web"}
    assert main(["check"]) == Exit.INTERRUPTED
    assert "partial    stopped with Ctrl-C after 3 of 4 documents and objects: the others are not checked." in (
        capsys.readouterr().out
    )
    with pytest.raises(KeyboardInterrupt):
        vmlint.check(["."])


def test_every_report_says_that_it_is_partial(failing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, FAILING, "web", KeyboardInterrupt())
    report = vmlint.check(["."], partial=True)
    assert report.stopped == (2, 4)
    assert "no findings so far" in render("text", report)
    assert json.loads(render("json", report))["complete"] is False
    (run_,) = json.loads(render("sarif", report))["runs"]
    assert run_["invocations"][0]["executionSuccessful"] is False
    assert "**Partial**: stopped with Ctrl-C" in render("markdown", report)
    assert 'type="stopped"' in render("junit", report)
    assert "partial    stopped with Ctrl-C" in render("github", report)


MANY = "\n".join(
    ["# vmlint: ignore[unknown-field] x", VMS.partition("---")[0].rstrip(), *(f"odd{n}: 1" for n in range(5))]
)


def test_of_one_object_the_first_findings_of_a_rule_and_effect_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("vmlint.engine.analysis.MOST_FAULTS", 3)
    (tmp_path / "vms.yaml").write_text(MANY.partition("\n")[2] + "\nmore: 1\n" + "---\n" + VMS.partition("---")[2])
    report = vmlint.check(["."], select=["unknown-field"])
    assert [one.field for one in report.findings] == ["odd0", "odd1", "odd2"]
    (left,) = report.skipped
    assert left.reason.startswith("`unknown-field` has 3 more findings about `VirtualMachine shop/web`, from here on: ")
    assert (tmp_path / "vms.yaml").read_text().splitlines()[left.line - 1] == "odd3: 1"
    assert vmlint.check(["."], ignore=["unknown-field"]).skipped == ()


def test_no_suppression_is_unneeded_where_findings_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vms.yaml").write_text(MANY.replace("odd4: 1", "odd4: 1  # vmlint: ignore[unknown-field] x"))
    assert "odd4" not in {one.field for one in vmlint.check(["."]).findings}
    monkeypatch.setattr("vmlint.engine.analysis.MOST_FAULTS", 3)
    report = vmlint.check(["."])
    assert not {"suppression-unused", "suppression-misplaced"} & {one.slug for one in report.findings}


def test_a_hint_is_looked_for_as_often_as_findings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def hint(frame: object, name: str, value: object) -> Hint:
        asked.append(name)
        return Hint()

    monkeypatch.setattr(hints, "hint", hint)
    data = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", **{f"odd{n}": 1 for n in range(3000)}}
    schema = schema_of("kubevirt.io/v1", "VirtualMachine")
    assert schema is not None
    assert len([*schema_check.check(data, schema)]) >= 3000
    assert len(asked) == runner.MOST_FAULTS
