"""Files that are to be rewritten: what changes in them, and how they are written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from vmlint.errors import UsageError
from vmlint.fix.difference import unified
from vmlint.record import Record
from vmlint.source.discover import path_of
from vmlint.source.write import check_place, remove_leftovers, replace_file

__all__ = ["Rewrite", "unwritable", "write_all"]


class Rewrite(Record):
    """A file before and after."""

    file: str
    old: bytes
    new: bytes

    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = (text.decode("utf-8", "replace") for text in (self.old, self.new))
        return unified(old, new, _quoted(f"a/{self.file}"), _quoted(f"b/{self.file}"))

    def write(self) -> None:
        """Put the new content into the file, at once. It keeps its mode, owner and hard links; of a link, the target is
        written.

        Raises UsageError where that fails; then the file is as it was.
        """
        path = path_of(self.file)
        try:
            current = Path(path).read_bytes()
        except OSError as error:
            raise UsageError(f"can't write `{self.file}`: {error.strerror or error}") from error
        if current != self.old:
            raise UsageError(f"`{self.file}` has changed meanwhile, and is not written: run vmlint again")
        replace_file(path, self.new)


def write_all(rewrites: Iterable[Rewrite]) -> None:
    """Write files, and take away what an earlier run left beside them that was killed.

    Raises UsageError at the first that can't be written; those before it are.
    """
    swept = set()
    for rewrite in rewrites:
        folder = os.path.dirname(os.path.realpath(path_of(rewrite.file)))  # noqa: PTH120
        if folder not in swept:
            swept.add(folder)
            remove_leftovers(folder)
        rewrite.write()


def unwritable(file: str) -> str:
    """Why a file can't be written, as a clause; "" where it can."""
    path = path_of(file)
    try:
        check_place(path)
        real = Path(path).resolve()
    except (UsageError, OSError, RuntimeError):
        return "a link leads to it from another repository or folder"
    return "" if os.access(real, os.W_OK) and os.access(real.parent, os.W_OK) else "the file may not be written"


def _quoted(name: str) -> str:
    """A file's name as git and patch read it in a diff: in quotes where it is more than printable characters."""
    if name.isprintable() and not set(name) & {'"', "\\"}:
        return name
    escaped = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in _bytes(name))
    return f'"{"".join(escaped)}"'


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
