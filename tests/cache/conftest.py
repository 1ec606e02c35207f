"""A repository to keep reports of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.fleet import fleet


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    fleet(folder, 240)
    monkeypatch.chdir(folder)
    return folder
