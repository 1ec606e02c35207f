"""Paths to documents: finds the files, reads each, and decodes it."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from vmlint.errors import described
from vmlint.record import Record
from vmlint.source.built import MAX_ALIASED
from vmlint.source.decode import decode
from vmlint.source.discover import Found, discover, why
from vmlint.source.document import Document, Problem, Skipped, SourceFile
from vmlint.source.template import reason_of_template
from vmlint.source.waiting import MayWait

__all__ = ["DEFAULT_MAX_BYTES", "Raw", "decoded", "raw_of", "read", "read_raw", "reread"]

DEFAULT_MAX_BYTES = 16 * 1024 * 1024
"""The largest file that is read. No manifest comes near it: etcd takes objects up to 1.5 MiB."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_ALIASED = 10 * MAX_ALIASED
"""The most values that aliases may add in all files together."""

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # Windows would change line ends
_PIECE = 64 * 1024
"""How many bytes are read at a time: most files are smaller."""

_BASELINE = b'{\n  "version": 1,\n  "findings": ['
"""How a baseline begins that vmlint wrote: it lies beside the manifests, and may be larger than any of them."""

_SAMPLE = 8192
"""How many bytes are looked at to tell a binary file, as git does."""


class Raw(Record):
    """A file as it was read and not decoded yet.

    `chart` is the Helm chart that it lies in, where that matters. `outcome` is what there is instead of bytes: a
    problem, or why the file was skipped. `named` means that the user named the file: it then has problems whatever it
    contains.
    """

    name: str
    data: bytes
    chart: str = ""
    outcome: SourceFile | None = None
    named: bool = False


def read(
    paths: Iterable[str],
    *,
    exclude: Sequence[str] = (),
    root: str = "",
    max_bytes: int = DEFAULT_MAX_BYTES,
    stdin: BinaryIO | None = None,
    may_wait: MayWait | None = None,
    overlay: Mapping[str, bytes] | None = None,
) -> Iterator[SourceFile]:
    """The files under the paths, in order of their names, each with its documents. See `discover` for which they are.

    A file that can't be read is one document with the problem: one larger than `max_bytes`, one without permission, a
    named one that is binary. Binary files that a directory holds, templates, and files that vanish meanwhile are
    listed as skipped. `-` is read from `stdin`, by default the standard input. `may_wait`: see `decode`. `overlay` has
    the contents of files that count in the place of those on disk.

    Raises UsageError, before anything is read, for a path that does not exist.
    """
    found = discover(paths, exclude=exclude, root=root)
    yield from decoded(read_raw(found, max_bytes=max_bytes, stdin=stdin, overlay=overlay), may_wait)


def read_raw(
    files: Iterable[Found | Skipped],
    *,
    max_bytes: int = DEFAULT_MAX_BYTES,
    stdin: BinaryIO | None = None,
    overlay: Mapping[str, bytes] | None = None,
) -> Iterator[Raw]:
    """The same for files that `discover` has found already, not decoded yet."""
    reader = _Reader(max_bytes, stdin)
    known = overlay or {}
    for found in files:
        if isinstance(found, Skipped):
            yield Raw(found.file, b"", outcome=SourceFile(found.file, (), (found,)))
        else:
            yield reader.file(found, known.get(found.name))


def raw_of(files: Iterable[tuple[str, Path, bytes]], max_bytes: int = DEFAULT_MAX_BYTES) -> Iterator[Raw]:
    """Files with other bytes than they have now, not decoded yet: each with its name and its path."""
    reader = _Reader(max_bytes)
    yield from (reader.file(Found(name, str(path), False), data) for name, path, data in files)


def reread(files: Iterable[tuple[str, Path, bytes]], max_bytes: int = DEFAULT_MAX_BYTES) -> Iterator[SourceFile]:
    """Files with other bytes than they have now, as `read` would give them: each with its name and its path."""
    yield from decoded(raw_of(files, max_bytes))


def decoded(
    files: Iterable[Raw],
    may_wait: MayWait | None = None,
    known: Callable[[str], SourceFile | Mapping[int, str] | None] = lambda _: None,
) -> Iterator[SourceFile]:
    """The files with their documents. Of some by name, the documents or their kinds are known; see `decode`."""
    left = _MOST_ALIASED
    for raw in files:
        if raw.outcome is not None:
            yield raw.outcome
            continue
        earlier = known(raw.name)
        if isinstance(earlier, SourceFile):
            left -= earlier.aliased
            yield earlier
            continue
        try:
            file = decode(
                raw.data,
                raw.name,
                chart=raw.chart,
                may_wait=may_wait,
                most_aliased=min(left, MAX_ALIASED),
                known=earlier,
                named=raw.named,
            )
        except MemoryError:
            raise
        except Exception as error:
            file = _failed(raw.name, error)
        left -= file.aliased
        yield file


