"""A repository in memory: its files, and how it comes to disk and back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.cases import FIXTURES

__all__ = ["Case", "corpus", "load", "save"]

Case = Mapping[str, bytes]
"""The content of each file by its path."""


def load(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def save(case: Case, folder: Path) -> None:
    """Write the files under a folder."""
    for name, content in case.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@cache
def corpus() -> tuple[Case, ...]:
    """Repositories as somebody might have them: every fixture."""
    folders = [*FIXTURES.glob("*/*/"), FIXTURES / "quickstart"]
    return tuple(case for folder in sorted(folders) if (case := load(folder)))
