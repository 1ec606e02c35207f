"""What git knows of the working tree: which files differ from a commit, and what they contained there.

Only the program `git` is asked, and it only reads: the repository's configuration is not read at all (`git_program`),
nothing is fetched, and the working tree and the index stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.source.git_program import Git, opened

__all__ = [
    "FILE_MODES",
    "SUBMODULE",
    "Difference",
    "changes",
    "check_within",
    "compare",
    "contents",
    "entries",
    "folder_of",
]

FILE_MODES = ("100644", "100755")
SUBMODULE = "160000"


class Difference(Record):
    """The working tree against a commit. Paths are relative to `root`, the top of the working tree, with `/`.

    `ref` is the revision that was asked for, and `commit` the id of the commit that is compared, "" where there is none
    yet. `old` has the blob of each file that is changed or gone.
    """

    ref: str
    root: str
    commit: str
    old: Mapping[str, str]
    changed: frozenset[str]
    tracked: frozenset[str]
    submodules: frozenset[str]

    def path_of(self, file: str) -> str | None:
        """A file, as the working directory sees it, from the root; None for one that lies elsewhere."""
        folder, name = os.path.split(os.path.abspath(file))  # noqa: PTH100 - a link is a file of its own
        path = os.path.relpath(os.path.join(os.path.realpath(folder), name), self.root)  # noqa: PTH118
        path = path.replace(os.sep, "/")
        return None if path == ".." or path.startswith("../") else path

    def has_changed(self, file: str) -> bool:
        """Whether a file, as the working directory sees it, differs from the commit. One that git does not track
        does; one outside the working tree does not."""
        path = self.path_of(file)
        if path is None:
            return False
        above = {str(parent) for parent in PurePosixPath(path).parents}
        if path in self.changed or self.changed & self.submodules & above:
            return True
        return path not in self.tracked and not self.submodules & above

    def below(self, file: str) -> bool:
        """Whether a file or folder, or anything in it that the commit has, differs."""
        path = self.path_of(file)
        if path is None:
            return False
        return any(path == "." or one == path or one.startswith(f"{path}/") for one in self.changed)

    def contents(self, paths: Iterable[str], most: int) -> dict[str, bytes]:
        """The content of files of `old`, except those of more than `most` bytes. UsageError where git lacks any."""
        return contents({path: self.old[path] for path in paths}, most, self.root, self.commit)


def contents(blobs: Mapping[str, str], most: int, root: str, commit: str) -> dict[str, bytes]:
    """What some blobs of a repository hold, by the paths that a commit has for them; but for those of more than `most`
    bytes. UsageError where git lacks any."""
    wanted = sorted(set(blobs.values()))
    if not wanted:
        return {}
    with opened(root) as git:
        asked = ("cat-file", "--batch-check=%(objectname) %(objectsize)")
        said = [line.split(" ") for line in git.lines(*asked, given=_lines(wanted))]
        sizes = {blob: int(size) for blob, size in said if size.isdigit()}
        if len(sizes) < len(wanted):
            raise UsageError(
                f"`--changed`: this clone lacks files of {commit[:12]}, and nothing is fetched: "
                "clone without `--filter`"
            )
        small = [blob for blob, size in sizes.items() if size <= most]
        data = _blobs(git.run("cat-file", "--batch", given=_lines(small))) if small else {}
    return {path: data[blob] for path, blob in blobs.items() if blob in data}


def compare(ref: str, paths: Sequence[str]) -> Difference:
    """The working tree that the paths lie in, against the last commit that it has in common with `ref`.

    UsageError where that is not known: no git, no repository, no such revision, no common commit.
    """
    with opened(folder_of(paths[0])) as git:
        difference = _difference(git, ref, git.root, _base(git, ref, paths))
    check_within(difference, paths)
    return difference


def check_within(difference: Difference, paths: Sequence[str]) -> None:
    """UsageError where a path lies outside of the repository."""
    for path in paths:
        if difference.path_of(os.path.realpath(path)) is None:
            raise UsageError(
                f"`{path}` is outside of `{difference.root}`: `--changed` compares within one git repository"
            )


def folder_of(path: str) -> str:
    """The folder that a path is, or is in."""
    return path if os.path.isdir(path) else os.path.dirname(path) or "."  # noqa: PTH112, PTH120


def _base(git: Git, ref: str, paths: Sequence[str]) -> str:
    """The commit to compare with; "" in a repository without any."""
    if ref.startswith("-") or not ref:
        raise UsageError(f"`--changed={ref}` names no revision: write `--changed`, or `--changed=origin/main`")
    head = git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    commit = git.ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if not commit:
        if ref == "HEAD" and not head:
            return ""
        hint = "write a branch, a tag or a commit that this clone has (`git fetch` gets others)"
        if os.path.exists(ref):  # noqa: PTH110 - Path.exists raises for a name that is too long
            hint = f"it is a path: write `--changed=HEAD {ref}`, or `{ref} --changed`"
        raise UsageError(f"`--changed`: git has no revision `{ref}`: {hint}")
    if common := git.ask("merge-base", commit, "HEAD"):
        return common
    if git.ask("rev-parse", "--is-shallow-repository") == "true":
        why = "the clone is shallow: fetch its history (`git fetch --unshallow`; `fetch-depth: 0` in actions/checkout)"
    else:
        why = "name a revision that this branch comes from"
    raise UsageError(f"`--changed`: `{ref}` and HEAD have no commit in common: {why}")


def _difference(git: Git, ref: str, root: str, commit: str) -> Difference:
    tracked: set[str] = set()
    submodules: set[str] = set()
    for entry in entries(git.run("ls-files", "--stage", "-z")):
        about, _, path = entry.partition("\t")
        (submodules if about.startswith(SUBMODULE) else tracked).add(path)
    if not commit:  # all that is there is new
        return Difference(ref, root, "", {}, frozenset(tracked), frozenset(tracked), frozenset(submodules))
    compared = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--ignore-submodules=dirty")
    changed, old = changes(git.run("diff", "--no-ext-diff", "--no-textconv", *compared, commit, "--"), submodules)
    return Difference(ref, root, commit, old, frozenset(changed), frozenset(tracked), frozenset(submodules))


def changes(rows: bytes, submodules: set[str]) -> tuple[set[str], dict[str, str]]:
    """The paths that git's raw rows name, and the blob that each had; submodules are added to those that are known."""
    changed: set[str] = set()
    old: dict[str, str] = {}
    said = iter(entries(rows))
    for row, path in zip(said, said, strict=True):
        mode, _, blob, *_ = row.removeprefix(":").split(" ")
        changed.add(path)
        if mode in FILE_MODES:
            old[path] = blob
        elif mode == SUBMODULE:
            submodules.add(path)
    return changed, old


def entries(said: bytes) -> list[str]:
    """What git ends with NUL each; a name that is not UTF-8 is what it is in findings."""
    return said.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _lines(blobs: Iterable[str]) -> bytes:
    return "".join(f"{blob}\n" for blob in blobs).encode("ascii")


def _blobs(said: bytes) -> dict[str, bytes]:
    """What `git cat-file --batch` answers: for each blob a line with its size, its bytes and a line feed."""
    data = {}
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        blob, _, size = said[at:end].decode("ascii").split(" ")
        data[blob] = said[end + 1 : end + 1 + int(size)]
        at = end + int(size) + 2
    return data
