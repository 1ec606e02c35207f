"""The project's own fixtures, which `vmlint.fixtures` judges as it judges those of any pack."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import vmlint
from vmlint.report import json_

__all__ = ["FIXTURES", "report", "repos"]

FIXTURES = Path(__file__).parents[1] / "fixtures"


def repos() -> list[Path]:
    """The larger repositories: `fixtures/repos/<name>/tree`, with the whole report beside it in `report.json`."""
    return sorted((FIXTURES / "repos").glob("*/tree"))


def report(tree: Path, **overrides: Any) -> dict[str, Any]:
    """The whole JSON report of a repository, but for the version."""
    with chdir(tree):
        said: dict[str, Any] = json.loads(json_.render(vmlint.check(**overrides)))
    del said["version"]
    return said
