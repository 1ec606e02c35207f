"""What a hostile repository would have the program do: each test sets the trap, and looks whether it has gone off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 0}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "claim.yaml").write_text(CLAIM)
    (tmp_path / "secret").write_text("secret")
    return folder


def vmlint(*words: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vmlint", *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# Files that are written


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--output", "{}"),
        ("check", "--report", "sarif={}"),
        ("graph", "--format", "html", "--output", "{}"),
        ("baseline", "write", "--file", "{}"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(("link", "target", "file"), [("report", "../secret", "report"), ("up", "..", "up/secret")])
def test_nothing_is_written_through_a_link_out_of_the_repository(
    repository: Path, words: tuple[str, ...], link: str, target: str, file: str
) -> None:
    (repository / link).symlink_to(target)
    done = vmlint(*(word.format(file) for word in words), cwd=repository)
    assert (repository.parent / "secret").read_text() == "secret"
    assert (done.returncode, done.stdout) == (2, "")
    assert "a link leads from `.` to `" in done.stderr


def test_the_default_baseline_is_not_written_through_a_link(repository: Path) -> None:
    (repository / ".vmlint-baseline.json").symlink_to("../secret")
    assert vmlint("baseline", "write", cwd=repository).returncode == 2
    assert (repository.parent / "secret").read_text() == "secret"
