"""Where a repository ends: a link in it, which anybody may have made, must not lead a run to another place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from vmlint.errors import UsageError
from vmlint.record import Record

__all__ = ["Escape", "check_read", "escape"]


class Escape(Record):
    """A path that a link leads out of a folder, or into its `.git`: the folder as it is shown, and the target."""

    folder: str
    target: str


def escape(path: str, *, without_repository: bool = False) -> Escape | None:
    """Where a link leads a path out of the repository that the path, as it is written, is in; None where none does.

    Outside of any repository there is no boundary, or with `without_repository` the working directory around the path.
    """
    written = os.path.abspath(path)  # noqa: PTH100 - as it is written: what links make of it is the question
    real = os.path.realpath(path)
    for root in _roots(written, without_repository=without_repository):
        real_root = Path(os.path.realpath(root))
        inside = Path(real).is_relative_to(real_root)
        if inside and (not _in_git(os.path.relpath(real, real_root)) or _in_git(os.path.relpath(written, root))):
            continue
        return Escape(os.path.relpath(root), real)
    return None


def check_read(path: str) -> None:
    """UsageError where a path that the user named is a link out of its repository, or goes through one.

    Which folder is linted may be fixed in a CI job, and what that folder is decides the pull request.
    """
    if (found := escape(path)) is not None:
        raise UsageError(
            f"can't read `{path}`: a link leads from `{found.folder}` to `{found.target}`; remove the link, or name "
            "the target"
        )


def _roots(path: str, *, without_repository: bool) -> Iterator[str]:
    """The repositories around a path as it is written."""
    above = [str(folder) for folder in Path(path).parents]
    roots = [folder for folder in above if os.path.lexists(os.path.join(folder, ".git"))]  # noqa: PTH118
    here = os.getcwd()  # noqa: PTH109
    return iter(roots or ([here] if without_repository and here in above and here != "/" else []))


def _in_git(path: str) -> bool:
    return ".git" in Path(path).parts