class _Reader:
    """Reads one file after the other."""

    def __init__(self, max_bytes: int, stdin: BinaryIO | None = None) -> None:
        self._max_bytes = max_bytes
        self._stdin = stdin
        self._charts = _Charts()

    def file(self, found: Found, known: bytes | None) -> Raw:
        """A file, whose bytes may be known."""
        try:
            data = _bytes(found, self._max_bytes, self._stdin) if known is None else known
        except FileNotFoundError:
            return _skipped(found, "gone since the folder was listed")
        except OSError as error:
            return _unreadable(found, f"the file can't be read: {why(error)}")
        if len(data) > self._max_bytes:
            size = f"{self._max_bytes / 1024 / 1024:.4g} MiB"
            if not found.named and data.startswith(_BASELINE):
                return _skipped(found, f"a baseline of vmlint, larger than {size}")
            return _unreadable(found, f"the file is larger than {size}, the maximum: split it or raise the limit")
        if b"\0" in data[:_SAMPLE] and not data.startswith(_UTF16):
            reason = "a binary file: it contains NUL bytes, and no byte-order mark of UTF-16"
            return _unreadable(found, reason) if found.named else _skipped(found, reason)
        chart = self._charts.of(found.path) if found.path is not None and b"{{" in data else None
        if chart is not None and chart.templates:
            return _skipped(found, reason_of_template("", chart.name))
        return Raw(found.name, data, chart.name if chart else "", None, found.named)


def _bytes(found: Found, max_bytes: int, stdin: BinaryIO | None) -> bytes:
    """The file's bytes, at most one more than are allowed."""
    if found.path is None:
        return (stdin or sys.stdin.buffer).read(max_bytes + 1)
    parts = []
    left = max_bytes + 1
    file = os.open(found.path, _FLAGS)  # a file object costs as much as all the rest
    try:
        while left > 0 and (part := os.read(file, min(left, _PIECE))):
            parts.append(part)
            left -= len(part)
    finally:
        os.close(file)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _skipped(found: Found, reason: str) -> Raw:
    return Raw(found.name, b"", outcome=SourceFile(found.name, (), (Skipped(found.name, 0, reason),)))


def _unreadable(found: Found, reason: str) -> Raw:
    document = Document(found.name, 0, 1, "", problem=Problem(1, 1, reason))
    return Raw(found.name, b"", outcome=SourceFile(found.name, (document,), ()))


def _failed(name: str, error: Exception) -> SourceFile:
    """A file at which vmlint itself fails: the run goes on without it."""
    import traceback

    problem = Problem(1, 1, described(error), "".join(traceback.format_exception(error)))
    return SourceFile(name, (Document(name, 0, 1, "", problem=problem),), ())


class _Chart:
    """A Helm chart: the name of its directory, and whether the file in question is one of its templates."""

    def __init__(self, name: str, templates: bool) -> None:
        self.name = name
        self.templates = templates


class _Charts:
    """The Helm charts of the directories, each looked up once."""

    def __init__(self) -> None:
        self._directories: dict[Path, Path | None] = {}

    def of(self, name: str) -> _Chart | None:
        """The chart that a file lies in, if a `Chart.yaml` is beside or above it."""
        file = Path(os.path.abspath(name))  # noqa: PTH100 - links stay what they are
        directory = self._chart(file.parent)
        if directory is None:
            return None
        return _Chart(_name(directory), file.relative_to(directory).parts[0] == "templates")

    def _chart(self, directory: Path) -> Path | None:
        asked = []
        found = None
        for parent in (directory, *directory.parents):
            if parent in self._directories:
                found = self._directories[parent]
                break
            asked.append(parent)
            if os.path.isfile(parent / "Chart.yaml"):  # noqa: PTH113 - Path.is_file raises without permission
                found = parent
                break
        self._directories.update(dict.fromkeys(asked, found))
        return found


def _name(directory: Path) -> str:
    here = Path.cwd()
    return directory.relative_to(here).as_posix() if directory.is_relative_to(here) else directory.as_posix()
