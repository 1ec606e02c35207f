"""Where something is in a file."""

from __future__ import annotations

from vmlint.record import Record

__all__ = ["Path", "Span"]

Path = tuple[str | int, ...]
"""Keys and list indexes from a document's root to a value."""


class Span(Record):
    """A stretch of text: lines and columns count from 1 in Unicode code points; the end column is one past the last."""

    line: int
    column: int
    end_line: int
    end_column: int
