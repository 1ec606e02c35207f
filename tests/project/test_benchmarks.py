"""The benchmarks run: each row measures something. What it measures is not asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = ("alike", "unlike", "real", "workers", "small", "kustomize", "memory", "warm", "changed", "haystack")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.benchmarks", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_every_row_is_a_ratio() -> None:
    done = run("--vms", "100", "--best", "1", *ROWS)
    assert (done.returncode, done.stderr) == (0, "")
    _, _, _, heading, *rows = done.stdout.splitlines()
    assert heading.split() == ["work", "ratio", "target", "measured", "/", "against"]
    assert len(rows) == len(ROWS) + 2  # each fleet is a row of the workers
    for row in rows:
        found = re.fullmatch(r".{60} +([\d.]+) +[\d.]+  ([\d.]+) (?:s|kB) / ([\d.]+) (?:s|kB)(  missed)?", row)
        assert found is not None, row
        assert float(found[2]) > 0 < float(found[3])


def test_a_row_that_there_is_not_is_reported() -> None:
    done = run("colt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no row is called `colt`: the rows are alike, unlike, real, workers," in done.stderr
