"""What a run is asked for: one value, made once and passed whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vmlint.config.config import Config
from vmlint.record import Record

if TYPE_CHECKING:
    from vmlint.source.git import Difference

__all__ = ["Progress", "RunRequest"]

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and how much there is in all (0 where that is not known)."""


class RunRequest(Record):
    """The files and settings of a run, and how it is to go.

    `paths` are files and folders, `-` is standard input; without any, those of the configuration count, else `.`.
    Without a `config` the one that is found above the first path is used; `overrides` change single settings.
    `revision` is the revision of git that the files are compared with, or a difference that is known already.
    `overlay` has the contents of files that count in place of those on disk, by the names of files in findings.
    Without `reuse` every document is decoded and every object judged by itself: for debugging, with the same report.
    """

    paths: tuple[str, ...] = ()
    config: Config | None = None
    overrides: Mapping[str, Any] = {}
    revision: str | Difference | None = None
    overlay: Mapping[str, bytes] = {}
    stdin: BinaryIO | None = None
    progress: Progress | None = None
    reuse: bool = True

    @classmethod
    def of(cls, paths: Iterable[str | Path], config: Config | None = None, **request: Any) -> RunRequest:
        """A request with paths of any sort."""
        return cls(tuple(str(path) for path in paths), config, **request)
