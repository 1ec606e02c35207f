"""Files written at once: whoever reads one meets its old content or its new content, never a part of either.

The content goes into a file without a name, or a hidden one beside the target, which then takes the target's place. A
full disk, a kill or a power failure on the way leaves the old file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from pathlib import Path

from vmlint.errors import UsageError
from vmlint.runtime.pattern import late
from vmlint.source.boundary import escape

__all__ = ["check_place", "remove_leftovers", "replace_file"]

_DEVICES = ("/dev/", "/proc/")
_BESIDE = late(r"\.vmlint-[0-9a-f]{16}\.tmp")
_ABANDONED = 60.0
"""Seconds after which a file that is still being written belongs to a run that was killed."""
_IN_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV)
"""What the folder of a file that may be written answers: it belongs to somebody else, or the file is a mount."""


def check_place(file: str, verb: str = "write") -> None:
    """UsageError where a link leads from the file's repository to another place.

    The repository may come from anybody: a link in it must not choose which file of the machine is overwritten.
    """
    if (found := escape(file, without_repository=True)) is not None:
        raise UsageError(
            f"can't {verb} `{file}`: a link leads from `{found.folder}` to `{found.target}`; remove the link, or name "
            "the file that it leads to"
        )


def replace_file(file: str, content: bytes) -> None:
    """Write a file. It keeps its mode, owner, attributes and hard links; a link stays a link, its target is written.

    A pipe or a device gets the content as it is. Raises UsageError where the file leads out of its repository or can't
    be written; its content is then the old one.
    """
    try:
        check_place(file)
        if os.path.abspath(file).startswith(_DEVICES):  # noqa: PTH100 - a link to what the caller has opened
            Path(file).write_bytes(content)
            return
        path = Path(os.path.realpath(file))
        old = path.stat() if path.exists() else None
        if old is not None and not stat.S_ISREG(old.st_mode):
            path.write_bytes(content)
        elif old is not None and old.st_nlink > 1:
            _overwrite(path, content)
        else:
            _replace(path, content, old)
    except OSError as error:
        raise UsageError(f"can't write `{file}`: {error.strerror or error}") from error


def remove_leftovers(folder: str) -> None:
    """Delete what a run left in a folder that was killed between writing a file and putting it in its place."""
    now = time.time()
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _BESIDE.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and now - status.st_mtime > _ABANDONED:
                    os.unlink(entry.path)  # noqa: PTH108 - an entry of os.scandir


def _replace(path: Path, content: bytes, old: os.stat_result | None) -> None:
    if old is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _swap(folder, path, content, old)
        finally:
            os.close(folder)
    except OSError as error:
        if old is None or error.errno not in _IN_PLACE:
            raise
        _overwrite(path, content)


def _swap(folder: int, path: Path, content: bytes, old: os.stat_result | None) -> None:
    beside = f".vmlint-{os.urandom(8).hex()}.tmp"
    fresh, has_name = _opened(folder, beside)
    try:
        with os.fdopen(fresh, "wb") as opened:
            opened.write(content)
            opened.flush()
            if old is not None:
                _take_over(path, old, fresh)
                os.fsync(fresh)
            if not has_name:
                # With a folder's descriptor `os.link` follows the link in /proc, without one it would not.
                os.link(f"/proc/self/fd/{fresh}", beside, src_dir_fd=folder, dst_dir_fd=folder)
                has_name = True
        os.replace(beside, path.name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        if has_name:
            with contextlib.suppress(OSError):
                os.unlink(beside, dir_fd=folder)
        raise


def _opened(folder: int, beside: str) -> tuple[int, bool]:
    """A new file in the folder, and whether it has a name: one without leaves nothing behind when vmlint is killed."""
    if hasattr(os, "O_TMPFILE") and os.path.isdir("/proc/self/fd"):  # noqa: PTH112
        with contextlib.suppress(OSError):
            return os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o666, dir_fd=folder), False
    return os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666, dir_fd=folder), True


def _take_over(path: Path, old: os.stat_result, fresh: int) -> None:
    """Give a new file the owner, mode and attributes of the old one. PermissionError where the owner can't be kept."""
    now = os.fstat(fresh)
    if (now.st_uid, now.st_gid) != (old.st_uid, old.st_gid):
        os.fchown(fresh, old.st_uid, old.st_gid)
    os.fchmod(fresh, stat.S_IMODE(old.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(path):
                os.setxattr(fresh, name, os.getxattr(path, name))


def _overwrite(path: Path, content: bytes) -> None:
    """Write into the file itself, where another name or the folder's owner allows nothing else. The space is taken
    first: a full disk leaves the old content."""
    with path.open("r+b") as opened:
        size = os.fstat(opened.fileno()).st_size
        if len(content) > size and hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(opened.fileno(), size, len(content) - size)
            except OSError as error:
                opened.truncate(size)
                if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):  # not supported there
                    raise
        opened.write(content)
        opened.truncate(len(content))
