"""Which files of a directory `.gitignore` and the configuration leave out.

Directories are text here, absolute and without a `/` at the end: the questions are asked once for each file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["Excluded", "Ignored", "compiled", "matches"]

_MAX_BYTES = 256 * 1024
"""The largest `.gitignore` that is read."""


class Excluded:
    """Patterns of the configuration, written as in a `.gitignore` of the folder `root` ("": the working directory)."""

    def __init__(self, patterns: Iterable[str], root: str = "") -> None:
        self._root = root
        lines = list(patterns)
        self._spec = _spec(lines) if lines else None

    def __bool__(self) -> bool:
        """Whether there is any pattern."""
        return self._spec is not None

    def __call__(self, name: str, *, directory: bool = False) -> bool:
        """Whether a file or directory, named as in findings, is left out, by itself or by a directory above it."""
        if self._spec is None:
            return False
        if self._root:
            name = os.path.relpath(name, self._root).replace(os.sep, "/")
        plain = name.lstrip("/")
        while plain.startswith("../"):
            plain = plain[3:]
        return matches(self._spec, f"{plain}/" if directory else plain)


class Ignored:
    """The `.gitignore` files that hold in a directory: its own, and those above it up to the repository's root."""

    def __init__(self, levels: tuple[tuple[str, GitIgnoreSpec], ...] = ()) -> None:
        self._levels = levels

    @classmethod
    def above(cls, directory: str) -> Ignored:
        """Those above a directory that the user named. If they leave out that very directory, they don't count."""
        below = []
        for parent in (directory, *map(str, Path(directory).parents)):
            below.append(parent)
            if _exists(os.path.join(parent, ".git")):  # noqa: PTH118
                break
        else:
            return cls()
        ignored = cls()
        for parent in reversed(below[1:]):
            ignored = ignored.inside(parent)
        return cls() if ignored(directory, directory=True) else ignored

    def inside(self, directory: str) -> Ignored:
        """The same with the directory's own `.gitignore`, if it has one."""
        spec = _read(Path(directory, ".gitignore"))
        return self if spec is None else Ignored((*self._levels, (directory.rstrip("/") + "/", spec)))

    def __bool__(self) -> bool:
        """Whether there is any pattern."""
        return bool(self._levels)

    def __call__(self, place: str, *, directory: bool = False) -> bool:
        """Whether a file or directory is left out; the nearest `.gitignore` that speaks of it decides."""
        for base, spec in reversed(self._levels):
            name = place.removeprefix(base)
            verdict = spec.check_file(f"{name}/" if directory else name).include
            if verdict is not None:
                return verdict
        return False


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except OSError:
        return False
    return True


def _read(file: Path) -> GitIgnoreSpec | None:
    """The patterns of a `.gitignore`; like git, links are not followed."""
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            return None
        return _spec(file.read_text(encoding="utf-8", errors="replace").split("\n"))
    except (OSError, ValueError):
        return None


def compiled(patterns: Iterable[str]) -> GitIgnoreSpec:
    """The matcher of patterns. Raises ValueError where one is no pattern, or where together they take too much memory.

    RE2 matches them in linear time, and refuses what it would need more than 8 MiB for: some thousand patterns.
    """
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError:
        raise
    except Exception as error:  # RE2's own, of whichever of its bindings is installed
        raise ValueError(str(error)) from error


def _spec(lines: list[str]) -> GitIgnoreSpec:
    """The patterns of the lines; a line that is no pattern is left out, as git leaves it out."""
    try:
        return compiled(lines)
    except ValueError:
        return compiled(list(_valid(lines)))


def _valid(lines: list[str]) -> Iterator[str]:
    for line in lines:
        try:
            compiled([line])
        except ValueError:
            continue
        yield line


def matches(spec: GitIgnoreSpec, name: str) -> bool:
    """Whether patterns name a file. RE2 reads UTF-8 alone: what of a name is none counts as `?`."""
    return spec.match_file(name if name.isascii() else name.encode("utf-8", "replace").decode())
