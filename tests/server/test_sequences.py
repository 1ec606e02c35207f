"""After any edits the server reports what a new run reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.sequences import Sequence


@pytest.mark.parametrize("seed", (21, 117, 479, 521, 638, 50294))
def test_a_sequence(seed: int, tmp_path: Path) -> None:
    """Each of these has found a fault once."""
    Sequence(seed, tmp_path).run(6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10_000, 10_060))
def test_sequences(seed: int, tmp_path: Path) -> None:
    Sequence(seed, tmp_path).run(8)
