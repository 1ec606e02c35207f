"""A repository in memory: its files, and how it comes to disk and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.cases import FIXTURES

__all__ = ["Case", "Link", "corpus", "load", "save"]

Case = Mapping[str, bytes]
"""The content of each file by its path; bytes of a path that are not UTF-8 are lone surrogates."""


class Link(bytes):
    """What a symbolic link leads to."""


def load(folder: Path) -> dict[str, bytes]:
    """The files and links of a folder."""
    found: dict[str, bytes] = {}
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(top, name)
            if path.is_symlink():
                found[path.relative_to(folder).as_posix()] = Link(os.readlink(os.fsencode(path)))  # noqa: PTH115 - as it is written
            elif name in files:
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return dict(sorted(found.items()))


def save(case: Case, folder: Path) -> None:
    """Write the files under a folder, then the links, where no file is in their way."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(case.items(), key=lambda one: isinstance(one[1], Link)):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            file.symlink_to(os.fsdecode(content))
        else:
            file.write_bytes(content)


@cache
def corpus() -> tuple[Case, ...]:
    """Repositories as somebody might have them: every fixture."""
    folders = [*FIXTURES.glob("*/*/"), FIXTURES / "quickstart"]
    return tuple(case for folder in sorted(folders) if (case := load(folder)))
