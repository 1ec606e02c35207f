"""The hook as pre-commit runs it: installed from a copy of the repository into an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MANIFEST = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
spec:
  runStrategy: Always
  instancetype: {}
  template:
    spec:
      domain:
        devices: {}
"""


def call(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(words, cwd=cwd, env={**clean, **env}, capture_output=True, text=True, timeout=600)


def repository(folder: Path, files: dict[str, Path | str]) -> Path:
    """A new git repository with one commit."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copy(content, target)
        else:
            target.write_text(content)
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "-A", "-f"), (*author, "commit", "-q", "-m", "A commit")):
        done = call("git", *words, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    """A copy of the tracked files, as they are in the working tree."""
    listed = call("git", "ls-files", "-z", cwd=ROOT)
    if listed.returncode:
        pytest.skip("this tree is no git repository")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return repository(tmp_path / "hooks", {name: ROOT / name for name in names})


@pytest.fixture
def index(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(tmp_path / "probe"), "PyYAML")
    if call(*words, cwd=tmp_path).returncode:
        pytest.skip("pip reaches no package index: no environment can be built")


def test_the_manifest_is_valid() -> None:
    done = call(sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_the_hook_reads_the_whole_tree_and_fails_with_the_finding(hooks: Path, tmp_path: Path) -> None:
    manifests = repository(tmp_path / "manifests", {"apps/web.yaml": MANIFEST, "README.md": "# Manifests\n"})
    words = (sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "vmlint", "--all-files", "--color=never")
    done = call(*words, cwd=manifests, PRE_COMMIT_HOME=str(tmp_path / "home"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "- hook id: vmlint\n- exit code: 1\n" in done.stdout, done.stdout
    assert "apps/web.yaml:7" in done.stdout
    assert "matcher-empty" in done.stdout


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_the_hook_for_changes_tells_of_what_the_commit_touches(hooks: Path, tmp_path: Path) -> None:
    manifests = repository(tmp_path / "manifests", {"apps/old.yaml": MANIFEST, "apps/web.yaml": MANIFEST})
    (manifests / "apps/web.yaml").write_text(MANIFEST.replace("web", "staged"))
    assert call("git", "add", "-A", cwd=manifests).returncode == 0
    words = (sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "vmlint-changed", "--color=never")
    done = call(*words, cwd=manifests, PRE_COMMIT_HOME=str(tmp_path / "home"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "- hook id: vmlint-changed\n- exit code: 1\n" in done.stdout, done.stdout
    assert "apps/web.yaml:7" in done.stdout
    assert "apps/old.yaml" not in done.stdout
    assert "1 of 2 objects affected by changes since `HEAD`; 1 finding elsewhere is not shown" in done.stdout
