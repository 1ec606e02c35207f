"""Entries on disk: small sealed files in the user's cache folder, which any run may read, write or lose.

An entry is written beside its place and moved there, so that nobody reads half of one. It begins with a mark that no
other program writes, and a checksum of the rest: one that is damaged is not there. Nothing in it is code.

The folder may hold anything else, and may have been made by anybody. So only files with the mark are deleted, no link
is followed, nothing but regular files is opened, and a folder in which somebody else can write is not used at all.
"""

from __future__ import annotations

import os
import re
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vmlint.digest import blake2b
from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.runtime.cached import cached_property

__all__ = ["Info", "Store", "default_folder"]

_FORMAT = "vmlint-2"
"""The folder of this layout; another layout gets another name, and old ones are pruned as any other entry."""
_LAYOUT = re.compile(r"v1|vmlint-\d+", re.ASCII)
_MARK = b"vmlint cache\n"
_NAME = re.compile(r"[a-z]+-[0-9A-Za-z]+", re.ASCII)
_BESIDE = re.compile(r"\.[a-z]+-[0-9A-Za-z]+\.[0-9a-f]{12}", re.ASCII)
"""An entry that is being written, or was when its run was killed."""
_SEAL = 16
_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n# Made by vmlint: what it holds can be worked out again.\n"
"""Tells backup programs that this is a cache. Source: https://bford.info/cachedir/."""
_MOST_BYTES = 256 * 2**20
"""The size of all entries together, and of the content of one: so much is inflated, whatever an entry holds."""
_OLDEST = 30 * 24 * 3600.0
"""Seconds after which an entry goes that nobody has asked for."""
_ABANDONED = 3600.0
"""Seconds after which a file that is still being written belongs to a run that was ended."""
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


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


class Info(Record):
    """How much is in a store."""

    entries: int
    size: int


class _Entry(Record):
    path: str
    size: int
    used: float


