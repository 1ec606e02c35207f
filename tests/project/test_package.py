"""The package as users install it: every folder is in it, and a rule runs from a wheel outside the tree."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from vmlint.version import VERSION

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CASE = ROOT / "fixtures" / "infer-label-missing" / "bad"

DATA = (".css", ".html", ".js", ".json", ".jsonl", ".typed")
"""The endings of files beside the modules that belong into the package."""


def folders() -> set[str]:
    """Every folder with modules, as a package; `rules/` is installed as `vmlint.rules`."""
    found = set()
    for top, prefix in (("vmlint", "vmlint"), ("rules", "vmlint.rules")):
        for module in (ROOT / top).rglob("*.py"):
            below = module.parent.relative_to(ROOT / top).parts
            found.add(".".join((prefix, *below)))
    return found


def test_every_folder_is_packaged() -> None:
    listed = PROJECT["tool"]["setuptools"]["packages"]
    data = {"vmlint.report.graph.page"}  # without modules, and a package for setuptools all the same
    assert sorted(listed) == sorted(folders() | data)
    assert all((ROOT / package.replace("vmlint.rules", "rules").replace(".", "/")).is_dir() for package in listed)


def call(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built by way of a source distribution from a copy: the tree stays as it is."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("vmlint", "rules", "tools"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "rules/_index.py").write_text("INDEX = {}  # of a developer: it is no part of a package\n", "utf-8")
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    needed = int(PROJECT["build-system"]["requires"][0].partition(">=")[2])
    here = int(importlib.metadata.version("setuptools").partition(".")[0])
    isolation = [] if here < needed else ["--no-isolation"]
    built = call(sys.executable, "-m", "build", *isolation, "--outdir", copy / "dist", copy, cwd=copy)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = (copy / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; its dependencies are those of this environment."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    paths = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home)
    packages = Path(paths.stdout.strip())
    installed = call(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=home
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    beside = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(beside)) + "\n", "utf-8")
    return python


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in names} == {"vmlint"}
    held = {
        prefix + file.relative_to(ROOT / top).as_posix()
        for top, prefix in (("vmlint", "vmlint/"), ("rules", "vmlint/rules/"))
        for file in (ROOT / top).rglob("*")
        if file.suffix in (".py", *DATA) and "__pycache__" not in file.parts and file.name != "_index.py"
    }
    assert names == held | {"vmlint/rules/_index.py"}


@pytest.mark.slow
def test_the_wheel_has_the_index_of_all_rules(python: Path, tmp_path: Path) -> None:
    missing = "from vmlint.rules import RULES, _index; print(*({*RULES} ^ {*_index.INDEX}))"
    assert call(python, "-c", missing, cwd=tmp_path).stdout == "\n"
    loaded = "import sys, vmlint.registry; vmlint.registry.rules(); print(*sys.modules)"
    modules = call(python, "-c", loaded, cwd=tmp_path).stdout.split()
    assert "vmlint.rules._index" in modules
    assert "vmlint.rules.hygiene" not in modules


@pytest.mark.slow
def test_nothing_else_is_importable(python: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.metadata as m, importlib.util as u, vmlint;"
        "print(u.find_spec('rules'), vmlint.__file__, vmlint.__version__, m.version('vmlint'))"
    )
    said = call(python, "-c", code, cwd=tmp_path)
    rules, file, *versions = said.stdout.split()
    assert (rules, versions) == ("None", [VERSION, VERSION])
    assert Path(file).is_relative_to(python.parents[1])


@pytest.mark.slow
def test_a_rule_runs_from_the_wheel(python: Path, tmp_path: Path) -> None:
    case = shutil.copytree(CASE, tmp_path / "repository")
    said = call(python.with_name("vmlint"), "check", "--format", "json", cwd=case)
    assert said.returncode == 1, said.stderr
    assert json.loads(said.stdout)["findings"] == json.loads(CASE.with_suffix(".json").read_text("utf-8"))["findings"]
