"""The command line over a repository: each command ends with an exit code that it has, says nothing harmful, and writes
nothing but what it is asked to write, in the repository alone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from random import Random

from vmlint.api import check
from vmlint.cli import main
from vmlint.cli.create_pvc import GROUPS
from vmlint.errors import NothingToRead
from vmlint.fix.fixing import fix
from vmlint.report import FORMATS
from vmlint.report.graph import FORMATS as PICTURES

from .case import Case, Link, load, save
from .harm import Escape, demand, harmless

__all__ = ["FIXES", "READING", "look"]

_CREATE = ("create-pvc", "--name", "x", "--from", ".", "--data-source-ref-name", "root")
READING: tuple[tuple[str, ...], ...] = (
    *(("check", "--no-cache", "--format", name) for name in FORMATS),
    *(
        ("check", "--no-cache", *words)
        for words in (("--diff",), ("--diff", "--unsafe-fixes"), ("--closed-world", "-v"))
    ),
    *(("check", "--no-cache", *words) for words in (("--show-suppressed", "--statistics"), ("--target", "1.6"))),
    *(("expand", *words) for words in ((), ("--explain",), ("--format", "json"), ("--closed-world",))),
    *(("trace", *words) for words in ((), ("--format", "json"))),
    *(("graph", "--format", name) for name in PICTURES),
    ("graph", "--unresolved"),
    *(("customize", name, "--from", ".") for name in ("small", "fedora", "u1.medium", "shop/small")),
    ("customize", "small", "--from", ".", "--cluster", "--vcpus", "2", "--memory", "1Gi"),
    ("create-pvc", "--name", "x", "--size", "1Gi", "--from", "."),
    *(
        (*_CREATE, "--data-source-ref-kind", kind, *of)
        for kind in GROUPS
        for of in ((), ("--data-source-ref-group", "example.org"))
    ),
    *(("config", "show"), ("config", "check")),
    ("context",),
    ("baseline", "check"),
)
"""What changes nothing."""

FIXES: tuple[tuple[str, ...], ...] = (
    ("check", "--no-cache", "--fix"),
    ("check", "--no-cache", "--fix", "--unsafe-fixes"),
    ("check", "--no-cache", "--fix", "--fix-suppressions"),
)
"""What changes files that are there."""

_CHANGED = (("check", "--no-cache", "--changed"), ("check", "--no-cache", "--changed=HEAD", "--format", "json"))
_EXITS = {0, 1, 2, 3}


def look(case: Case, folder: Path, random: Random, *, readings: int = 3) -> None:
    """Run some commands over a copy of the repository in an empty folder, a fix with them."""
    outside = folder / "outside"
    save({"target.yaml": b"kind: Outside\n", "folder/vm.yaml": b"kind: Outside\n"}, outside)
    before = load(outside)
    copy = folder / "copy"
    save(case, copy)
    with chdir(copy):
        for words in random.sample(READING, readings):
            _run(words)
        demand(load(copy) == dict(case), "files have changed")
        if random.random() < 0.1:
            _compare(random)
        _fix(case, copy, random)
        _write(copy)
    demand(load(outside) == before, "something was written outside of the repository")
    demand({file.name for file in folder.iterdir()} == {"outside", "copy"}, "there are new files beside the repository")


def _run(words: Sequence[str]) -> int:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    was = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err
    try:
        code = main(list(words))
    finally:
        sys.stdout, sys.stderr = was
    said, told = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))
    if code not in _EXITS or "Traceback" in told:
        raise Escape(f"{' '.join(words)} ends with {code}: {told[-2000:]}")
    harmless(f"{' '.join(words)}: standard error", told)
    if "github" not in words and "--diff" not in words:
        harmless(f"{' '.join(words)}: standard output", said)
    return code


def _fix(case: Case, copy: Path, random: Random) -> None:
    """What is fixed is fixed: only files that were there are written, and a second run finds nothing to do."""
    words = random.choice(FIXES)
    if _run(words) not in (0, 1):
        return
    after = load(copy)
    demand(after.keys() == case.keys(), "a fix has made or removed files")
    links = [name for name, content in case.items() if isinstance(content, Link)]
    demand(all(after[name] == case[name] for name in links), "a fix has written over a link")
    unsafe = "--unsafe-fixes" in words
    try:
        again = fix(lambda contents: check(["."], overlay=contents, render=False), unsafe=unsafe)
    except NothingToRead:
        return
    more = [(one.file, one.slug, one.field) for one in again.fixed]
    demand(not again.rewrites, f"{' '.join(words)} twice: the second run fixes {more[:3]}")


def _write(copy: Path) -> None:
    """A baseline, and a report to a file: a link in the place of either is written through, inside the repository."""
    before = load(copy)
    named = (".vmlint-baseline.json", "report.json")
    may_be_new = {*named, *(os.path.relpath(os.path.realpath(name), os.path.realpath(copy)) for name in named)}
    _run(("baseline", "write"))
    _run(("check", "--no-cache", "--report", "json=report.json"))
    after = load(copy)
    new = after.keys() - before.keys() - may_be_new
    demand(not new, f"there are new files: {sorted(new)}")


def _compare(random: Random) -> None:
    """A repository of git, in which a file differs from the commit."""
    if os.path.lexists(".git"):
        return
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gc.auto=0")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        if subprocess.run([*git, *words], capture_output=True, check=False).returncode:
            return
    files = sorted(file for file in Path().rglob("*.yaml") if ".git" not in file.parts and not file.is_symlink())
    if files and (file := random.choice(files)).is_file():
        held = file.read_bytes()
        file.write_bytes(held + b"# changed\n")
        _run(random.choice(_CHANGED))
        file.write_bytes(held)
    subprocess.run(["rm", "-rf", ".git"], check=False)
