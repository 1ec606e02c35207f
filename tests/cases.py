"""The fixtures of the rules: small repositories under `fixtures/<slug>/`, and what a run says of each.

`bad*` holds the fault, `good*` is silent, and in `outside*` objects that live outside the repository matter. What is
expected of a bad or outside case stands beside it: `fixtures/<slug>/<case>.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vmlint
from vmlint.report import json_

__all__ = ["FIXTURES", "cases", "expectation", "inside", "report", "repos", "run", "written"]

FIXTURES = Path(__file__).parents[1] / "fixtures"


def cases(*kinds: str) -> list[Path]:
    """The folders of all cases whose names begin so."""
    return sorted(case for case in FIXTURES.glob("*/*/") if case.name.startswith(kinds))


def expectation(case: Path) -> Path:
    """The file with what is expected of a case."""
    return case.with_suffix(".json")


def repos() -> list[Path]:
    """The larger repositories: `fixtures/repos/<name>/tree`, with the whole report beside it in `report.json`."""
    return sorted((FIXTURES / "repos").glob("*/tree"))


def report(tree: Path, **overrides: Any) -> dict[str, Any]:
    """The whole JSON report of a repository, but for the version."""
    with inside(tree):
        said: dict[str, Any] = json.loads(json_.render(vmlint.check(**overrides)))
    del said["version"]
    return said


def run(case: Path) -> dict[str, Any]:
    """What the JSON report of the case says, paths from the case's folder: all its findings, and what was skipped.

    Of an outside case also what is undecided.
    """
    with inside(case):
        report = json.loads(json_.render(vmlint.check()))
    parts = ["findings", "undecided"] if case.name.startswith("outside") else ["findings"]
    return {part: report[part] for part in (*parts, "skipped") if report[part] or part == "findings"}


def written(said: dict[str, Any]) -> str:
    """An expectation as its file holds it."""
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """A folder as the working directory."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
