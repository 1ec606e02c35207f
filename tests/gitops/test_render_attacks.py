"""Kustomizations that would have the installed tool reach the network, git, Helm or another file."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.findings.finding import Report
from vmlint.gitops import sandbox
from vmlint.gitops.fields import FIELDS, Reading, folded
from vmlint.source.program import installed

TOOL = pytest.mark.skipif(not (shutil.which("kustomize") or shutil.which("kubectl")), reason="no tool is installed")

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec:
  running: true
  runStrategy: Always
  template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}
"""


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A server on this machine, which nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def fired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which programs leave their names that run; git, Helm and others come first in PATH."""
    programs, ran = tmp_path / "programs", tmp_path / "ran"
    programs.mkdir()
    ran.mkdir()
    for name in ("git", "helm", "ssh", "docker", "evil"):
        (programs / name).write_text(f"#!/bin/sh\n: >{ran / name}\nexit 1\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return ran


def called(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def lint(folder: Path, files: dict[str, str], **overrides: Any) -> Report:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    with chdir(folder):
        return vmlint.check(select=["VM501", "VM910"], **overrides)


ADDRESSES = ("http://HOST/x/y", "HTTPS://HOST/x/y.git", "file:///EVIL", "git::file:///EVIL", "git@127.0.0.1:EVIL/x.git")
PLACES = {
    "resources": "Resources: [vm.yaml, 'X']",
    "bases": "resources: [vm.yaml]\nBASES: ['X']",
    "components": "resources: [vm.yaml]\nComponents: ['X']",
    "a letter that folds": "reſources: [vm.yaml, 'X']",
    "crds": "resources: [vm.yaml]\nCRDS: ['X']",
    "configurations": "resources: [vm.yaml]\nConfigurations: ['X']",
    "openapi": "resources: [vm.yaml]\nopenAPI: {path: 'X'}",
    "patches": "resources: [vm.yaml]\nPatches: [{Path: 'X'}]",
    "a patch's path": "resources: [vm.yaml]\npatches: [{PATH: 'X'}]",
    "operations": "resources: [vm.yaml]\nPatchesJSON6902: [{Path: 'X', Target: {version: v1, kind: VirtualMachine}}]",
    "merges": "resources: [vm.yaml]\npatchesstrategicmerge: ['X']",
    "replacements": "resources: [vm.yaml]\nReplacements: [{PATH: 'X'}]",
    "files": "resources: [vm.yaml]\nConfigMapGenerator: [{name: a, Files: ['X']}]",
    "files with a key": "resources: [vm.yaml]\nconfigmapgenerator: [{name: a, Files: ['k=X']}]",
    "envs": "resources: [vm.yaml]\nsecretGenerator: [{name: a, Envs: ['X']}]",
    "env": "resources: [vm.yaml]\nsecretgenerator: [{name: a, ENV: 'X'}]",
    "generators": "resources: [vm.yaml]\nGenerators: ['X']",
    "transformers": "resources: [vm.yaml]\nTransformers: ['X']",
    "validators": "resources: [vm.yaml]\nValidators: ['X']",
    "charts": "resources: [vm.yaml]\nHelmCharts: [{name: a, Repo: 'X'}]",
    "old charts": "resources: [vm.yaml]\nhelmchartinflationgenerator: [{chartName: a, chartRepoURL: X, helmBin: evil}]",
}


@TOOL
@pytest.mark.parametrize("nested", [False, True], ids=["top", "nested"])
@pytest.mark.parametrize("kustomization", PLACES.values(), ids=PLACES)
def test_no_address_is_fetched_however_its_field_is_spelled(
    tmp_path: Path, server: socket.socket, fired: Path, kustomization: str, nested: bool
) -> None:
    host = f"127.0.0.1:{server.getsockname()[1]}"
    for number, address in enumerate(ADDRESSES):
        written = kustomization.replace("X", address.replace("HOST", host).replace("EVIL", str(tmp_path / "evil")))
        folder = tmp_path / f"repository{number}"
        files = {"kustomization.yaml": written, "vm.yaml": VM}
        if nested:
            files = {f"base/{name}": text for name, text in files.items()}
            files["top/kustomization.yaml"] = "RESOURCES: [../base]\nnamePrefix: a-"
        said = lint(folder, files, render=True)
        assert not called(server), written
        assert list(fired.iterdir()) == [], written
        assert [found.rule for found in said.findings] == ["VM501"]
        assert any(word in one.reason for one in said.skipped for word in ("not rendered", "is not fetched"))


KUBERC = """
apiVersion: kubectl.config.k8s.io/VERSION
kind: Preference
defaults:
- command: kustomize
  options:
  - {name: enable-helm, default: "true"}
  - {name: helm-command, default: EVIL}
