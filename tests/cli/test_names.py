"""Files whose names are not UTF-8: each is a file of its own to everything that vmlint does, and is shown escaped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import vmlint
from vmlint.cache import Cache
from vmlint.findings.finding import Report
from vmlint.report import FORMATS, render

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: {name}, namespace: shop}}
spec: {{running: true, template: {{spec: {{domain: {{memory: {{guest: 1Gi}}, devices: {{}}}}}}}}}}
"""
FIRST, SECOND = (os.fsdecode(name) for name in (b"a\xff.yaml", b"a\xfe.yaml"))
LITERAL = "a\ufffd.yaml"
"""What names that are not UTF-8 become where bytes are replaced: a file that may be there too."""


def can_be_made(folder: Path) -> bool:
    try:
        (folder / FIRST).write_bytes(b"")
    except OSError:  # macOS takes UTF-8 only
        return False
    return True


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not can_be_made(tmp_path):
        pytest.skip("the file system takes names in UTF-8 only")
    monkeypatch.chdir(tmp_path)
    for name, vm in ((FIRST, "first"), (SECOND, "second"), (LITERAL, "literal")):
        (tmp_path / name).write_text(VM.format(name=vm))
    return tmp_path


def run(*words: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "vmlint", *words], env={**os.environ, **env}, capture_output=True, check=False
    )


def files_of(report: Report) -> list[tuple[str, str]]:
    return sorted((finding.resource.name, finding.file) for finding in report.findings if finding.resource)


def test_each_file_has_its_own_findings() -> None:
    assert files_of(vmlint.check(["."])) == [("first", FIRST), ("literal", LITERAL), ("second", SECOND)]
    assert files_of(vmlint.check(["."], jobs=2)) == files_of(vmlint.check(["."]))


def test_the_cache_keeps_them_apart(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = Cache(tmp_path_factory.mktemp("cache"), least_bytes=0)
    good = VM.format(name="first").replace("running: true", "runStrategy: Always")
    Path(FIRST).write_text(good)
    assert [name for name, _ in files_of(vmlint.check(["."], cache=cache))] == ["literal", "second"]
    other = Path(SECOND).read_bytes()
    Path(SECOND).write_text(good)
    Path(FIRST).write_bytes(other)
    for _ in range(2):
        assert render("json", vmlint.check(["."], cache=cache)) == render("json", vmlint.check(["."]))
    for name in (FIRST, SECOND):
        before = Path(name).read_bytes()
        Path(name).write_text(VM.format(name="other"))
        assert render("json", vmlint.check(["."], cache=cache)) == render("json", vmlint.check(["."]))
        Path(name).write_bytes(before)


@pytest.mark.parametrize("format", FORMATS)
def test_reports_show_them_escaped(format: str) -> None:
    text = render(format, vmlint.check(["."]))
    text.encode("utf-8")
    for shown in ("a\\xff.yaml", "a\\xfe.yaml") if format != "sarif" else ("a%FF.yaml", "a%FE.yaml"):
        assert shown in text.replace("\\\\", "\\").replace("a\\udc", "a\\x")


def test_fixes_are_written_to_the_files_that_have_the_faults() -> None:
    untouched = Path(SECOND).read_bytes()
    done = run("check", "--fix", FIRST, LITERAL)
    assert (done.returncode, b"internal error" in done.stderr) == (0, False), done.stderr
    assert b"runStrategy: Always" in Path(FIRST).read_bytes()
    assert b"runStrategy: Always" in Path(LITERAL).read_bytes()
    assert Path(SECOND).read_bytes() == untouched
    assert run("check", "--fix", ".").returncode == 0
    assert b"runStrategy: Always" in Path(SECOND).read_bytes()


def test_git_applies_the_diff() -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    diff = run("check", "--diff")
    assert b'--- "a/a\\377.yaml"' in diff.stdout
    subprocess.run(["git", "apply"], input=diff.stdout, check=True)
    assert run("check").returncode == 0


def test_suppressions_are_pruned_in_the_right_file() -> None:
    for name in (FIRST, SECOND):
        Path(name).write_text("# vmlint: ignore-file[VM501] nothing to see\n" + Path(name).read_text())
    run("check", "--fix", "--fix-suppressions")
    assert b"ignore-file" not in Path(FIRST).read_bytes() + Path(SECOND).read_bytes()


def test_a_change_of_one_is_no_change_of_the_other() -> None:
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    Path(FIRST).write_text(Path(FIRST).read_text() + "# changed\n")
    assert files_of(vmlint.check(["."], changed="HEAD")) == [("first", FIRST)]


def test_a_baseline_knows_them_apart(tmp_path: Path) -> None:
    for name in (FIRST, SECOND):
        Path(name).write_text("a: [\n")
    assert run("baseline", "write", FIRST).returncode == 0
    done = json.loads(run("check", "--baseline", ".vmlint-baseline.json", "--format", "json", FIRST, SECOND).stdout)
    assert [finding["file"] for finding in done["findings"]] == ["a\\xfe.yaml"]
    assert run("baseline", "check", FIRST).returncode == 0


def test_the_text_of_one_counts_in_its_place_alone() -> None:
    contents: Mapping[str, bytes] = {FIRST: b"", LITERAL: b""}
    assert files_of(vmlint.check(["."], overlay=contents)) == [("second", SECOND)]


COMMANDS = (
    *(("check", "-v"), ("expand",), ("trace",)),
    *(("graph",), ("graph", "--format", "html"), ("graph", "--format", "json")),
)
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("env", [{}, PLAIN], ids=["UTF-8", "C"])
def test_every_command_shows_them(words: tuple[str, ...], env: dict[str, str]) -> None:
    Path(os.fsdecode(b"folder\xff")).mkdir()
    Path(os.fsdecode(b"folder\xff/kustomization.yaml")).write_text("resources: [gone.yaml]\n")
    Path(os.fsdecode(b"\xfebroken.yaml")).write_text("a: [\n")
    done = run(*words, **env)
    assert done.returncode in (0, 1), done.stderr
    assert b"\xff" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


def test_fixes_in_a_locale_that_knows_no_such_letters() -> None:
    Path("é.yaml").write_text(VM.format(name="letters"))
    done = run("check", "--fix", **PLAIN)
    assert done.returncode == 0, done.stderr
    assert "runStrategy: Always" in Path("é.yaml").read_text()
