"""One YAML or JSON document of a file: its value as kubectl decodes it, and where each field stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from vmlint.source.span import Path, Span

__all__ = ["Document", "Duplicate", "Problem", "Skipped", "SourceFile"]


class Problem(NamedTuple):
    """Why a document can't be read. Lines and columns count from 1 in the file."""

    line: int
    column: int
    reason: str


class Duplicate(NamedTuple):
    """A mapping key that stands twice: kubectl keeps the last value without a word. `first_line` has the lost one."""

    path: Path
    span: Span
    first_line: int


class Skipped(NamedTuple):
    """A file or document that was not linted, with the reason. `line` is 0 for a whole file."""

    file: str
    line: int
    reason: str


class Document:
    """A document. `line` is its first line in the file; `data` is None where `problem` says why it can't be read."""

    __slots__ = ("data", "duplicates", "file", "index", "line", "problem", "text")

    file: str
    index: int
    line: int
    text: str
    data: Any
    problem: Problem | None
    duplicates: tuple[Duplicate, ...]

    def span(self, path: Path) -> Span:
        """The field's place: the value of a scalar, else the key (or list item's first line); the nearest existing
        parent where the field is absent."""
        raise NotImplementedError

    def line_text(self, line: int) -> str:
        """The text of a line of the file that lies in this document, without its line break."""
        raise NotImplementedError


class SourceFile(NamedTuple):
    """A file that was read: its documents, and what of it was left out with the reason."""

    file: str
    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]
