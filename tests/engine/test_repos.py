"""Whole runs on the repositories of `fixtures/repos`: what is said of them, rendered or not, and of hostile ones."""

from __future__ import annotations

import json
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.cases import report, repos
from vmlint.findings.finding import Report

TOOL = pytest.mark.skipif(
    not (shutil.which("kustomize") or shutil.which("kubectl")), reason="neither kustomize nor kubectl is installed"
)


@pytest.mark.parametrize("tree", repos(), ids=lambda tree: tree.parent.name)
def test_the_whole_report(tree: Path) -> None:
    assert report(tree) == json.loads((tree.parent / "report.json").read_text("utf-8"))


@TOOL
@pytest.mark.parametrize("tree", repos(), ids=lambda tree: tree.parent.name)
def test_rendering_finds_the_same_at_the_same_places(tree: Path) -> None:
    wanted: dict[str, Any] = json.loads((tree.parent / "report.json").read_text("utf-8"))
    assert places(report(tree, render=True)) == places(wanted)


def places(said: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    return [(each["rule"], each["file"], each["line"], each["column"]) for each in said["findings"]]


# Hostile repositories

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec:
  running: true
  runStrategy: Always
  template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}
"""
PLUGIN = """
apiVersion: evil
kind: Evil
metadata: {name: a, annotations: {config.kubernetes.io/function: "exec: {path: ./a.sh}"}}
"""


def lint(folder: Path, files: dict[str, str], **overrides: Any) -> Report:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    with chdir(folder):
        return vmlint.check(select=["VM501", "VM910", "VM941"], **overrides)


HOSTILE = {
    "remote base": ("resources: [vm.yaml, 'https://example.com/base?ref=main']", "is not fetched"),
    "remote without a scheme": ("resources: [vm.yaml, 'github.com/example/base']", "is not fetched"),
    "remote patch": ("resources: [vm.yaml]\npatches: [{path: 'https://example.com/p.yaml'}]", "is not fetched"),
    "exec plugin": ("resources: [vm.yaml]\ngenerators: [plugin.yaml]", "`generators` are not run"),
    "above the root": ("resources: [vm.yaml, ../../../../etc]", "is outside the repository"),
    "helm": ("resources: [vm.yaml]\nhelmCharts: [{name: evil, repo: 'https://example.com'}]", "is not rendered"),
}


@TOOL
@pytest.mark.parametrize("render", [False, True], ids=["understood", "rendered"])
@pytest.mark.parametrize(("kustomization", "told"), HOSTILE.values(), ids=HOSTILE)
def test_what_leads_elsewhere_is_told_and_not_followed(
    tmp_path: Path, kustomization: str, told: str, render: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise AssertionError("the tool must not see this")

    monkeypatch.setattr("subprocess.Popen", run)
    said = lint(tmp_path, {"kustomization.yaml": kustomization, "vm.yaml": VM, "plugin.yaml": PLUGIN}, render=render)
    assert [finding.file for finding in said.findings if finding.rule == "VM501"] == ["vm.yaml"]
    assert [finding.rule for finding in said.findings if finding.rule != "VM501"] == ["VM941"] * ("outside" in told)
    assert any(told in left.reason for left in said.skipped)


@TOOL
def test_links_out_of_the_repository_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(VM.replace("web", "secret"), "utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (inner / "seed.cfg").symlink_to(tmp_path / "secret.yaml")
    kustomization = "resources: [vm.yaml, out.yaml]\nsecretGenerator: [{name: a, files: [seed.cfg]}]"
    for render in (False, True):
        said = lint(inner, {"kustomization.yaml": kustomization, "vm.yaml": VM}, render=render)
        assert "secret" not in {finding.resource.name for finding in said.findings if finding.resource}


@TOOL
def test_files_of_other_folders_are_no_text_of_secrets(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("private", "utf-8")
    inner = tmp_path / "inner"
    (inner / "vms").mkdir(parents=True)
    (inner / "vms/linked").symlink_to(tmp_path, target_is_directory=True)
    for entry in ("../../key", "linked/key"):
        kustomization = f"resources: [vm.yaml]\nsecretGenerator: [{{name: a, files: [{entry}]}}]"
        said = lint(inner, {"vms/kustomization.yaml": kustomization, "vms/vm.yaml": VM}, render=True)
        assert sorted(finding.rule for finding in said.findings) == ["VM501", "VM941"]
        assert "private" not in str(said)


@TOOL
def test_what_includes_itself_is_not_built(tmp_path: Path) -> None:
    files = {"kustomization.yaml": "resources: [vm.yaml, a]", "a/kustomization.yaml": "resources: [..]", "vm.yaml": VM}
    said = lint(tmp_path, files)
    assert {finding.rule for finding in said.findings} == {"VM910"}


@TOOL
def test_an_absolute_path_is_refused(tmp_path: Path) -> None:
    said = lint(tmp_path, {"kustomization.yaml": "resources: [vm.yaml, /etc]", "vm.yaml": VM})
    assert [finding.rule for finding in said.findings] == ["VM941"]


@TOOL
def test_a_patch_that_does_not_fit_is_reported_at_its_place(tmp_path: Path) -> None:
    patch = '[{"op": "remove", "path": "/spec/nothing"}]'
    kustomization = f"resources: [vm.yaml]\npatches: [{{target: {{kind: VirtualMachine}}, patch: '{patch}'}}]"
    said = lint(tmp_path, {"kustomization.yaml": kustomization, "vm.yaml": VM}, render=True)
    (failed,) = (finding for finding in said.findings if finding.rule == "VM910")
    assert (failed.file, failed.line) == ("kustomization.yaml", 2)
    assert "/spec/nothing" in failed.message
    assert "vmlint-" not in failed.message


@pytest.mark.slow
def test_a_deep_nest_ends(tmp_path: Path) -> None:
    files = {f"d{level}/kustomization.yaml": f"resources: [../d{level + 1}]" for level in range(2_000)}
    files["d2000/kustomization.yaml"] = "resources: [vm.yaml]"
    said = lint(tmp_path, {**files, "d2000/vm.yaml": VM})
    assert [finding.file for finding in said.findings] == ["d2000/vm.yaml"]


@pytest.mark.slow
def test_doubling_at_each_level_ends(tmp_path: Path) -> None:
    files = {
        f"d{level}{side}/kustomization.yaml": f"namePrefix: {side}\nresources: [../d{level + 1}a, ../d{level + 1}b]"
        for level in range(40)
        for side in "ab"
    }
    last = {
        f"d40{side}/{name}": text
        for side in "ab"
        for name, text in (("kustomization.yaml", "resources: [vm.yaml]"), ("vm.yaml", VM))
    }
    said = lint(tmp_path, {**files, **last})
    assert {finding.file for finding in said.findings} <= {"d40a/vm.yaml", "d40b/vm.yaml"}


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "[", ".*.*.*.*.*x", "(?=a)"])
def test_a_pattern_that_would_search_for_long_is_not_used(tmp_path: Path, pattern: str) -> None:
    name = "a" * 60
    kustomization = f"resources: [vm.yaml]\npatches: [{{target: {{name: '{pattern}'}}, patch: '[]'}}]"
    said = lint(tmp_path, {"kustomization.yaml": kustomization, "vm.yaml": VM.replace("web", name)})
    assert any("is not supported" in left.reason for left in said.skipped)


@pytest.mark.parametrize(
    "kustomization",
    [
        "resources: 1\npatches: x\nnamespace: []\nlabels: [1, {pairs: 2}]\nreplacements: [[], {targets: 3}]",
        "resources: [[], {}, 7, vm.yaml]\npatches: [{path: 1}, {patch: 2}, {target: 3, patch: '- 1'}]",
        "resources: [vm.yaml]\nconfigMapGenerator: [{name: 1, files: [1], literals: x}]\nsecretGenerator: {a: b}",
        "resources: [vm.yaml]\npatches: [{target: {kind: VirtualMachine}, patch: '[{op: add, path: /spec}, 5]'}]",
        "resources: [vm.yaml]\npatches: [{target: {kind: VirtualMachine}, patch: '{spec: {$patch: weird, $x: 1}}'}]",
        "resources: [vm.yaml]\nreplacements: [{targets: [{select: {}, fieldPaths: ['a..b[c', '[', '', 1]}]}]",
        "resources: [vm.yaml]\nnamePrefix: 1\nnameSuffix: {}\ncommonLabels: [1]\ncomponents: [vm.yaml, 1]",
        "- a list",
        "text",
    ],
)
def test_junk_is_no_crash(tmp_path: Path, kustomization: str) -> None:
    lint(tmp_path, {"kustomization.yaml": kustomization, "vm.yaml": VM})
