"""Entries on disk: small sealed files in the user's cache folder, which any run may read, write or lose.

An entry is written beside its place and moved there, so that nobody reads half of one. It begins with a checksum of the
rest: one that is damaged is not there. Nothing in it is code.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from vmlint.errors import UsageError

__all__ = ["Info", "Store", "default_folder"]

_FORMAT = "v1"
"""The folder of this layout; another layout gets another name, and old ones are pruned as any other entry."""
_SEAL = 16
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by vmlint: what it holds can be worked out again.\n"
"""Tells backup programs that this is a cache. Source: https://bford.info/cachedir/."""
_MOST_BYTES = 256 * 2**20
_OLDEST = 30 * 24 * 3600.0
"""Seconds after which an entry goes that nobody has asked for."""
_ABANDONED = 3600.0
"""Seconds after which a file that is still being written belongs to a run that was ended."""


def default_folder() -> Path | None:
    """Where the cache lies: `VMLINT_CACHE_DIR`, else vmlint's folder among the user's caches, as the system has them.

    None where the user has no such place.
    """
    if named := os.environ.get("VMLINT_CACHE_DIR"):
        return Path(named)
    from platformdirs import user_cache_path

    try:
        return user_cache_path("vmlint", appauthor=False)
    except (OSError, RuntimeError):  # no home
        return None


class Info(NamedTuple):
    """How much is in a store."""

    entries: int
    size: int


class _Entry(NamedTuple):
    path: str
    size: int
    used: float


class Store:
    """The entries of a folder, which is made with the first one. `trouble` is why the last one was not written."""

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = folder
        self.trouble = ""
        self._entries = folder / _FORMAT
        self._most_bytes = most_bytes

    def get(self, kind: str, key: str) -> bytes | None:
        """The content of an entry, None where there is none that is whole."""
        path = self._path(kind, key)
        try:
            sealed = path.read_bytes()
        except OSError:
            return None
        packed = sealed[_SEAL:]
        if sealed[:_SEAL] != _seal(packed):
            return None
        with suppress(OSError):
            os.utime(path)
        try:
            return zlib.decompress(packed)
        except zlib.error:
            return None

    def put(self, kind: str, key: str, content: bytes) -> None:
        """Write an entry, over one that may be there. Where that is impossible nothing happens but `trouble`."""
        packed = zlib.compress(content, 1)
        path = self._path(kind, key)
        beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
        try:
            self._make()
            try:
                beside.write_bytes(_seal(packed) + packed)
                beside.replace(path)
            finally:
                with suppress(OSError):
                    beside.unlink()
        except OSError as error:
            self.trouble = f"the cache in `{self.folder}` can't be written: {error.strerror or error}"
            return
        self._prune()

    def info(self) -> Info:
        """How many entries there are, and their size in bytes."""
        found = list(self._found())
        return Info(len(found), sum(entry.size for entry in found))

    def clear(self) -> Info:
        """Delete all entries; what there was. UsageError where they can't be deleted."""
        before = self.info()
        for entry in self._found():
            try:
                os.unlink(entry.path)  # noqa: PTH108 - an entry of os.scandir
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UsageError(f"can't delete `{entry.path}`: {error.strerror or error}") from error
        return before

    def _path(self, kind: str, key: str) -> Path:
        return self._entries / f"{kind}-{key}"

    def _make(self) -> None:
        if not self._entries.is_dir():
            self._entries.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / "CACHEDIR.TAG").write_text(_TAG, "utf-8")

    def _prune(self) -> None:
        """Delete what nobody asked for in a long time, then the entries that were asked for longest ago, down to the
        size that the folder may have."""
        now = time.time()
        found = sorted(self._found(), key=lambda entry: entry.used, reverse=True)
        size = 0
        for entry in found:
            size += entry.size
            old = _ABANDONED if os.path.basename(entry.path).startswith(".") else _OLDEST  # noqa: PTH119
            if size > self._most_bytes or now - entry.used > old:
                with suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108

    def _found(self) -> Iterator[_Entry]:
        """The entries of this layout and of others."""
        for folder in self._layouts():
            try:
                with os.scandir(folder) as entries:
                    listed = list(entries)
            except OSError:
                continue
            for entry in listed:
                with suppress(OSError):
                    if entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        yield _Entry(entry.path, status.st_size, status.st_mtime)

    def _layouts(self) -> list[str]:
        try:
            with os.scandir(self.folder) as entries:
                return [
                    entry.path
                    for entry in entries
                    if entry.name[:1] == "v" and entry.name[1:].isdigit() and entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            return []


def _seal(packed: bytes) -> bytes:
    return blake2b(packed, digest_size=_SEAL).digest()
