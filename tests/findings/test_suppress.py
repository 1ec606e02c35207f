"""What a suppression reaches, and what becomes of it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.api import judge
from vmlint.config import names
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.errors import ConfigError, UsageError
from vmlint.findings.finding import Report
from vmlint.rule import Rule

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop{annotation}
spec:
  # {above}
  running: true  # {beside}
  # {below}
  template:
    spec:
      domain:
        memory: {{guest: 1Gi}}
        devices: {{}}
"""
RULE = "VM525"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(annotation: str = "", head: str = "", **comments: str) -> None:
    places = dict.fromkeys(("above", "beside", "below"), "nothing") | comments
    Path("vm.yaml").write_text(head + VM.format(annotation=annotation, **places))


def annotated(value: str) -> str:
    return f"\n  annotations:\n    vmlint.dev/ignore: {value}"


def shown(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def by(report: Report) -> list[tuple[str, str, str, str, int]]:
    return [(one.finding.rule, one.source, one.reason, one.file, one.line) for one in report.suppressed]


def test_without_a_suppression_the_finding_is_shown() -> None:
    written()
    report = vmlint.check()
    assert (shown(report), report.suppressed, report.suppressions) == ([RULE], (), ())


@pytest.mark.parametrize("name", ["VM525", "vm525", "VM5", "running-deprecated", "machine", "VM203, VM525", " VM525 "])
def test_a_rule_has_many_names(name: str) -> None:
    written(beside=f"vmlint: ignore[{name}] the portal")
    report = vmlint.check(select=[RULE])
    assert (shown(report), by(report)) == ([], [(RULE, "comment", "the portal", "vm.yaml", 8)])


@pytest.mark.parametrize("place", ["above", "beside"])
def test_a_comment_reaches_its_line_and_the_one_below(place: str) -> None:
    written(**{place: f"vmlint: ignore[{RULE}]"})
    assert shown(vmlint.check()) == []


def test_a_comment_elsewhere_is_misplaced() -> None:
    written(below=f"vmlint: ignore[{RULE}]")
    report = vmlint.check()
    assert shown(report) == [RULE, "VM906"]
    assert report.findings[1].message == "the suppression has no effect here: the finding is in line 8."


def test_comments_above_one_another_all_count() -> None:
    written(above=f"vmlint: ignore[{RULE}] why\n  # more of it\n  # vmlint: ignore[VM203]")
    report = vmlint.check()
    assert shown(report) == ["VM903"]
    assert len(report.suppressed) == 1


SPREAD = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Always
  template:
    spec:
      domain:
        cpu:
          cores: 2
          # vmlint: ignore[VM7] here
          nonsense:
            deep: [1]
            more:
            - 2  # vmlint: ignore[VM701] there
          # vmlint: ignore[VM701] not any more
          threads: 1
        memory: {guest: 1Gi}
        devices: {}
"""


def test_a_comment_counts_in_all_lines_of_the_field() -> None:
    Path("vm.yaml").write_text(SPREAD)
    report = vmlint.check(select=["VM7", "VM903"])
    assert by(report) == [("VM701", "comment", "here", "vm.yaml", 11)]
    assert [finding.line for finding in report.findings] == [16]
    Path("vm.yaml").write_text(SPREAD.replace("# vmlint: ignore[VM7] here", "# nothing"))
    assert by(vmlint.check(select=["VM7"])) == [("VM701", "comment", "there", "vm.yaml", 15)]


@pytest.mark.parametrize("head", ["# vmlint: ignore-file[VM525] old\n", "# vmlint: ignore-file[VM525] old\n---\n"])
def test_a_comment_for_the_file(head: str) -> None:
    written(head=head)
    Path("other.yaml").write_text(VM.format(annotation="", above="", beside="", below="").replace("web", "db"))
    report = vmlint.check()
    assert [finding.file for finding in report.findings] == ["other.yaml"]
    assert by(report) == [(RULE, "file comment", "old", "vm.yaml", 1)]


def test_a_comment_for_the_file_may_stand_beside_another_object() -> None:
    written(head="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n# vmlint: ignore-file[VM525]\n---\n")
    assert shown(vmlint.check()) == []


def test_an_annotation_counts_for_its_object_alone() -> None:
    written(annotation=annotated('"VM203, running-deprecated"'))
    with Path("vm.yaml").open("a") as file:
        file.write("---\n" + VM.format(annotation="", above="", beside="", below="").replace("web", "db"))
    report = vmlint.check()
    assert [(finding.rule, str(finding.resource)) for finding in report.findings] == [
        ("VM903", "VirtualMachine shop/web"),
        (RULE, "VirtualMachine shop/db"),
    ]
    assert by(report) == [(RULE, "annotation", "", "vm.yaml", 7)]


def test_an_annotation_in_a_list() -> None:
    Path("list.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: kubevirt.io/v1\n  kind: VirtualMachine\n"
        "  metadata: {name: a, namespace: shop, annotations: {vmlint.dev/ignore: VM525}}\n"
        "  spec: {running: true, template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}}\n"
        "- apiVersion: kubevirt.io/v1\n  kind: VirtualMachine\n  metadata: {name: b, namespace: shop}\n"
        "  spec: {running: true, template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}}\n"
    )
    report = vmlint.check()
    assert [(finding.rule, finding.line) for finding in report.findings] == [(RULE, 11)]


@pytest.mark.parametrize("value", ["[VM525]", "{a: b}", "3", "true", "null", '""', '", ,"'])
def test_an_annotation_of_a_strange_type_suppresses_nothing(value: str) -> None:
    written(annotation=annotated(value))
    assert {RULE, "VM904"} <= set(shown(vmlint.check()))


def test_a_misspelt_annotation_is_reported() -> None:
    written(annotation="\n  annotations: {vmlint.dev/ignores: VM525}")
    (_, reported) = sorted(vmlint.check().findings, key=lambda finding: finding.rule)
    assert reported.message == (
        "the suppression has no effect: the annotation `vmlint.dev/ignores` does not exist: its name is "
        "`vmlint.dev/ignore`."
    )


@pytest.mark.parametrize(
    "comment",
    ["vmlint: ignore", "vmlint: ignore[]", "vmlint: ignore[ , ]", "vmlint: ignore VM525", "vmlint: disable[VM525]"],
)
def test_a_malformed_comment_suppresses_nothing(comment: str) -> None:
    written(beside=comment)
    assert shown(vmlint.check()) == [RULE, "VM904"]


def test_what_did_not_run_is_not_called_unneeded() -> None:
    written(beside="vmlint: ignore[VM203] x", annotation=annotated("infer-label-missing, VM5"))
    assert shown(vmlint.check(select=[RULE, "VM9"])) == []
    assert shown(vmlint.check(ignore=["VM203", "VM1"])) == []
    assert shown(vmlint.check(overrides=[{"paths": ["vm.yaml"], "ignore": ["VM2", "inference"]}])) == []
    assert shown(vmlint.check()) == ["VM903", "VM903"]


def test_what_is_undecided_is_not_called_unneeded() -> None:
    Path("vm.yaml").write_text(
        SPREAD.replace("  runStrategy", "  instancetype: {name: '${SIZE}'}  # vmlint: ignore[VM201]\n  runStrategy")
    )
    report = vmlint.check(select=["VM2", "VM903"])
    assert report.undecided
    assert "VM903" not in shown(report)


def test_what_may_live_elsewhere_leaves_it_open() -> None:
    size = "  instancetype: {name: huge}  # vmlint: ignore[VM203]\n  runStrategy"
    Path("vm.yaml").write_text(SPREAD.replace("  runStrategy", size))
    assert shown(vmlint.check(select=["VM2", "VM903"])) == ["VM201"]
    assert shown(vmlint.check(select=["VM2", "VM903"], closed_world=True)) == ["VM201", "VM903"]


def test_the_finding_of_another_object_does_not_make_a_comment_misplaced() -> None:
    written(below=f"vmlint: ignore[{RULE}]")
    text = Path("vm.yaml").read_text()
    fixed = text.replace("running: true", "runStrategy: Always")
    Path("vm.yaml").write_text(fixed + "---\n" + text.replace("web", "db").replace("vmlint: ", "not "))
    assert shown(vmlint.check()) == ["VM903", RULE]


# The configuration


@pytest.mark.parametrize(
    ("entry", "hidden"),
    [
        ({"rule": RULE}, True),
        ({"rule": "machine", "object": "VirtualMachine shop/web"}, True),
        ({"rule": RULE, "object": "Virtual* */w*"}, True),
        ({"rule": RULE, "path": "*.yaml", "object": "VirtualMachine shop/*"}, True),
        ({"rule": RULE, "object": "VirtualMachine bank/*"}, False),
        ({"rule": RULE, "path": "apps/"}, False),
        ({"rule": "VM203"}, False),
        ({"rule": RULE, "until": "2025-06-30"}, True),
        ({"rule": RULE, "until": "2025-06-29"}, False),
    ],
)
def test_entries_of_the_configuration(entry: dict[str, Any], hidden: bool) -> None:
    written()
    opened = snapshot_of(RunRequest(overrides={"ignores": [entry | {"reason": "x"}]}))
    report = judge(opened, today=datetime.date(2025, 6, 30))
    assert shown(report) == ([] if hidden else [RULE])
    assert by(report) == ([(RULE, "configuration", "x", "", 0)] if hidden else [])


def test_dead_entries_of_a_file_are_reported_at_their_line() -> None:
    written()
    Path(".vmlint.yaml").write_text(
        "ignores:\n"
        "- {rule: VM525, path: elsewhere/}\n"
        "- {rule: VM203, object: VirtualMachine shop/*}\n"
        "- rule: VM525\n  until: 2020-01-01\n"
    )
    report = vmlint.check()
    assert [(one.rule, one.file, one.line) for one in report.findings] == [
        ("VM903", ".vmlint.yaml", 3),
        ("VM905", ".vmlint.yaml", 4),
        (RULE, "vm.yaml", 8),
    ]


def test_toml_has_days() -> None:
    written()
    Path("pyproject.toml").write_text('[[tool.vmlint.ignores]]\nrule = "VM525"\nuntil = 2999-12-31\n')
    assert by(vmlint.check()) == [(RULE, "configuration", "", "pyproject.toml", 1)]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "an entry of `ignores` must have the key `rule`: add `rule: infer-label-missing`"),
        ({"rule": "VM525", "untill": "x"}, "unknown key `untill` in `ignores`; did you mean `until`?"),
        ({"rule": "VM525", "until": "soon"}, "`until` must be a date, not text: write `until: 2030-12-31`"),
        ({"rule": "VM525", "until": "2025-02-30"}, "`2025-02-30` is not a date of the calendar"),
        ({"rule": "VM525", "object": "VirtualMachine web"}, "the kind VirtualMachine is namespaced: write "),
        ({"rule": "VM525", "path": "!"}, "the glob `!` is not valid"),
        ("VM525", "an entry of `ignores` must be a mapping"),
        (None, "an entry of `ignores` must be a mapping"),
    ],
)
def test_senseless_entries(entry: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        vmlint.Config().replace(ignores=[entry])
    assert str(error.value).startswith(message)


def test_an_unknown_rule_is_a_mistake_of_the_configuration() -> None:
    written()
    Path(".vmlint.yaml").write_text("ignores:\n- rule: runing-deprecated\n")
    with pytest.raises(ConfigError, match=r"\.vmlint\.yaml:2: no rule or family is called `runing-deprecated`"):
        vmlint.check()


def test_findings_about_suppressions_are_suppressed_by_file_and_configuration() -> None:
    written(beside="vmlint: ignore[VM525, VM203]", head="# vmlint: ignore-file[VM903] x\n")
    report = vmlint.check()
    assert shown(report) == []
    assert sorted(one.finding.rule for one in report.suppressed) == [RULE, "VM903"]


# Bounds


def test_one_suppression_names_so_many_rules_and_no_more() -> None:
    names = ", ".join(f"VM{number}" for number in range(100, 151))
    written(annotation=annotated(names), beside=f"vmlint: ignore[{names}] x")
    reported = [finding.message for finding in vmlint.check().findings if finding.slug == "suppression-unknown"]
    assert [message.partition("a suppression")[2] for message in reported] == [
        " may name at most 50 rules: name their family."
    ] * 2


def test_of_very_many_comments_the_first_are_read() -> None:
    written(head="# vmlint: ignore[VM1] x\n" * 1500)
    reported = [finding for finding in vmlint.check().findings if finding.slug == "suppression-unknown"]
    assert [(finding.line, "only the first 1,000 comments" in finding.message) for finding in reported] == [
        (1001, True)
    ]


def test_each_mark_is_compared_with_what_it_may_mean_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    number = 60
    vm = "---\napiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {{name: vm{0}, namespace: shop}}\n"
    spec = "spec: {{runStrategy: Always, template: {{spec: {{domain: {{devices: {{}}}}}}}}}}\n"
    odd = "odd: 1 # vmlint: ignore[unknown-field] x\nmore: 1\n"
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".vmlint.yaml").write_text(
            "ignores:\n" + f"- {{rule: unknown-field, object: VirtualMachine shop/{folder}, reason: x}}\n" * number
        )
        (tmp_path / folder / "vms.yaml").write_text("".join((vm + spec + odd).format(n) for n in range(number)))
    asked: list[str] = []

    def counted(name: str, rule: Rule) -> bool:
        asked.append(rule.slug)
        return names.means(name, rule)

    monkeypatch.setattr("vmlint.findings.suppress.means", counted)
    report = vmlint.check(["."], select=["unknown-field"])
    assert len(report.suppressed) == len(report.findings) == 2 * number
    # Each rule with each mark of its own files once; what the marks come to asks all rules for each name.
    assert asked.count("unknown-field") < 10 * number
