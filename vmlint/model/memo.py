"""Answers that are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Memo"]

_T = TypeVar("_T")


class Memo:
    """Answers to questions about objects, each worked out when it is first asked.

    Objects are distinguished by identity, so each has to live as long as the memo: those of a cluster do, and `keep`
    sees to all others.
    """

    __slots__ = ("_answers", "_kept")

    def __init__(self) -> None:
        self._answers: dict[object, dict[int, Any]] = {}
        self._kept: list[object] = []

    def once(self, question: object, subject: object, answer: Callable[[], _T]) -> _T:
        """The answer to a question about an object."""
        known = self._answers.setdefault(question, {})
        if id(subject) not in known:
            known[id(subject)] = answer()
        found: _T = known[id(subject)]
        return found

    def keep(self, subject: object) -> None:
        """Let an object that was made for a question live as long as the memo, so that no other gets its identity."""
        self._kept.append(subject)

    def know(self, question: object, subject: object, answer: object) -> None:
        """Take an answer from elsewhere."""
        self._answers.setdefault(question, {})[id(subject)] = answer
