"""Addresses of files, and the names that findings have for them."""

from __future__ import annotations

import os
from pathlib import Path

from pygls.uris import from_fs_path, to_fs_path

from vmlint.source.discover import path_of

__all__ = ["name_in", "path_of_uri", "uri_of"]


def path_of_uri(uri: str) -> Path | None:
    """The path of a `file:` address, None for any other."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return Path(path) if path else None


def uri_of(root: Path, name: str) -> str:
    """The address of a file by its name in findings, which starts at a folder."""
    path = os.path.normpath(root / path_of(name))
    return from_fs_path(path) or Path(path).as_uri()


def name_in(root: Path, path: Path) -> str:
    """The name of a file in findings: relative to a folder, with `/` between the parts."""
    return os.path.relpath(path, root).replace(os.sep, "/")
