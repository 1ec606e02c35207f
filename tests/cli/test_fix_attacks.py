"""`--fix` where the system, the user or the repository is against it: files stay what they are but for their content,
a kill leaves nothing behind, and a second run finds nothing to do."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

import vmlint
from vmlint.findings.finding import FileFix, Finding, ObjectId, Report
from vmlint.fix.fixing import fix
from vmlint.rule import Effect, Fix, Level
from vmlint.source.edit import Put

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec: {running: true, template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}}
"""
FIXED = VM.replace("running: true", "runStrategy: Always")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repository/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def run(*words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    program = f"{code}\nimport sys; from vmlint.cli import main; sys.exit(main({[*words]!r}))"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)


# What a file is besides its content


def test_hard_links_modes_and_owners_are_kept(tmp_path: Path) -> None:
    Path("vm.yaml").write_text(VM)
    os.link("vm.yaml", tmp_path / "other-name")
    Path("mode.yaml").write_text(VM.replace("web", "mode"))
    Path("mode.yaml").chmod(0o640)
    owner = (12345, 54321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown("mode.yaml", *owner)
    done = run("check", "--fix")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "other-name").read_text() == FIXED
    assert Path("vm.yaml").stat().st_nlink == 2
    status = Path("mode.yaml").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o640, *owner)


@pytest.mark.parametrize("is_repository", [True, False])
def test_a_link_that_leads_out_of_the_repository_is_left(tmp_path: Path, is_repository: bool) -> None:
    if not is_repository:
        shutil.rmtree(".git")
    outside = tmp_path / "outside.yaml"
    outside.write_text(VM)
    Path("linked.yaml").symlink_to(outside)
    done = run("check", "--fix", "linked.yaml")
    assert outside.read_text() == VM
    refused = "can't read `linked.yaml`: a link leads from `.` to"
    left = "is not fixed: a link leads to it from another repository or folder"
    assert (refused if is_repository else left) in done.stderr


# Kills

KILLED = """
import os, signal, threading
before = os.{name}
def killed(*words, **options):
    {first}
    os.kill(os.getpid(), signal.{signal})
    {last}
os.{name} = killed
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGKILL"])
@pytest.mark.parametrize("name", ["fsync", "replace", "link"])
def test_a_kill_leaves_the_old_or_the_new_file_and_no_other_for_long(number: str, name: str) -> None:
    Path("vm.yaml").write_text(VM)
    code = KILLED.format(name=name, signal=number, first="result = before(*words, **options)", last="return result")
    done = run("check", "--fix", code=code)
    assert done.returncode != 0
    assert Path("vm.yaml").read_text() in (VM, FIXED)
    stray = [file for file in Path().iterdir() if file.name not in ("vm.yaml", ".git")]
    assert all(file.name.startswith(".vmlint-") for file in stray)
    for file in stray:
        os.utime(file, (0, 0))
    Path("vm.yaml").write_text(VM)
    assert run("check", "--fix").returncode == 0
    assert sorted(file.name for file in Path().iterdir()) == [".git", "vm.yaml"]


def test_only_leftovers_are_swept() -> None:
    Path("vm.yaml").write_text(VM)
    mine = (".vmlint-notes.tmp", ".vmlint-0123456789abcdef.tmp.txt", ".vmlint-fedcba9876543210.tmp")
    for name in mine:
        Path(name).write_text("mine")
        os.utime(name, (0, 0))
    Path(mine[2]).unlink()
    Path(mine[2]).symlink_to("vm.yaml")
    recent = Path(".vmlint-0123456789abcdef.tmp")
    recent.write_text("somebody is at work")
    assert run("check", "--fix").returncode == 0
    assert sorted(file.name for file in Path().iterdir() if file.name.startswith(".vmlint-")) == sorted(
        (*mine, recent.name)
    )
    assert time.time() - recent.stat().st_mtime < 600


# A second run


def finding(name: str, level: Level, *edits: Put, message: str = "x") -> Finding:
    return Finding(
        rule=f"X{name}",
        slug=name,
        effect=Effect.RISK,
        level=level,
        resource=ObjectId("v1", "ConfigMap", "shop", "web"),
        field=name,
        message=message,
        fix="",
        file="a.yaml",
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        file_fix=FileFix("a.yaml", 0, edits, Fix.SAFE) if edits else None,
    )


def judge(contents: Mapping[str, bytes]) -> Report:
    """Three rules: `first` may be fixed, which uncovers `hidden` as long as `second` is not; `second` may be fixed."""
    text = contents.get("a.yaml", Path("a.yaml").read_bytes()).decode()
    first, second = "first: old" in text, "second: old" in text
    reported = []
    if first:
        reported.append(finding("first", Level.WARNING, Put(("first",), "new")))
    if second:
        reported.append(finding("second", Level.ERROR, Put(("second",), "new")))
    if not first and "third: old" in text:
        reported.append(finding("hidden", Level.ERROR, Put(("third",), "new")))
    if "third: new" in text and "fourth: old" in text:
        reported.append(finding("last", Level.NOTE, Put(("fourth",), "new")))
    return Report("", findings=tuple(reported))


def test_a_second_run_finds_nothing_to_do() -> None:
    for start in range(16):
        values = ("new" if start >> at & 1 else "old" for at in range(4))
        text = "".join(
            f"{name}: {value}\n" for name, value in zip(("first", "second", "third", "fourth"), values, strict=True)
        )
        Path("a.yaml").write_text(text)
        once = fix(judge)
        for rewrite in once.rewrites:
            rewrite.write()
        assert not fix(judge).rewrites, text


def test_an_edit_is_not_blamed_for_what_another_one_uncovers() -> None:
    Path("a.yaml").write_text("first: old\nsecond: old\nthird: old\n")

    def judged(contents: Mapping[str, bytes]) -> Report:
        text = contents.get("a.yaml", Path("a.yaml").read_bytes()).decode()
        reported = [
            finding(name, Level.NOTE, Put((name,), "new")) for name in ("first", "second") if f"{name}: old" in text
        ]
        graver = [finding("graver", Level.ERROR)] if "first: new" in text else []
        return Report("", findings=(*reported, *graver))

    done = fix(judged)
    assert [one.slug for one in done.fixed] == ["second"]
    assert [(one.finding.slug, one.reason) for one in done.unfixed] == [
        ("first", "it would cause graver in ConfigMap shop/web: x")
    ]


def test_a_fix_twice_is_a_fix_once_for_what_vmlint_mends_itself() -> None:
    Path("vm.yaml").write_text(VM)
    for rewrite in fix(lambda contents: vmlint.check(["."], overlay=contents), unsafe=True).rewrites:
        rewrite.write()
    assert not fix(lambda contents: vmlint.check(["."], overlay=contents), unsafe=True).rewrites
