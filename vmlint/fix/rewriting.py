"""Files that are to be written anew: what changes in them, and how they come to the disk."""

from __future__ import annotations

import os
import stat
import tempfile
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from vmlint.errors import UsageError

__all__ = ["Rewrite", "unwritable"]


class Rewrite(NamedTuple):
    """A file before and after."""

    file: str
    old: bytes
    new: bytes

    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (self.old, self.new))
        lines = unified_diff(old, new, f"a/{self.file}", f"b/{self.file}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Put the new content into the file, at once and with its old mode. A link stays one: its target is written.

        Raises UsageError where that fails; then the file is as it was.
        """
        path = Path(self.file).resolve()
        try:
            if path.read_bytes() != self.old:
                raise UsageError(f"`{self.file}` has changed meanwhile, and is left as it is: run vmlint again")
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            fresh = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(self.new)
                fresh.chmod(stat.S_IMODE(path.stat().st_mode))
                fresh.replace(path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UsageError(f"can't write `{self.file}`: {error.strerror or error}") from error


def unwritable(file: str) -> str:
    """Why a file can't be written, as a clause; "" where it can."""
    real = Path(file).resolve()
    return "" if os.access(real, os.W_OK) and os.access(real.parent, os.W_OK) else "the file may not be written"
