"""Which files of a folder have changed on disk, for editors that do not report it: by their times and sizes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from vmlint.server.session import is_read
from vmlint.source.discover import path_of

__all__ = ["Watch"]

_Stamp = tuple[int, int] | None


class Watch:
    """The times and sizes of a folder's files and of the folders that they are in."""

    def __init__(self, root: Path, names: Iterable[str]) -> None:
        self._root = root
        self._files = {name: self._stamp(name) for name in names}
        self._folders = {folder: self._stamp(folder) for folder in {os.path.dirname(name) for name in self._files}}  # noqa: PTH120
        self._folders.setdefault("", self._stamp(""))
        self._listed = {folder: self._entries(folder) for folder in self._folders}

    def has(self, names: Iterable[str]) -> bool:
        """Whether some files are among those that are watched."""
        return all(name in self._files for name in names)

    def changed(self) -> set[str]:
        """The names of what has changed since the last call: files, and folders that came or went."""
        found = set()
        for name, known in self._files.items():
            if (now := self._stamp(name)) != known:
                self._files[name] = now
                found.add(name)
        for folder, known in list(self._folders.items()):
            if (now := self._stamp(folder)) != known:
                self._folders[folder] = now
                entries = self._entries(folder)
                found |= entries ^ self._listed[folder]
                self._listed[folder] = entries
        for name in found:
            self._files.setdefault(name, self._stamp(name))
        return found

    def _stamp(self, name: str) -> _Stamp:
        try:
            status = os.stat(self._root / path_of(name))  # noqa: PTH116
        except (OSError, ValueError):
            return None
        return status.st_mtime_ns, status.st_size

    def _entries(self, folder: str) -> set[str]:
        """The manifests, settings and folders in a folder, by their names from the root."""
        try:
            with os.scandir(self._root / path_of(folder)) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False) or is_read(entry.name)]
        except OSError:
            return set()
        return {f"{folder}/{name}" if folder else name for name in names}
