"""vmlint's builds, held against the real kustomize on trees made at random.

`VMLINT_KUSTOMIZE_TREES=2000 pytest -m slow tests/gitops/test_against_kustomize.py` compares that many.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gitops.kustomize import KUBECTL, in_order, ours, theirs
from tests.gitops.trees import TOP, tree

_TREES = int(os.environ.get("VMLINT_KUSTOMIZE_TREES", "60"))


@pytest.mark.slow
@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@settings(max_examples=_TREES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_verdicts_and_objects_are_those_of_kustomize(seed: int) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        for name, text in tree(Random(seed)).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        real, own = theirs(folder, TOP), ours(folder, TOP)
    if own.unsure and real.refused:
        return  # vmlint says that it does not know these objects wholly
    assert bool(own.refused) == bool(real.refused), own.refused or real.refused
    assert len(own.objects) == len(real.objects)
    for index, (mine, other) in enumerate(zip(own.objects, real.objects, strict=True)):
        assert index in own.unsure or in_order(mine) == in_order(other)


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("seed", range(6))
def test_some_trees_are_built_as_kustomize_builds_them(tmp_path: Path, seed: int) -> None:
    for name, text in tree(Random(seed)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    real, own = theirs(tmp_path, TOP), ours(tmp_path, TOP)
    assert bool(own.refused) == bool(real.refused)
    assert [*map(in_order, own.objects)] == [*map(in_order, real.objects)]