"""


@TOOL
@pytest.mark.parametrize("version", ["v1alpha1", "v1beta1"])
def test_the_tool_takes_no_settings_from_the_repository(tmp_path: Path, fired: Path, version: str) -> None:
    """A patch file is copied for the tool; its home is elsewhere."""
    evil = fired.parent / "programs" / "evil"
    settings = KUBERC.replace("VERSION", version).replace("EVIL", str(evil))
    names = (".kube/kuberc", ".kube/config", ".config/kustomize/plugin/evil/v1/evil/Evil", ".gitconfig")
    kustomization = f"resources: [vm.yaml]\nconfigMapGenerator: [{{name: a, files: [{', '.join(names)}]}}]"
    files = {"kustomization.yaml": kustomization, "vm.yaml": VM, **dict.fromkeys(names, settings)}
    said = lint(tmp_path / "repository", files, render=True)
    assert [found.rule for found in said.findings] == ["VM501"]
    assert list(fired.iterdir()) == []


def script(folder: Path, text: str) -> str:
    """A program that is installed and goes wrong."""
    file = folder / "tool"
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(0o755)
    return str(file)


def test_the_tool_has_no_network(tmp_path: Path, server: socket.socket) -> None:
    if not sandbox._isolation():
        pytest.skip("the system gives users no network of their own")
    tool = script(tmp_path, f"import socket\nsocket.create_connection({server.getsockname()!r}, timeout=5)\n")
    assert sandbox.run([tool]).returncode == 1
    assert not called(server)


def test_the_tool_sees_neither_the_callers_variables_nor_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    tool = script(tmp_path, "import os\nprint(os.environ, os.listdir(), os.listdir(os.environ['HOME']))\n")
    output = sandbox.run([tool]).stdout.decode()
    assert output.endswith(", 'GIT_TERMINAL_PROMPT': '0'}) [] []\n") or "[] []" in output
    assert "secret" not in output
    assert "'GIT_ALLOW_PROTOCOL': ''" in output


def test_without_a_network_of_its_own_proxies_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_isolation", lambda: ())
    text = "import urllib.request\nurllib.request.urlopen('http://example.com/', timeout=20)\n"
    done = sandbox.run([script(tmp_path, text)])
    assert (done.returncode, b"refused" in done.stderr) == (1, True), done.stderr


def test_git_is_not_found_by_a_program(fired: Path) -> None:
    assert sandbox._environment("/home", sys.executable)["PATH"] == "/home"


def test_a_tool_in_a_relative_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    for path in ("", ".", os.curdir + os.pathsep, f"{os.pathsep}relative"):
        monkeypatch.setenv("PATH", path)
        assert installed("tool") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed("tool") == str(tmp_path / "tool")


def test_more_output_than_is_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_MOST_BYTES", 2**20)
    with pytest.raises(sandbox.TooLong):
        sandbox.run([script(tmp_path, "while True:\n    print('x' * 100_000)\n")])


@TOOL
def test_files_of_git_are_not_shown_to_the_tool(tmp_path: Path) -> None:
    kustomization = "resources: [vm.yaml]\nsecretGenerator: [{name: a, files: [.git/config]}]"
    files = {"kustomization.yaml": kustomization, "vm.yaml": VM, ".git/config": "[http]\nextraheader = token"}
    said = lint(tmp_path, files, render=True)
    assert any("not rendered: `.git/config`" in one.reason for one in said.skipped)


# How the fields are found


@pytest.mark.parametrize("name", ["RESOURCES", "Resources", "reſourceſ", "resources"])
def test_fields_are_found_as_go_finds_them(name: str) -> None:
    assert Reading.of({name: ["a"]}).data == {"resources": ["a"]}


@pytest.mark.parametrize("name", ["resourceß", "resources ", "re_sources", "résources"])
def test_other_names_stay(name: str) -> None:
    assert Reading.of({name: ["a"]}).data == {name: ["a"]}


def test_free_mappings_stay() -> None:
    data = {"commonLabels": {"Name": "a", "name": "b"}, "patches": [{"Options": {"AllowNameChange": True}}]}
    reading = Reading.of(data)
    assert reading.data == {**data, "patches": [{"options": {"AllowNameChange": True}}]}
    assert reading.path(("patches", 0, "options", "x")) == ("patches", 0, "Options", "x")
    assert reading.clashes == ()


def test_two_keys_of_a_field_are_a_clash() -> None:
    reading = Reading.of({"resources": ["a"], "Resources": ["b"], "patches": [{"path": "a", "PATH": "b"}]})
    assert [(clash.field, clash.path) for clash in reading.clashes] == [
        ("resources", ("Resources",)),
        ("path", ("patches", 0, "PATH")),
    ]


def test_no_two_fields_fold_to_the_same() -> None:
    def check(fields: Any) -> None:
        assert len({folded(name) for name in fields}) == len(fields)
        for below in fields.values():
            check(below or {})

    check(FIELDS)


@TOOL
def test_a_field_that_appears_twice_is_not_given_to_the_tool(tmp_path: Path, fired: Path) -> None:
    text = "Resources: [vm.yaml, 'file:///x']\nresources: [vm.yaml]\n"
    said = lint(tmp_path / "r", {"kustomization.yaml": text, "vm.yaml": VM}, render=True)
    assert list(fired.iterdir()) == []
    assert any("`resources` appears twice" in one.reason for one in said.skipped)


@TOOL
@pytest.mark.parametrize("name", ["Resources", "resources"])
def test_an_unusual_spelling_is_rendered(tmp_path: Path, name: str) -> None:
    note = 'commonAnnotations: {a: "ü😀\\t"}'
    said = lint(
        tmp_path, {"kustomization.yaml": f"{name}: [vm.yaml]\nNamePrefix: a-\n{note}\n", "vm.yaml": VM}, render=True
    )
    assert [(found.rule, found.resource and found.resource.name) for found in said.findings] == [("VM501", "a-web")]
    assert said.skipped == ()
