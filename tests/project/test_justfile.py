"""The justfile names tasks that are there."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "justfile").read_text("utf-8")


def test_modules_and_scripts_are_there() -> None:
    modules = re.findall(r"\{\{python\}\} -m ([\w.]+)", TEXT)
    scripts = re.findall(r"^    ((?:tools|\.ci)/\S+)", TEXT, re.MULTILINE)
    assert {"tools.accept", "tools.index", "tests.benchmarks"} <= set(modules)
    assert [name for name in modules if find_spec(name) is None] == []
    assert scripts
    assert [name for name in scripts if not (ROOT / name).is_file()] == []


def test_every_task_is_described() -> None:
    tasks = re.findall(r"^(#.*)?\n([a-z]+)(?: [^:\n]*)?:(?!=)", TEXT, re.MULTILINE)
    assert len(tasks) > 8
    assert [name for comment, name in tasks if not comment] == []
