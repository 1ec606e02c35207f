"""Configurations of folders: for each file the nearest holds, alone, for what is said of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.cli import main
from vmlint.config.config import Config
from vmlint.errors import ConfigError

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: NAME, namespace: shop}
spec:
  running: true
  template:
    spec:
      domain:
        devices: {}
"""
DEPRECATED, UNSET = "running-deprecated", "memory-unset"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("a/one", "a/b/two", "c/three"):
        write(f"{name}.yaml", VM.replace("NAME", name.rpartition("/")[2]))
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")


def found(*paths: str, **overrides: Any) -> list[tuple[str, str, str]]:
    return [(said.file, said.slug, said.level) for said in vmlint.check(paths, **overrides).findings]


BOTH = {
    name: [(f"{name}.yaml", DEPRECATED, "note"), (f"{name}.yaml", UNSET, "error")]
    for name in ("a/one", "a/b/two", "c/three")
}


def test_without_any_all_is_reported() -> None:
    assert found() == [*BOTH["a/b/two"], *BOTH["a/one"], *BOTH["c/three"]]


def test_the_nearest_holds_alone() -> None:
    write(".vmlint.yaml", f"ignore: [{UNSET}]\n")
    write("a/.vmlint.yaml", f"ignore: [{DEPRECATED}]\n")
    write("a/b/pyproject.toml", f'[tool.vmlint.levels]\n{DEPRECATED} = "error"\n')
    assert found() == [
        ("a/b/two.yaml", DEPRECATED, "error"),
        ("a/b/two.yaml", UNSET, "error"),
        ("a/one.yaml", UNSET, "error"),
        ("c/three.yaml", DEPRECATED, "note"),
    ]


def test_it_holds_for_the_same_files_whatever_is_named() -> None:
    write("a/.vmlint.yaml", f"select: [{UNSET}]\n")
    alone = [("a/one.yaml", UNSET, "error")]
    assert found("a/one.yaml") == alone
    assert found("c", "a/one.yaml") == [*alone, *BOTH["c/three"]]
    assert found("a/one.yaml", "c") == [*alone, ("c/three.yaml", UNSET, "error")]  # the first path's, as it has none


def test_a_rule_that_the_run_turns_off_may_run_in_a_folder() -> None:
    write(".vmlint.yaml", "ignore: [machine]\n")
    write("c/.vmlint.yaml", "{}\n")
    assert found() == BOTH["c/three"]


def test_patterns_start_at_the_folder_of_their_file() -> None:
    write("a/.vmlint.yaml", "overrides: [{paths: [/b/], ignore: [machine]}]\nexclude: [one.yaml]\n")
    write("one.yaml", Path("c/three.yaml").read_text("utf-8"))
    write("a/b/deep/one.yaml", Path("c/three.yaml").read_text("utf-8"))
    assert {file for file, _, _ in found()} == {"c/three.yaml", "one.yaml"}
    assert vmlint.check(["a"]).counts.files == 2  # two.yaml and the configuration itself


def test_what_is_excluded_is_not_read_though_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    write("a/.vmlint.yaml", "exclude: [b/]\n")
    assert found("a/b/two.yaml") == []
    assert found("a/b", "c") == BOTH["c/three"]
    assert main(["check", "a/b/two.yaml"]) == 0
    assert capsys.readouterr().out == "nothing to lint: no KubeVirt or CDI objects in 0 files\n"
    assert main(["check", "a/b/"]) == 0
    assert main(["check", "a/none"]) == 2


def test_a_suppression_reaches_the_files_of_its_folder() -> None:
    write(".vmlint.yaml", f"ignores: [{{rule: {DEPRECATED}}}]\n")
    write("a/.vmlint.yaml", f"ignores:\n- rule: {UNSET}\n  path: /one.yaml\n- rule: cpu-invalid\n  path: /one.yaml\n")
    report = vmlint.check()
    assert [(one.finding.file, one.finding.slug, one.file, one.line) for one in report.suppressed] == [
        ("a/one.yaml", UNSET, "a/.vmlint.yaml", 2),
        ("c/three.yaml", DEPRECATED, ".vmlint.yaml", 1),
    ]
    assert [(said.file, said.line, said.slug) for said in report.findings if said.file != "c/three.yaml"] == [
        ("a/.vmlint.yaml", 4, "suppression-unused"),
        ("a/b/two.yaml", 5, DEPRECATED),
        ("a/b/two.yaml", 8, UNSET),
        ("a/one.yaml", 5, DEPRECATED),
    ]


def test_options_hold_in_every_folder(capsys: pytest.CaptureFixture[str]) -> None:
    write("a/.vmlint.yaml", f"select: [{UNSET}]\nlevels: {{{UNSET}: note}}\n")
    assert {slug for _, slug, _ in found(select=[DEPRECATED])} == {DEPRECATED}
    assert {level for _, slug, level in found(levels={UNSET: "warning"}) if slug == UNSET} == {"warning"}
    assert main(["check", "--quiet", "--ignore", UNSET, "--format", "json"]) == 0
    assert {said["file"] for said in json.loads(capsys.readouterr().out)["findings"]} == {"c/three.yaml"}


def test_a_named_configuration_holds_everywhere() -> None:
    write("a/.vmlint.yaml", "select: [hygiene]\n")
    write("policy.yaml", f"ignore: [{UNSET}]\n")
    assert main(["check", "--config", "policy.yaml", "--fail-on", "error"]) == 0
    assert main(["check", "--config", "policy.yaml", "--fail-on", "note", "a"]) == 1
    assert [said.slug for said in vmlint.check(["a"], Config()).findings] == [DEPRECATED, UNSET] * 2


def test_what_is_for_a_whole_run_is_listed() -> None:
    write("a/.vmlint.yaml", "# ours\nclosed-world: true\nselect: [hygiene]\npaths: [nowhere]\n")
    report = vmlint.check()
    reason = "`{}` is not read here: it applies to a whole run, and this run has no configuration"
    assert [tuple(one) for one in report.skipped] == [
        ("a/.vmlint.yaml", 2, reason.format("closed-world")),
        ("a/.vmlint.yaml", 4, reason.format("paths")),
    ]
    write(".vmlint.yaml", "{}")
    assert vmlint.check().skipped[0].reason.endswith("and this run takes it from `.vmlint.yaml`")


def test_the_mistakes_of_all_are_reported() -> None:
    write("a/.vmlint.yaml", "ignore: [nonsense]\n")
    write("c/.vmlint.yaml", "slect: []\nlevels: 3\n")
    with pytest.raises(ConfigError) as error:
        vmlint.check()
    assert [mistake.partition(": ")[0] for mistake in error.value.mistakes] == [
        "a/.vmlint.yaml:1",
        "c/.vmlint.yaml:1",
        "c/.vmlint.yaml:2",
    ]


def test_a_repository_in_the_repository_is_a_boundary() -> None:
    write("a/.vmlint.yaml", "select: [hygiene]\n")
    Path("a/b/.git").mkdir()
    assert found("c", "a/b") == [*BOTH["a/b/two"], *BOTH["c/three"]]
