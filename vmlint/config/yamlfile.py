"""A YAML file that a person wrote for vmlint itself: a configuration, a pack of rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vmlint.config.settings import Mistake
from vmlint.errors import ConfigError

__all__ = ["Written", "read_yaml"]


class Written(NamedTuple):
    """What a file holds, the mistakes of its syntax, and the line of a mistake (0 where it can't be told)."""

    data: Any
    mistakes: list[Mistake]
    line: Callable[[Mistake], int]

    def told(self, shown: str, mistakes: list[Mistake]) -> list[str]:
        """The mistakes of the syntax and some others for people, in the order of their lines; `shown` is the file."""
        told = sorted({(self.line(mistake), mistake.text) for mistake in (*self.mistakes, *mistakes)})
        return [f"{shown}{f':{line}' if line else ''}: {text}" for line, text in told]


def read_yaml(shown: str, text: str, what: str) -> Written:
    """The single document of a text. `shown` names the file, and `what` says what it is: "a configuration".

    ConfigError where the text is no YAML, or holds several documents.
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
        Mistake(twice.path, f"`{twice.path[-1]}` stands twice, first in line {twice.first_line}: keep one", key=True)
        for twice in document.duplicates
    ]

    def line(mistake: Mistake) -> int:
        place = document.key_span if mistake.key else document.span
        return place(mistake.path).line

    return Written(document.data, mistakes, line)
