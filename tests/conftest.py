"""What all tests share: property tests try 50 examples, others on each run here and the same each time in CI.
`python -m tests.fuzz` searches for as long as it is given.

No test depends on how busy the machine is: Hypothesis has no deadlines, and nothing is too slow for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tools import index

ROOT = Path(__file__).parents[1]

settings.register_profile("default", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process where only files or single tests are named: starting more takes longer than they run."""
    named = [Path(word.partition("::")[0]) for word in config.args]
    return 0 if all(path.is_file() for path in named) else None


SLOW = {
    "audit/test_checkout.py",
    "audit/test_cluster.py",
    "audit/test_quick.py",
    "audit/test_run.py",
    "audit/test_sandbox.py",
    "cache/test_attacks.py",
    "cache/test_cache.py",
    "cli/test_attacks.py",
    "cli/test_fix_attacks.py",
    "cli/test_hostile.py",
    "cli/test_names.py",
    "cli/test_other_groups.py",
    "engine/test_facts.py",
    "engine/test_reuse.py",
    "fuzz/test_fuzz.py",
    "parallel/test_workers.py",
    "report/graph/test_graph.py",
}
"""Files whose tests start processes by the dozen, or judge every fixture several times."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a package index or a browser is slow, and what is in the files that are."""
    for item in items:
        needs = isinstance(item, pytest.Function) and {"index", "chromium"} & set(item.fixturenames)
        if needs or item.path.relative_to(ROOT / "tests").as_posix() in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _a_cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes what the user's runs have kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VMLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with vmlint as a built package has it, with the index of its rules: for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("installed")
    for source, target in (("vmlint", "vmlint"), ("rules", "vmlint/rules")):
        shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
    index.write(folder / "vmlint/rules/_index.py")
    return folder