class Store:
    """The entries of a folder, which is made with the first one.

    `trouble` is why the last entry was not written, `refused` why the folder is not used at all; else they are "".
    """

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = folder
        self.trouble = ""
        self._entries = folder / _FORMAT
        self._most_bytes = most_bytes

    @cached_property
    def refused(self) -> str:
        """Why the folder is not used, as a sentence without its end."""
        for folder in (self.folder, self._entries):
            if reason := _unsafe(folder):
                return f"the cache in `{self.folder}` is not used: {reason}"
        return ""

    def get(self, kind: str, key: str) -> bytes | None:
        """The content of an entry, None where there is none that is whole."""
        if self.refused:
            return None
        try:
            sealed = _content(self._path(kind, key))
        except OSError:
            return None
        start = len(_MARK) + _SEAL
        packed = sealed[start:]
        if sealed[:start] != _MARK + _seal(packed):
            return None
        return _inflated(packed)

    def put(self, kind: str, key: str, content: bytes) -> None:
        """Write an entry, over one that may be there. Where that is impossible nothing happens but `trouble`."""
        if self.refused or len(content) > _MOST_BYTES:
            return
        packed = zlib.compress(content, 1)
        path = self._path(kind, key)
        beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
        try:
            self._make()
            try:
                with os.fdopen(os.open(beside, _WRITE, 0o600), "wb") as file:
                    file.write(_MARK + _seal(packed) + packed)
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
        found = [entry for entry in self._found() if _is_own(entry.path)]
        return Info(len(found), sum(entry.size for entry in found))

    def clear(self) -> Info:
        """Delete all entries; what there was. UsageError where they can't be deleted, or the folder is not used."""
        if self.refused:
            raise UsageError(self.refused)
        gone = []
        for entry in self._found():
            if not _is_own(entry.path):
                continue
            try:
                os.unlink(entry.path)  # noqa: PTH108 - an entry of os.scandir
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UsageError(f"can't delete `{entry.path}`: {error.strerror or error}") from error
            gone.append(entry.size)
        return Info(len(gone), sum(gone))

    def _path(self, kind: str, key: str) -> Path:
        return self._entries / f"{kind}-{key}"

    def _make(self) -> None:
        if self._entries.is_dir():
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self._entries):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
        with suppress(FileExistsError), os.fdopen(os.open(self.folder / "CACHEDIR.TAG", _WRITE, 0o600), "wb") as tag:
            tag.write(_TAG)

    def _prune(self) -> None:
        """Delete what nobody asked for in a long time, then the entries that were asked for longest ago, down to the
        size that the folder may have."""
        now = time.time()
        found = sorted(self._found(), key=lambda entry: entry.used, reverse=True)
        size = 0
        for entry in found:
            size += entry.size
            old = _ABANDONED if os.path.basename(entry.path).startswith(".") else _OLDEST  # noqa: PTH119
            if (size > self._most_bytes or now - entry.used > old) and _is_own(entry.path):
                with suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108

    def _found(self) -> Iterator[_Entry]:
        """What has the name of an entry, in folders of this layout and of others."""
        for folder in self._layouts():
            try:
                with os.scandir(folder) as entries:
                    listed = list(entries)
            except OSError:
                continue
            for entry in listed:
                if not _NAME.fullmatch(entry.name) and not _BESIDE.fullmatch(entry.name):
                    continue
                with suppress(OSError):
                    if entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        yield _Entry(entry.path, status.st_size, status.st_mtime)

    def _layouts(self) -> list[str]:
        if self.refused:
            return []
        try:
            with os.scandir(self.folder) as entries:
                return [
                    entry.path
                    for entry in entries
                    if _LAYOUT.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            return []


def _seal(packed: bytes) -> bytes:
    return blake2b(packed, digest_size=_SEAL).digest()


def _content(path: Path | str, most: int = _MOST_BYTES) -> bytes:
    """The bytes of a regular file, which counts as used now. OSError for a link, a pipe, a device, and a larger one."""
    file = os.open(path, _READ)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            raise OSError("no entry")
        parts = []
        while part := os.read(file, 2**20):
            parts.append(part)
        if os.utime in os.supports_fd:
            with suppress(OSError):
                os.utime(file)
        return b"".join(parts)
    finally:
        os.close(file)


def _is_own(path: str) -> bool:
    """Whether vmlint wrote a file: it has the mark, or is what the first layout had, a seal and what it seals.

    One that was to be written when its run was killed may be empty.
    """
    with suppress(OSError):
        file = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                return False
            start = os.read(file, len(_MARK))
        finally:
            os.close(file)
        if start == _MARK or (not start and os.path.basename(path).startswith(".")):  # noqa: PTH119
            return True
        if os.path.basename(os.path.dirname(path)) == "v1":  # noqa: PTH119, PTH120
            sealed = _content(path)
            return sealed[:_SEAL] == _seal(sealed[_SEAL:])
    return False


def _inflated(packed: bytes) -> bytes | None:
    """What was compressed, None where that is damaged or more than an entry may hold."""
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(packed, _MOST_BYTES)
    except (zlib.error, MemoryError):
        return None
    return content if unpacking.eof and not unpacking.unused_data else None


def _unsafe(folder: Path) -> str:
    """Why what is in a folder may be somebody else's, as a clause; "" for one that can't be looked at."""
    try:
        status = os.lstat(folder)
        real = os.path.realpath(folder)
    except OSError:  # whoever writes an entry says why that fails
        return ""
    if stat.S_ISLNK(status.st_mode):
        return "it is a symbolic link" if folder.name != _FORMAT else f"`{_FORMAT}` in it is a symbolic link"
    here = Path.cwd()
    path = Path(os.path.abspath(folder))  # noqa: PTH100 - as it is written: links are the question
    if path.is_relative_to(here) and Path(real) != Path(os.path.realpath(here)) / path.relative_to(here):
        return "a symbolic link leads to it"
    if not hasattr(os, "geteuid"):  # Windows, where folders of users are theirs by default
        return ""
    own = (os.geteuid(), 0)
    if status.st_uid not in own:
        return "it belongs to another user"
    for_all = status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX
    # The group of a user's own has the user's number where systems give each user one.
    for_group = status.st_mode & stat.S_IWGRP and status.st_gid != status.st_uid and not status.st_mode & stat.S_ISVTX
    if stat.S_ISDIR(status.st_mode) and (for_all or for_group):
        return "others can write to it; `chmod go-w` restricts it to you"
    return ""
