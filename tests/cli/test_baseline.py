"""`vmlint baseline`, and what `vmlint check` makes of suppressions and baselines: the real engine on real files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vmlint.cli import main

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  running: true
  template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}
"""
UNUSED = "# vmlint: ignore[VM203] x\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vms").mkdir()
    monkeypatch.chdir(tmp_path)
    Path("vms/web.yaml").write_text(VM)
    return tmp_path


def without_checked(out: str) -> str:
    """The report without the line that has what was looked at, which is there where nothing is found."""
    return re.sub(r"^checked    1 VirtualMachine, against \d+ rules\n\n", "", out, flags=re.MULTILINE)


def test_write_then_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "write"]) == 0
    assert capsys.readouterr().err == (
        "1 finding recorded in `.vmlint-baseline.json`; "
        "`vmlint check --baseline .vmlint-baseline.json` reports only new ones\n"
    )
    assert main(["baseline", "check", "vms"]) == 0
    assert without_checked(capsys.readouterr().out) == "clean: 1 object from 1 file · 1 suppressed\n"
    assert main(["check", "vms", "--baseline", ".vmlint-baseline.json", "--fail-on", "note"]) == 0


def test_new_findings_fail_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    main(["baseline", "write", "--file", "known.json"])
    Path("vms/db.yaml").write_text(VM.replace("web", "db"))
    assert main(["baseline", "check", "vms", "--file", "known.json"]) == 1
    out = capsys.readouterr().out
    assert "vms/db.yaml:5:12  note  VM525" in out
    assert "vms/web.yaml:5" not in out


def test_mended_findings_fail_it_until_it_is_written_anew(capsys: pytest.CaptureFixture[str]) -> None:
    main(["baseline", "write"])
    Path("vms/web.yaml").write_text(VM.replace("running: true", "runStrategy: Always"))
    assert main(["baseline", "check", "vms"]) == 1
    assert without_checked(capsys.readouterr().out) == (
        "stale      VM525 VirtualMachine shop/web at spec.running: 1 finding fewer than the baseline has\n\n"
        "clean: 1 object from 1 file · 1 stale baseline entry\n"
    )
    assert main(["check", "vms", "--baseline", ".vmlint-baseline.json"]) == 0
    assert main(["baseline", "write", "vms"]) == 0
    assert main(["baseline", "check", "vms"]) == 0


def test_the_configuration_names_the_file() -> None:
    Path(".vmlint.yaml").write_text("paths: [vms]\nbaseline: ci/known.json\n")
    Path("ci").mkdir()
    assert main(["baseline", "write"]) == 0
    assert json.loads(Path("ci/known.json").read_text())["findings"][0]["rule"] == "VM525"
    assert main(["check", "--fail-on", "note"]) == 0
    assert main(["baseline", "check"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["baseline"], "name an action: `vmlint baseline write` or `vmlint baseline check`"),
        (["baseline", "wirte"], "must be write or check, not `wirte`; did you mean `write`?"),
        (["baseline", "check"], "can't read the baseline `.vmlint-baseline.json`"),
        (["baseline", "write", "--file", "no/where.json"], "the folder `no` does not exist"),
        (["check", "--baseline", "none.json"], "can't read the baseline `none.json`"),
        (["check", "-", "--fix-suppressions"], "standard input can't be fixed"),
    ],
)
def test_what_makes_no_sense(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert message in capsys.readouterr().err


# vmlint check


def test_suppressed_findings_are_counted_and_listed_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    Path("vms/web.yaml").write_text(VM.replace("true", "true # vmlint: ignore[VM525] the portal"))
    assert main(["check", "--fail-on", "note"]) == 0
    assert without_checked(capsys.readouterr().out) == "clean: 1 object from 1 file · 1 suppressed\n"
    main(["check", "--show-suppressed"])
    assert without_checked(capsys.readouterr().out) == (
        "suppressed  vms/web.yaml:5  VM525 running-deprecated: VirtualMachine shop/web: `running` is deprecated; "
        "`runStrategy` replaces it.\n"
        "                              comment at vms/web.yaml:5: the portal\n\n"
        "clean: 1 object from 1 file · 1 suppressed\n"
    )


def test_dead_suppressions_are_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("vms/web.yaml").write_text(UNUSED + VM)
    assert main(["check", "--fix-suppressions", "--quiet"]) == 0
    said = capsys.readouterr()
    assert said.err == "vms/web.yaml:1: `VM203` removed\n"
    assert "VM903" not in said.out
    assert Path("vms/web.yaml").read_text() == VM


def test_the_difference_is_shown_and_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("vms/web.yaml").write_text(UNUSED + VM)
    assert main(["check", "--fix-suppressions", "--diff"]) == 1
    assert capsys.readouterr().out == (
        "--- a/vms/web.yaml\n+++ b/vms/web.yaml\n@@ -1,4 +1,3 @@\n"
        "-# vmlint: ignore[VM203] x\n apiVersion: kubevirt.io/v1\n kind: VirtualMachine\n"
        " metadata: {name: web, namespace: shop}\n"
    )
    assert Path("vms/web.yaml").read_text() == UNUSED + VM
    Path("vms/web.yaml").write_text(VM)
    assert main(["check", "--fix-suppressions", "--diff"]) == 0
