"""The kubectl plugin: its archive runs without anything installed, and its manifest is one for krew."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.project.test_pre_commit import index
from tools import kubectl

__all__ = ["index"]

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "krew" / "kubectl-vmlint"
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def run(script: Path, *words: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.defpath, "HOME": os.environ.get("HOME", "/"), "VMLINT_PYTHON": python}
    return subprocess.run([str(script), *words], capture_output=True, text=True, check=False, env=env, cwd=ROOT)


def test_the_manifest_has_the_checksums_of_the_archives(tmp_path: Path) -> None:
    archives = {}
    for number, key in enumerate(kubectl.PLATFORMS):
        archives[key] = tmp_path / f"kubectl-vmlint-{'-'.join(key)}.tar.gz"
        archives[key].write_bytes(bytes([number]))
    text = kubectl.manifest(Path("vmlint-1.2.3-py3-none-any.whl"), "https://git.example.com/acme/vmlint", archives)
    read = yaml.safe_load(text)
    assert (read["kind"], read["metadata"]["name"], read["spec"]["version"]) == ("Plugin", "vmlint", "v1.2.3")
    assert len(read["spec"]["shortDescription"]) <= 50
    assert {(*one["selector"]["matchLabels"].values(),): one["sha256"] for one in read["spec"]["platforms"]} == {
        key: hashlib.sha256(file.read_bytes()).hexdigest() for key, file in archives.items()
    }
    address = "https://git.example.com/acme/vmlint/releases/download/v1.2.3/kubectl-vmlint-linux-amd64.tar.gz"
    assert read["spec"]["platforms"][0]["uri"] == address
    assert "{{" not in text


def test_the_versions_of_python_are_those_of_the_package() -> None:
    classifiers = (ROOT / "pyproject.toml").read_text("utf-8")
    assert [python for python in kubectl.PYTHONS if f"Python :: {python}" not in classifiers] == []
    assert f'requires-python = ">={kubectl.PYTHONS[0]}"' in classifiers
    assert f"Python :: 3.{int(kubectl.PYTHONS[-1].partition('.')[2]) + 1}" not in classifiers


@pytest.mark.skipif(sys.platform == "win32", reason="the script is for the shell of POSIX")
def test_without_a_python_that_fits_the_script_says_what_it_needs(tmp_path: Path) -> None:
    shutil.copy(SCRIPT, tmp_path)
    (tmp_path / "lib" / "cp399").mkdir(parents=True)
    done = run(tmp_path / "kubectl-vmlint", "--version", python="/nowhere/python")
    needs = "kubectl vmlint: it needs a CPython of cp399 on PATH, or in VMLINT_PYTHON\n"
    assert (done.returncode, done.stdout, done.stderr) == (127, "", needs)


@pytest.mark.slow
@pytest.mark.usefixtures("index")
@pytest.mark.skipif(
    (sys.platform, platform.machine(), HERE) != ("linux", "x86_64", kubectl.PYTHONS[0]),
    reason="built here for Linux on amd64, with the oldest Python",
)
def test_an_archive_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    build = ["-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path / "dist"), str(tmp_path / "tree")]
    listed = ("vmlint", "rules", "tools", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")
    for name in listed:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (tmp_path / "tree").mkdir(exist_ok=True)
        copy(ROOT / name, tmp_path / "tree" / name)
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    archive = kubectl.archive(wheel, ("linux", "amd64"), tmp_path, pythons=[HERE])
    store = tmp_path / "store"
    with tarfile.open(archive) as opened:
        opened.extractall(store, filter="data")
    link = tmp_path / "bin" / "kubectl-vmlint"
    link.parent.mkdir()
    link.symlink_to("../store/kubectl-vmlint")
    shutil.copytree(ROOT / "fixtures" / "running-deprecated", tmp_path / "manifests")
    good = run(link, "check", "--no-cache", str(tmp_path / "manifests" / "good"))
    bad = run(link, "check", "--no-cache", "--fail-on", "note", str(tmp_path / "manifests" / "bad"))
    assert (good.returncode, good.stderr, "clean: " in good.stdout) == (0, "", True)
    assert (bad.returncode, bad.stderr, "running-deprecated" in bad.stdout) == (1, "", True)
