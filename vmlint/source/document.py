"""One YAML or JSON document of a file: its value as kubectl decodes it, and where each field is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmlint.record import Record
from vmlint.source.span import Path, Span

if TYPE_CHECKING:
    from vmlint.source.positions import Positions

__all__ = ["Document", "Duplicate", "Problem", "Skipped", "SourceFile"]

_MOST_WALKED = 20_000
"""How many lines the walks to the places of a document may take, all together."""


class Problem(Record):
    """Why a document can't be read. Lines and columns count from 1 in the file.

    `trace` is the traceback where vmlint itself failed; "" where the document is at fault.
    """

    line: int
    column: int
    reason: str
    trace: str = ""

    @classmethod
    def of(cls, index: int, reason: str, text: str, line: int, column: int) -> Problem:
        """A problem at an index of a document's text, which begins at that line and column of the file."""
        row = text.count("\n", 0, index)
        return cls(line + row, index - text.rfind("\n", 0, index) + (0 if row else column - 1), reason)


class Duplicate(Record):
    """A mapping key that appears twice: kubectl keeps the last value without a word. `first_line` has the lost one."""

    path: Path
    span: Span
    first_line: int


class Skipped(Record):
    """A file or document that was not linted, with the reason. `line` is 0 for a whole file."""

    file: str
    line: int
    reason: str


class Document:
    """A document. `line` is its first line in the file; `data` is None if it can't be read; `problem` is the reason.

    `index` counts the file's documents from 0, empty ones left out. `text` is the document's own text, its line breaks
    as line feeds; it begins at `column` of its line, 1 but for JSON values that share a line. `json` means that kubectl
    read it as JSON. `joined` means that no separator is between this document and the one before: kubectl reads the two
    as one. `inside` means that it is a text in another document, `plain` that it is in plain block YAML, `stray` that
    a document with a problem is probably not a manifest. `waiting` is the kind of object of a document that is not
    decoded yet. Positions are worked out when the first one is asked for.
    """

    __slots__ = (
        "_positions",
        "_rows",
        "_walked",
        "column",
        "data",
        "duplicates",
        "file",
        "index",
        "inside",
        "joined",
        "json",
        "line",
        "plain",
        "problem",
        "stray",
        "text",
        "waiting",
    )

    file: str
    index: int
    inside: bool
    line: int
    text: str
    data: Any
    problem: Problem | None
    duplicates: tuple[Duplicate, ...]
    json: bool
    column: int
    waiting: str
    joined: bool
    stray: bool
    plain: bool

    def __init__(
        self,
        file: str,
        index: int,
        line: int,
        text: str,
        data: Any = None,
        *,
        problem: Problem | None = None,
        repeated: bool = False,
        json: bool = False,
        column: int = 1,
        joined: bool = False,
        stray: bool = False,
        waiting: str = "",
        plain: bool = False,
        inside: bool = False,
    ) -> None:
        """A document of a file; `repeated` means that some mapping key appears twice in it.

        One that is `waiting` is decoded when its data, its problem or its duplicates are first asked for.
        """
        self.file = file
        self.index = index
        self.line = line
        self.text = text
        self.json = json
        self.column = column
        self.joined = joined
        self.inside = inside
        self.stray = stray
        self._positions: Positions | None = None
        self._rows: list[str] | None = None
        self._walked = 0
        self.plain = plain
        self.waiting = waiting
        if not waiting:
            self._decoded(data, problem, repeated)

    def _decoded(self, data: Any, problem: Problem | None, repeated: bool) -> None:
        self.waiting = ""
        self.data = data
        self.problem = problem
        self.duplicates = self._find_duplicates() if repeated else ()

    def __getattr__(self, name: str) -> Any:
        """What a waiting document does not have yet."""
        if name not in ("data", "problem", "duplicates"):
            raise AttributeError(name)
        self.decode()
        return getattr(self, name)

    def decode(self) -> None:
        """Decode a document that waits."""
        from vmlint.source.builder import build
        from vmlint.source.built import Plain
        from vmlint.source.problems import Unreadable

        try:
            built = build(self.text)
        except Unreadable as error:
            self._decoded(None, Problem.of(error.index, error.reason, self.text, self.line, self.column), False)
        else:
            self.plain = isinstance(built, Plain)
            self._decoded(built.data, None, built.repeated)

    def __repr__(self) -> str:
        return f"<document {self.index} of {self.file}, line {self.line}>"

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        """Everything but the positions, which are cheaper to work out again than to carry along."""
        state = {name: getattr(self, name) for name in self.__slots__}
        state["_positions"] = state["_rows"] = None
        return None, state

    def span(self, path: Path) -> Span:
        """The field's place: the value of a scalar, else the key (or list item's first line); the nearest existing
        parent where the field is absent.

        A place is always on one line: of a value over several lines it is the first one. `()` is the first line of the
        document's content.
        """
        return self._place(path) if self._is_quickly_walked() else self._places().span(path)

    def key_span(self, path: Path) -> Span:
        """The place of the field's key; for a list item its first key, or its first line where it has none."""
        return self._place(path, key=True) if self._is_quickly_walked() else self._places().key_span(path)

    def extent(self, path: Path) -> tuple[int, int]:
        """The first and the last line of the field: from its key to the end of its value.

        Of an absent field, and of the document itself, the line of its `span`.
        """
        return self._places().extent(path)

    def path_at(self, line: int, column: int) -> tuple[Path, bool, bool]:
        """The innermost field at a place of the file; whether the place is on its key; whether it is on a word at all,
        the key or the value of a scalar."""
        return self._places().path_at(line, column)

    def line_text(self, line: int) -> str:
        """The text of a line of the file that lies in this document, without its line break; "" for another line, and
        for a first line that begins before the document."""
        row = line - self.line
        rows = self._lines()
        return rows[row] if 0 <= row < len(rows) and (row or self.column == 1) else ""

    def forget_places(self) -> None:
        """Keep the positions no longer, which take several times the memory of the text."""
        self._positions = self._rows = None
        self._walked = 0

    def _lines(self) -> list[str]:
        if self._rows is None:
            self._rows = self.text.split("\n")
        return self._rows

    def _is_quickly_walked(self) -> bool:
        """Whether a walk down the lines still costs less than to note all places at once."""
        if not self.plain or self._positions is not None:
            return False
        self._walked += len(self._lines())
        return self._walked < _MOST_WALKED

    def _place(self, path: Path, *, key: bool = False) -> Span:
        from vmlint.source.places import place

        row, start, end = place(self._lines(), path, key=key)
        line, shift = self.line + row, 1 if row else self.column
        return Span(line, start + shift, line, end + shift)

    def _places(self) -> Positions:
        if self._positions is None:
            from vmlint.source.positions import Positions

            self._positions = Positions(self.text, self.line, column=self.column, json=self.json)
        return self._positions

    def _find_duplicates(self) -> tuple[Duplicate, ...]:
        places = self._places()
        return tuple(
            Duplicate(repeat.path, places.line_of(repeat.key), places.line_of(repeat.before).line)
            for repeat in places.repeats
        )


class SourceFile(Record):
    """A file that was read: its documents, and what of it was left out with the reason.

    `remarks` are documents of comments alone that speak to vmlint. `aliased` is how many values aliases have added.
    """

    file: str
    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]
    remarks: tuple[Document, ...] = ()
    aliased: int = 0
