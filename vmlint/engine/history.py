"""The files of a run as they were at a commit: those that differ are taken from there, all others as they were read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vmlint.config.config import Config
from vmlint.engine.repository import FilesBefore
from vmlint.source.discover import name_of
from vmlint.source.document import SourceFile
from vmlint.source.git import Difference
from vmlint.source.read import reread

__all__ = ["before"]


def before(difference: Difference, paths: Sequence[str], config: Config) -> FilesBefore:
    """How the files under the paths come to be what they were."""

    def files_before(files: Sequence[SourceFile]) -> list[SourceFile]:
        read = {path: file.file for file in files if (path := difference.path_of(file.file)) is not None}
        names = {}
        for path in difference.old:
            full = f"{difference.root}/{path}"
            name = read.get(path) or name_of(full, paths, exclude=config.exclude, root=config.root, dotted=config.paths)
            if name is not None:
                names[path] = name
        contents = difference.contents(names, config.max_file_size)
        old = [(names[path], Path(difference.root, path), data) for path, data in contents.items()]
        kept = [file for file in files if not difference.has_changed(file.file)]
        return sorted([*kept, *reread(old, config.max_file_size)], key=lambda file: file.file)

    return files_before
