"""The project's own fixtures, which `vmlint.cli.fixtures` judges as it judges those of any pack.

What the fixes of a case change, the unsafe ones too, is beside it: `fixtures/<slug>/<case>.diff`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import chdir
from pathlib import Path
from typing import Any, TypeVar

import vmlint
from vmlint.fix.fixing import Fixing, fix
from vmlint.report import json_

__all__ = ["FIXTURES", "UNPROVOKED", "difference", "fixed", "for_each", "report", "repos"]

_T = TypeVar("_T")

FIXTURES = Path(__file__).parents[1] / "fixtures"

UNPROVOKED = {"rule-crashed"}
"""Rules about what no manifest brings about, and so without cases: tests/engine/test_runner.py does."""


def fixed(case: Path, *, unsafe: bool = True) -> Fixing:
    """What the fixes of a case come to."""
    with chdir(case):
        return fix(lambda contents: vmlint.check(overlay=contents), unsafe=unsafe)


def difference(fixing: Fixing) -> str:
    """All that fixes change, and a line for each finding that they leave."""
    changes = "".join(rewrite.diff() for rewrite in fixing.rewrites)
    return changes + "".join(f"# {finding.slug} is left: {reason}\n" for finding, reason in fixing.unfixed)


def repos() -> list[Path]:
    """The larger repositories: `fixtures/repos/<name>/tree`, with the whole report beside it in `report.json`."""
    return sorted((FIXTURES / "repos").glob("*/tree"))


def report(tree: Path, **overrides: Any) -> dict[str, Any]:
    """The whole JSON report of a repository, but for the version."""
    with chdir(tree):
        said: dict[str, Any] = json.loads(json_.render(vmlint.check(**overrides)))
    del said["version"]
    return said


def for_each(values: Iterable[_T], name: Callable[[_T], str]) -> Callable[[Callable[[_T], None]], Callable[[], None]]:
    """One test for all values, naming each that fails: hundreds of small tests take longer to start than to run."""

    def decorate(test: Callable[[_T], None]) -> Callable[[], None]:
        def for_all() -> None:
            failures = {}
            for value in values:
                try:
                    test(value)
                except Exception as error:
                    failures[name(value)] = f"{type(error).__name__}: {error}"
            if failures:
                raise AssertionError(failures)

        for_all.__name__, for_all.__doc__ = test.__name__, test.__doc__
        return for_all

    return decorate
