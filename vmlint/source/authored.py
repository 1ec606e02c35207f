"""What a person wrote for vmlint itself, a configuration or a pack of rules: its YAML, and the mistakes in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vmlint.errors import ConfigError
from vmlint.record import Record

__all__ = ["At", "Mistake", "Written", "kind_of_value", "read_yaml", "wrong"]


class Mistake(Record):
    """What is wrong and what to write instead. `path` leads to the value; `key` means that its key is meant."""

    path: tuple[str | int, ...]
    text: str
    key: bool = False


class At:
    """A place in what a person wrote, where a reader reports mistakes.

    `unknown_name` gives what is wrong with the name of a rule ("" for a known one), None where names can't be checked;
    `folder` is where relative paths start, and `within` the folder that they must not leave, None where they may lead
    anywhere.
    """

    __slots__ = ("folder", "mistakes", "path", "unknown_name", "within")

    def __init__(
        self,
        *,
        folder: Path,
        unknown_name: Callable[[str], str] | None = None,
        path: tuple[str | int, ...] = (),
        mistakes: list[Mistake] | None = None,
        within: Path | None = None,
    ) -> None:
        self.folder = folder
        self.within = within
        self.unknown_name = unknown_name
        self.path = path
        self.mistakes = [] if mistakes is None else mistakes

    def __truediv__(self, step: str | int) -> At:
        """The place one step further down."""
        path = (*self.path, step)
        return At(
            folder=self.folder,
            unknown_name=self.unknown_name,
            path=path,
            mistakes=self.mistakes,
            within=self.within,
        )

    @property
    def name(self) -> str:
        """The nearest key, as messages name it."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "configuration")

    def report(self, text: str, *, key: bool = False) -> None:
        """Adds a mistake here; `key` means the key, not its value."""
        self.mistakes.append(Mistake(self.path, text, key))


def kind_of_value(value: Any) -> str:
    """The type of a value in the words of YAML: text, a list, a mapping."""
    if value is None:
        return "nothing"
    words = {bool: "true or false", str: "text", dict: "a mapping", list: "a list"}
    return next((word for kind, word in words.items() if isinstance(value, kind)), "a number")


def wrong(at: At, wanted: str, example: str, value: Any) -> None:
    """Reports a value of the wrong type: what it must be, and how to write it."""
    at.report(f"`{at.name}` must be {wanted}, not {kind_of_value(value)}: write `{example}`")


class Written(Record):
    """What a file holds, the mistakes of its syntax, and the line of a mistake (0 where it is not known)."""

    data: Any
    mistakes: list[Mistake]
    line: Callable[[Mistake], int]

    def messages(self, shown: str, mistakes: Sequence[Mistake] = ()) -> list[str]:
        """The mistakes of the syntax and some others as text, in the order of their lines; `shown` is the file."""
        placed = sorted({(self.line(mistake), mistake.text) for mistake in (*self.mistakes, *mistakes)})
        return [f"{shown}{f':{line}' if line else ''}: {text}" for line, text in placed]


def read_yaml(shown: str, text: str, what: str) -> Written:
    """The single document of a text. `shown` names the file, and `what` is what it should be: "a configuration".

    ConfigError where the text is not valid YAML, or holds several documents.
    """
    from vmlint.source.decode import decode_text

    read = decode_text(text, shown)
    bad = [(document.problem.line, document.problem.reason) for document in read.documents if document.problem]
    bad += [(skipped.line, skipped.reason) for skipped in read.skipped]
    if bad:
        raise ConfigError([f"{shown}:{line}: this can't be read: {reason}" for line, reason in sorted(bad)])
    if len(read.documents) > 1:
        second = read.documents[1].line
        raise ConfigError([f"{shown}:{second}: a second document begins here: {what} is a single one"])
    if not read.documents:
        return Written(None, [], lambda _: 0)
    document = read.documents[0]
    mistakes = [
        Mistake(twice.path, f"`{twice.path[-1]}` appears twice, first in line {twice.first_line}: keep one", key=True)
        for twice in document.duplicates
    ]

    def line(mistake: Mistake) -> int:
        place = document.key_span if mistake.key else document.span
        return place(mistake.path).line

    return Written(document.data, mistakes, line)
