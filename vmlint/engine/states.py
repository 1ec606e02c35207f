"""Two states of a repository, opened alike: a commit and the working tree, or two commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from vmlint.config.config import Config
from vmlint.config.file import load_for
from vmlint.engine.files import gather
from vmlint.engine.request import RunRequest
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import Workspace, snapshot_of
from vmlint.record import Record
from vmlint.source.commits import ASKER, Tree, asked_by, compare_commits
from vmlint.source.commits import since as difference_since
from vmlint.source.discover import name_of
from vmlint.source.git import compare
from vmlint.source.read import raw_of

__all__ = ["States", "commits", "folders", "last_commit", "since"]


class States(Record):
    """A repository before and after an edit, and the commit that is compared with."""

    before: Snapshot
    after: Snapshot
    commit: str = ""


def folders(before: Iterable[str | Path], after: Iterable[str | Path], request: RunRequest) -> States:
    """The manifests under some paths, and those under others; the paths of the request count for nothing."""
    then, now = (snapshot_of(request._replace(paths=tuple(map(str, paths)))) for paths in (before, after))
    return States(then, now)


def since(revision: str, request: RunRequest) -> States:
    """The last commit that the working tree has in common with a revision, and the working tree."""
    paths = _paths(request, _config(request))
    workspace = Workspace.open(request._replace(paths=tuple(paths), revision=difference_since(revision, paths)))
    return _states(workspace)


def commits(before: str, after: str, request: RunRequest) -> States:
    """Two commits, whatever the working tree holds. The settings are those of the working tree."""
    settings = _config(request).replace(**request.overrides)
    wanted = _paths(request, settings)
    difference, tree = compare_commits(before, after, wanted)
    beside = gather((), settings, request)
    names = _names(tree, wanted, settings)
    contents = tree.contents(names, settings.max_file_size)
    files = sorted((names[path], Path(tree.root, path), data) for path, data in contents.items())
    raws = tuple(raw_of(files, settings.max_file_size))
    return _states(Workspace(request, settings, wanted, beside._replace(files=raws), difference=difference))


def last_commit(workspace: Workspace, edited: Iterable[str]) -> Snapshot:
    """The last commit of the files of a workspace, whose contents of the files `edited` are not those on disk."""
    with asked_by(ASKER):
        difference = compare("HEAD", workspace.paths)
    _, tree = compare_commits("HEAD", "HEAD", workspace.paths)
    paths = filter(None, map(difference.path_of, edited))
    old = {path: tree.files[path] for path in paths if path in tree.files}
    difference = difference._replace(old={**old, **difference.old}, changed=difference.changed | old.keys())
    return _states(workspace.compared(difference)).before


def _config(request: RunRequest) -> Config:
    return request.config or load_for(request.paths)


def _paths(request: RunRequest, config: Config) -> list[str]:
    return list(request.paths or config.paths or ["."])


def _names(tree: Tree, paths: Sequence[str], settings: Config) -> dict[str, str]:
    """The files of a commit that would be read in the working tree, with the names that they would have there."""
    names = {}
    for path in tree.files:
        full = f"{tree.root}/{path}"
        name = name_of(full, paths, exclude=settings.exclude, root=settings.root, dotted=settings.paths)
        if name is not None:
            names[path] = name
    return names


def _states(workspace: Workspace) -> States:
    with asked_by(ASKER):
        comparison = workspace.snapshot().comparison
    assert comparison is not None
    return States(comparison.before, comparison.after, comparison.difference.commit)
