"""Two commits of a repository: what differs between them, and the files of the second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.source.git import (
    FILE_MODES,
    SUBMODULE,
    Difference,
    changes,
    check_within,
    compare,
    contents,
    entries,
    folder_of,
)
from vmlint.source.git_program import Git, opened

__all__ = ["ASKER", "Tree", "asked_by", "compare_commits", "head", "knows", "since"]

_CHANGED = "`--changed`"
ASKER = "`vmlint diff`"
"""How messages name what wants to compare."""


class Tree(Record):
    """The files of a commit: by path from `root`, the blob of each."""

    root: str
    commit: str
    files: Mapping[str, str]

    def contents(self, paths: Iterable[str], most: int) -> dict[str, bytes]:
        """What some of the files hold, but for those of more than `most` bytes. UsageError where git lacks any."""
        with asked_by(ASKER):
            return contents({path: self.files[path] for path in paths}, most, self.root, self.commit)


@contextmanager
def asked_by(asker: str) -> Iterator[None]:
    """Let the messages about git name what wants to compare, which is not the option of `vmlint check`."""
    try:
        yield
    except UsageError as error:
        raise UsageError(str(error).replace(_CHANGED, asker).replace(ASKER, asker)) from None


def knows(word: str, folder: str = ".") -> bool:
    """Whether a word is a revision for the git repository that a folder is in; False where it is in none."""
    if word.startswith("-") or not word:
        return False
    try:
        with opened(folder) as git:
            return bool(git.ask("rev-parse", "--verify", "--quiet", f"{word}^{{commit}}"))
    except UsageError:
        return False


def head(folder: str = ".") -> str:
    """The id of the last commit; "" in a repository without any. UsageError where there is no repository."""
    with asked_by(ASKER), opened(folder) as git:
        return git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def since(revision: str, paths: Sequence[str]) -> Difference:
    """The working tree against the last commit that it has in common with a revision; see `compare`."""
    with asked_by(ASKER):
        return compare(revision, paths)


def compare_commits(before: str, after: str, paths: Sequence[str]) -> tuple[Difference, Tree]:
    """One commit against another, and the files of the second. UsageError as in `compare`."""
    with asked_by(ASKER), opened(folder_of(paths[0])) as git:
        commits = [_commit(git, revision) for revision in (before, after)]
        files: dict[str, str] = {}
        submodules: set[str] = set()
        for entry in entries(git.run("ls-tree", "-r", "-z", "--full-tree", commits[1])):
            about, _, path = entry.partition("\t")
            mode, _, blob = about.split(" ")
            if mode in FILE_MODES:
                files[path] = blob
            elif mode == SUBMODULE:
                submodules.add(path)
        rows = git.run("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", *commits)
        changed, old = changes(rows, submodules)
        difference = Difference(
            before, git.root, commits[0], old, frozenset(changed), frozenset(files), frozenset(submodules)
        )
        check_within(difference, paths)
        return difference, Tree(git.root, commits[1], files)


def _commit(git: Git, revision: str) -> str:
    """The id of the commit that a revision means."""
    commit = "" if revision.startswith("-") else git.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise UsageError(
            f"{ASKER}: git has no revision `{revision}`: write a branch, a tag or a commit that this clone has "
            "(`git fetch` gets others)"
        )
    return commit
