"""Texts with the cursor in them, and the manifests of the fixtures."""

from __future__ import annotations

from pathlib import Path

__all__ = ["CURSOR", "FIXTURES", "ROOT", "split"]

CURSOR = "¦"
ROOT = Path(__file__).parents[2]
FIXTURES = sorted((ROOT / "fixtures").glob("*/good*/**/*.yaml"))


def split(marked: str) -> tuple[str, int]:
    """The text without the cursor's mark, and the index at which it was."""
    assert marked.count(CURSOR) == 1, marked
    return marked.replace(CURSOR, ""), marked.index(CURSOR)
