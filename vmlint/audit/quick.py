"""The states of repositories that this machine sees, without starting a process for any of them.

A reference of git is a small file or a line of `packed-refs`. Whatever needs more than that, such as an annotated tag,
is left to git.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vmlint.audit.checkout import SourceError, check_location, identity
from vmlint.audit.task import Task

__all__ = ["commit_of", "states"]

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAME = re.compile(r"(?!.*\.\.)[\w][\w./-]*", re.ASCII)
_MOST_BYTES = 64 * 2**20
_THREADS = 8


def states(tasks: Iterable[Task]) -> Iterator[tuple[Task, str]]:
    """What the files of each repository are known by, "" where a worker has to find out, in the order of the tasks."""
    with ThreadPoolExecutor(_THREADS) as pool:
        wanted = list(tasks)
        yield from zip(wanted, pool.map(_state, wanted), strict=True)


def _state(task: Task) -> str:
    if task.kind == "url":
        return ""
    if task.kind in ("folder", "archive"):
        try:
            return identity(task, Path()).content
        except SourceError:
            return ""
    try:
        check_location(task)
    except SourceError:
        return ""
    location = Path(task.location)
    return commit_of(location if task.kind == "mirror" else location / ".git", task.revision)


def commit_of(folder: Path, revision: str = "") -> str:
    """The commit that a revision names in a folder of git, "" where only git can find out.

    Source: gitrevisions(7) for the order in which a name is looked up, gitrepository-layout(5) for the files.
    """
    if not folder.is_dir() or (folder / "commondir").exists() or (folder / "reftable").exists():
        return ""
    if revision in ("", "HEAD"):
        head = _text(folder / "HEAD").strip()
        if _COMMIT.fullmatch(head):
            return head
        return _reference(folder, head.removeprefix("ref:").strip()) if head.startswith("ref:") else ""
    if not _NAME.fullmatch(revision) or _COMMIT.fullmatch(revision) or (folder / revision).exists():
        return ""
    packed = _packed(folder)
    for name in (f"refs/{revision}", f"refs/tags/{revision}"):
        if (folder / name).exists() or name in packed:
            return ""  # a tag may be an object of its own
    return _reference(folder, f"refs/heads/{revision}")


def _reference(folder: Path, name: str) -> str:
    """The commit of a branch."""
    if not name.startswith("refs/heads/") or not _NAME.fullmatch(name):
        return ""
    loose = _text(folder / name).strip()
    found = loose or _packed(folder).get(name, "")
    return found if _COMMIT.fullmatch(found) else ""


def _packed(folder: Path) -> dict[str, str]:
    rows = (line.split(" ") for line in _text(folder / "packed-refs").splitlines() if line[:1] not in ("#", "^"))
    return {row[1]: row[0] for row in rows if len(row) == 2}


def _text(file: Path) -> str:
    """The text of a small file, "" where it is missing or is not a regular file."""
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return ""
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
