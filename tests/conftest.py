"""What all tests share: property tests look further on each run here, and are the same each time in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def _a_cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes what the user's runs have kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VMLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
