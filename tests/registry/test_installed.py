"""Installed packs: entry points of the environment, and of nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import vmlint
from vmlint import registry
from vmlint.errors import PackError
from vmlint.registry.installed import Installed, installed

from .sample import VM, rule, write


def install(site: Path, module: str, entry: str | None = None) -> Path:
    """A package as pip leaves it."""
    info = site / f"{module}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[vmlint.rules]\nrules = {entry or module}\n", "utf-8")
    return site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "vm.yaml").write_text(VM, "utf-8")
    monkeypatch.chdir(tmp_path / "repository")
    monkeypatch.syspath_prepend(site)
    return site


def test_nothing_is_installed_at_first() -> None:
    assert installed() == ()


def test_an_installed_pack_runs_without_being_named(site: Path) -> None:
    write(install(site, "acme_installed_one"), acme_installed_one__owner_missing=rule())
    (site / "acme_installed_one" / "__init__.py").touch()
    assert installed() == (Installed("acme_installed_one", "acme_installed_one 1.2"),)
    report = vmlint.check(select=["ACME1"])
    assert [(finding.slug, finding.file, finding.line) for finding in report.findings] == [
        ("owner-missing", "vm.yaml", 3)
    ]
    assert [rule.pack for rule in report.rules] == ["acme_installed_one 1.2"]
    assert [rule for rule in registry.known(plugins=False) if rule.pack] == []


def test_a_pack_that_is_installed_and_named_runs_once(site: Path) -> None:
    write(install(site, "acme_installed_two"), acme_installed_two=rule())
    assert [rule.pack for rule in registry.known(["acme_installed_two"]) if rule.pack] == ["acme_installed_two 1.2"]


def test_an_entry_point_that_leads_nowhere_is_reported(site: Path) -> None:
    install(site, "acme_installed_three", "acme_nowhere")
    with pytest.raises(PackError) as caught:
        vmlint.check()
    assert caught.value.mistakes == ("acme_installed_three 1.2: the module `acme_nowhere` does not exist",)


@pytest.mark.parametrize(
    "start", [["-m", "vmlint"], ["-c", "import sys; sys.path.pop(0); from vmlint.cli import main; main()"]]
)
def test_the_linted_repository_installs_nothing(site: Path, start: list[str]) -> None:
    """Neither a package that lies in it nor its modules are found, though it is the working directory."""
    here = Path.cwd()
    write(install(here, "acme_lurking"), acme_lurking="open('ran', 'w')")
    words = [sys.executable, *start, "check", "--rules", "acme_lurking"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert "acme_lurking: no module of this name is installed" in done.stderr
    assert not (here / "ran").exists()
