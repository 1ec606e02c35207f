"""Two states of a repository, opened alike: a commit and the working tree, or two commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vmlint.config.config import Config
from vmlint.engine.load import Progress, gather
from vmlint.engine.workspace import Gathering, Opened, begin, finish
from vmlint.source.commits import Tree, compare_commits
from vmlint.source.commits import since as difference_since
from vmlint.source.discover import name_of
from vmlint.source.read import raw_of

__all__ = ["States", "commits", "folders", "since"]


class States(NamedTuple):
    """A repository before and after an edit, and the commit that is compared with."""

    before: Opened
    after: Opened
    commit: str = ""


def folders(
    before: Sequence[str | Path],
    after: Sequence[str | Path],
    config: Config,
    overrides: Mapping[str, Any],
    *,
    progress: Progress | None = None,
) -> States:
    """The manifests under some paths, and those under others."""
    then, now = (begin(paths, config, overrides, progress=progress) for paths in (before, after))
    return States(finish(then, progress), finish(now, progress))


def since(
    revision: str,
    paths: Sequence[str],
    config: Config,
    overrides: Mapping[str, Any],
    *,
    progress: Progress | None = None,
) -> States:
    """The last commit that the working tree has in common with a revision, and the working tree."""
    wanted = list(paths) or list(config.paths) or ["."]
    difference = difference_since(revision, wanted)
    gathering = begin(wanted, config, overrides, progress=progress, changed=difference)
    return _states(gathering, progress)


def commits(
    before: str,
    after: str,
    paths: Sequence[str],
    config: Config,
    overrides: Mapping[str, Any],
    *,
    progress: Progress | None = None,
) -> States:
    """Two commits, whatever the working tree holds. The settings are those of the working tree."""
    settings = config.replace(**overrides)
    wanted = list(paths) or list(settings.paths) or ["."]
    difference, tree = compare_commits(before, after, wanted)
    beside = gather(wanted, settings, stdin=None, progress=progress, found=())
    names = _names(tree, wanted, settings)
    held = tree.contents(names, settings.max_file_size)
    files = sorted((names[path], Path(tree.root, path), data) for path, data in held.items())
    raws = tuple(raw_of(files, settings.max_file_size))
    return _states(Gathering(settings, wanted, beside._replace(files=raws), (), difference), progress)


def _names(tree: Tree, paths: Sequence[str], settings: Config) -> dict[str, str]:
    """The files of a commit that would be read in the working tree, with the names that they would have there."""
    names = {}
    for path in tree.files:
        full = f"{tree.root}/{path}"
        name = name_of(full, paths, exclude=settings.exclude, root=settings.root, dotted=settings.paths)
        if name is not None:
            names[path] = name
    return names


def _states(gathering: Gathering, progress: Progress | None) -> States:
    opened = finish(gathering, progress)
    assert opened.past is not None
    return States(opened.past.then, opened.past.now, opened.past.difference.commit)
