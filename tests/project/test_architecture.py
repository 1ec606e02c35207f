"""ARCHITECTURE.md and the decision records describe what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project.test_structure import LAYERS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
NAMED = re.compile(r"`((?:vmlint|rules|tests|docs|fixtures)/[\w./-]*)`")


@pytest.mark.parametrize("page", [ROOT / "ARCHITECTURE.md", *DECISIONS], ids=lambda page: page.name)
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    assert [name for name in NAMED.findall(page.read_text("utf-8")) if not (ROOT / name).exists()] == []


def test_the_rooms_are_those_of_the_layers() -> None:
    table = TEXT.partition("<!-- layers -->")[2].partition("<!-- /layers -->")[0]
    rows = [row.split("|")[2] for row in table.splitlines() if re.match(r"\| \d+ ", row)]
    assert [tuple(re.findall(r"`(\w+)`", row)) for row in rows] == list(LAYERS)


def test_the_walk_names_many_files() -> None:
    walk = TEXT.partition("## The walk")[2].partition("\n## ")[0]
    assert len(set(NAMED.findall(walk))) > 15


def test_decisions_are_numbered() -> None:
    assert [file.name[:4] for file in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name)
def test_a_decision_has_its_parts(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith(f"# {int(file.name[:4])}. ")
    assert all(part in text for part in ("**Context.**", "**Decision.**", "**Cost.**"))
