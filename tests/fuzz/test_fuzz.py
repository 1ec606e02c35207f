"""A short run over hostile repositories, the same ones each time. `python -m tests.fuzz` is the long one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from .case import Case, corpus
from .mutation import mutated
from .repositories import repositories
from .survey import survey


@pytest.mark.parametrize("start", range(40))
def test_fixtures_with_mutations(start: int, tmp_path: Path) -> None:
    random = Random(start)
    survey(mutated(random.choice(corpus()), corpus(), random), tmp_path)


@pytest.mark.slow
@settings(max_examples=25, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(repositories())
def test_repositories_by_chance(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        survey(case, Path(folder))
