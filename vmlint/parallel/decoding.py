"""The files of a run, decoded by several processes. What a worker has decoded is carried over as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from vmlint.parallel.portions import Portions, portions_of
from vmlint.parallel.team import Team, Worker
from vmlint.source.document import Document, Problem, SourceFile
from vmlint.source.read import Raw, decoded
from vmlint.source.waiting import MayWait

__all__ = ["decoded_together"]

_PORTION = 32
"""How many files a process takes at a time."""


def decoded_together(files: Sequence[Raw], may_wait: MayWait | None, team: Team) -> Mapping[str, SourceFile]:
    """The files by their names, but for those with aliases: how many these may add depends on all files. A worker's
    files with skipped parts or keys that appear twice are not among them either: they are few."""
    portions = Portions(team, len(files), _PORTION)
    portions.start(partial(_decode, files=files, may_wait=may_wait))
    found: dict[str, SourceFile] = {}

    def collect(*, wait: bool) -> None:
        for _, rows in portions.told(wait=wait):
            found.update((file.file, file) for file in map(_unpacked, rows))

    for portion in portions.own():
        found.update((file.file, file) for file in _decoded(files, portion, may_wait))
        collect(wait=False)
    collect(wait=True)
    return found


def _decode(worker: Worker, files: Sequence[Raw], may_wait: MayWait | None) -> None:
    """What a worker does."""
    for portion in portions_of(worker):
        worker.tell([_packed(file) for file in _decoded(files, portion, may_wait) if _is_plain(file)])


def _decoded(files: Sequence[Raw], portion: range, may_wait: MayWait | None) -> Iterable[SourceFile]:
    return (file for file in decoded(files[portion.start : portion.stop], may_wait) if not file.aliased)


def _is_plain(file: SourceFile) -> bool:
    """Whether a file consists of documents without keys that appear twice, at none of which vmlint failed."""
    if file.skipped or file.remarks:
        return False
    return all(one.waiting or not (one.duplicates or (one.problem and one.problem.trace)) for one in file.documents)


_Row = tuple[str, Sequence[tuple[dict[str, Any], tuple[int, int, str] | None]]]
"""The name of a file; of each document what it is made of, and its problem."""


def _packed(file: SourceFile) -> _Row:
    return file.file, [(_values(one), _place_and_reason(one)) for one in file.documents]


def _values(document: Document) -> dict[str, Any]:
    values = {name: getattr(document, name) for name in _CARRIED}
    return values if document.waiting else values | {"data": document.data}


_CARRIED = ("index", "line", "text", "json", "column", "joined", "stray", "waiting", "plain")


def _place_and_reason(document: Document) -> tuple[int, int, str] | None:
    problem = None if document.waiting else document.problem
    return (problem.line, problem.column, problem.reason) if problem else None


def _unpacked(row: _Row) -> SourceFile:
    name, rows = row
    documents = [Document(name, **values, problem=Problem(*why) if why else None) for values, why in rows]
    return SourceFile(name, tuple(documents), ())
