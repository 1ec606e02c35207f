"""`vmlint check --fix` and its companions."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmlint.cli import main

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  running: true  # vmlint: ignore[VM203] why
  template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}
"""
FIXED = VM.replace("running: true", "runStrategy: Always")
DIFF = """\
--- a/vms/web.yaml
+++ b/vms/web.yaml
@@ -2,5 +2,5 @@
 kind: VirtualMachine
 metadata: {name: web, namespace: shop}
 spec:
-  running: true  # vmlint: ignore[VM203] why
+  runStrategy: Always  # vmlint: ignore[VM203] why
   template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vms").mkdir()
    (tmp_path / "vms/web.yaml").write_text(VM)
    monkeypatch.chdir(tmp_path)
    return Path("vms/web.yaml")


def test_findings_are_mended_and_the_rest_is_reported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--fix", "--ignore", "hygiene"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("\n\nclean: 1 object from 1 file\n")
    assert err == "vms/web.yaml: fixed running-deprecated\n"
    assert here.read_text() == FIXED
    assert main(["check", "--diff"]) == 0
    assert capsys.readouterr() == ("", "no fixes\n")


def test_an_empty_patch_has_a_reason(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here.write_text(FIXED.replace("spec:\n", "spec:\n  instancetype: {name: u1.medium}\n"))
    assert main(["check", "--diff"]) == 0
    assert capsys.readouterr() == ("", "no safe fixes; `--unsafe-fixes` shows 1 other\n")
    assert main(["check", "--diff", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("words", [["--diff"], ["--fix", "--diff"], ["--diff", "--unsafe-fixes"]])
def test_a_diff_changes_nothing(words: list[str], here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == 1
    assert capsys.readouterr() == (DIFF, "")
    assert here.read_text() == VM


def test_findings_and_suppressions_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = DIFF.replace("+  runStrategy: Always  # vmlint: ignore[VM203] why", "+  runStrategy: Always")
    assert main(["check", "--fix", "--fix-suppressions", "--diff"]) == 1
    assert capsys.readouterr() == (both, "")
    assert main(["check", "--fix", "--fix-suppressions", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "vms/web.yaml:5: `VM203` removed\n")
    assert here.read_text() == VM.replace("running: true  # vmlint: ignore[VM203] why", "runStrategy: Always")


def test_what_is_left_is_reported_with_the_reason(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here.write_text(VM.replace("running: true", "running: &on true"))
    assert main(["check", "--diff"]) == 0
    out, err = capsys.readouterr()
    reported = "vms/web.yaml:5: running-deprecated is not fixed: an anchor, an alias or a tag is part of it\n"
    assert (out, err) == ("", reported)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--unsafe-fixes"], "`--unsafe-fixes` adds to `--fix` or `--diff`: write one of them too"),
        (["--fix-suppressions", "--unsafe-fixes"], "`--unsafe-fixes` adds to `--fix` or `--diff`: write one of them"),
        (["--fix", "-"], "standard input can't be fixed: name files or folders"),
    ],
)
def test_what_makes_no_sense(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == 2
    assert message in capsys.readouterr().err
