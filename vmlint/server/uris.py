"""Addresses of files, and the names that findings have for them."""

from __future__ import annotations

import os
from pathlib import Path

from pygls.uris import from_fs_path, to_fs_path

from vmlint.source.discover import path_of

__all__ = ["name_in", "path_of_uri", "repository_of", "uri_of"]


def path_of_uri(uri: str) -> Path | None:
    """The absolute path of a `file:` address, None for any other."""
    try:
        path = to_fs_path(uri) if uri.startswith("file:") else None
    except ValueError:  # it is no address
        return None
    if not path or "\0" in path or not os.path.isabs(path):  # noqa: PTH117 - what is no path has no methods
        return None
    return Path(os.path.normpath(path))


def uri_of(root: Path, name: str) -> str:
    """The address of a file by its name in findings, which starts at a folder."""
    path = os.path.normpath(root / path_of(name))
    return from_fs_path(path) or Path(path).as_uri()


def name_in(root: Path, path: Path) -> str:
    """The name of a file in findings: relative to a folder, with `/` between the parts."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def repository_of(path: Path) -> Path | None:
    """The repository that a file is in; None for one in none."""
    return next((folder for folder in path.parents if os.path.exists(folder / ".git")), None)  # noqa: PTH110 - long names
