"""What is analysed of a file while somebody types in it: where a document can't be read, the last one that could.

A key without its colon must not make half of the repository's findings come and go. The lines of the two texts are
brought together by what they have in common at the start and at the end.
"""

from __future__ import annotations

from vmlint.record import Record
from vmlint.source.decode import decode
from vmlint.source.document import Document

__all__ = ["Shift", "StandIn", "is_readable", "stand_in"]


class Shift(Record):
    """Where the lines of one text are in another: the first `head` lines and the last `tail` lines are the same."""

    head: int
    tail: int
    old: int
    new: int

    @classmethod
    def between(cls, old: str, new: str) -> Shift:
        """The shift from the lines of one text to those of another."""
        before, after = old.split("\n"), new.split("\n")
        most = min(len(before), len(after))
        head = next((at for at in range(most) if before[at] != after[at]), most)
        rest = most - head
        tail = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
        return cls(head, tail, len(before), len(after))

    def line(self, line: int) -> int | None:
        """The line, counted from 1, where a line of the old text is in the new one; None for one that changed."""
        if line <= self.head:
            return line
        if line > self.old - self.tail:
            return line + self.new - self.old
        return None

    @property
    def changed(self) -> int:
        """The first line of the new text that differs, counted from 1."""
        return min(self.head + 1, self.new)

    @property
    def back(self) -> Shift:
        """The shift in the other direction."""
        return Shift(self.head, self.tail, self.new, self.old)


class StandIn(Record):
    """The text that is analysed in place of a file's, and where its lines are in the file.

    `shift` is None where the file itself is analysed. `broken` says that a document of the file can't be read.
    """

    text: str
    shift: Shift | None = None
    broken: bool = False


def is_readable(text: str, name: str) -> bool:
    """Whether all documents of a file with this text can be read."""
    return all(one.problem is None for one in decode(text.encode("utf-8", "surrogatepass"), name).documents)


def stand_in(text: str, name: str, good: str | None) -> StandIn:
    """What is analysed of a file with this text, where `good` is its last text that could be read whole."""
    documents = decode(text.encode("utf-8", "surrogatepass"), name).documents
    broken = [one for one in documents if one.problem is not None]
    if not broken:
        return StandIn(text)
    if good is None:
        return StandIn(text, broken=True)
    before = decode(good.encode("utf-8", "surrogatepass"), name).documents
    analysed = _replaced(text, documents, before) or good
    return StandIn(analysed, Shift.between(analysed, text), broken=True)


def _replaced(text: str, documents: tuple[Document, ...], before: tuple[Document, ...]) -> str | None:
    """The text with the last good version of each broken document; None where nobody can say which that is."""
    if len(documents) != len(before) or any(one.column > 1 or one.json for one in (*documents, *before)):
        return None
    lines = text.split("\n")
    for one, was in reversed(list(zip(documents, before, strict=True))):
        if one.problem is not None:
            start = one.line - 1
            lines[start : start + one.text.count("\n")] = was.text.rstrip("\n").split("\n")
    return "\n".join(lines)
