"""From the edits of a fault, in paths of an object as it is applied, to those of the document that writes it."""

from __future__ import annotations

from typing import Any

from vmlint.findings.finding import FileFix
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.resource import Place, Resource, Written
from vmlint.record import Record
from vmlint.rule import Fault
from vmlint.source.discover import STDIN_NAME
from vmlint.source.edit import Edit, Move, Put

__all__ = ["file_fix"]


def file_fix(fault: Fault) -> FileFix | None:
    """The edits of a fault where the first of them is written; None for a fault without any."""
    if fault.how is None or not isinstance(fault.place, Place):
        return None
    resource = fault.place.resource
    primary = fault.edits[0].path
    known = primary[: _present(resource.data, primary)]
    written = resource.written(known)
    frame = _Frame.of(written, known)
    moved = [frame.edit(edit) for edit in fault.edits]
    edits = tuple(edit for edit in moved if edit is not None)
    document = written.document
    return FileFix(document.file, document.index, edits, fault.how, _obstacle(resource, written, known, moved))


class _Frame(Record):
    """A part of an object and the part of a document that writes it: `head` of the one is `root` of the other."""

    head: Path
    root: Path

    @classmethod
    def of(cls, written: Written, path: Path) -> _Frame:
        """The largest part around a field that looks the same in both."""
        tail = 0
        while tail < min(len(path), len(written.path)) and path[-1 - tail] == written.path[-1 - tail]:
            tail += 1
        return cls(path[: len(path) - tail], written.path[: len(written.path) - tail])

    def edit(self, edit: Edit) -> Edit | None:
        """The edit with the document's paths, None where it goes beyond the part."""
        size = len(self.head)
        paths = [edit.path, edit.to] if isinstance(edit, Move) else [edit.path]
        least = size if isinstance(edit, Put) else size + 1
        if any(path[:size] != self.head or len(path) < least for path in paths):
            return None
        there = [(*self.root, *path[size:]) for path in paths]
        return Move(there[0], there[1]) if isinstance(edit, Move) else edit._replace(path=there[0])


def _obstacle(resource: Resource, written: Written, known: Path, edits: list[Edit | None]) -> str:
    document = written.document
    if document.file == STDIN_NAME:
        return "it comes from standard input"
    if not resource.linted or not document.text:
        return "it is not in a file that is linted"
    if document.inside:
        return "it is in a text inside another document"
    if None in edits:
        return "a patch writes a part of it"
    if get(document.data, *written.path) != get(resource.data, *known):
        return "its file has another value than the object that is applied"
    return ""


def _present(data: Any, path: Path) -> int:
    """How many steps of a path are there."""
    for depth, step in enumerate(path):
        if isinstance(step, str):
            if not isinstance(data, dict) or step not in data:
                return depth
        elif not isinstance(data, list) or step >= len(data):
            return depth
        data = data[step]
    return len(path)
