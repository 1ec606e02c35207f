"""A repository to keep reports of: made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.benchmarks.fleet import fleet


@pytest.fixture(scope="session")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    @cache
    def made(vms: int) -> Path:
        folder = tmp_path_factory.mktemp("fleet")
        (folder / ".git").mkdir()
        fleet(folder, vms)
        return folder

    return made


@pytest.fixture
def repository(
    request: pytest.FixtureRequest, fleets: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A fleet of 240 VMs, or as many as the module's VMS says."""
    folder = tmp_path / "repository"
    shutil.copytree(fleets(getattr(request.module, "VMS", 240)), folder)
    monkeypatch.chdir(folder)
    return folder
