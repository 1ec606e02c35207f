"""Answers that are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Memo"]

_S = TypeVar("_S")
_T = TypeVar("_T")
_UNASKED: Any = object()


class Memo:
    """Answers to questions about objects, each worked out when it is first asked.

    Objects are distinguished by identity, so each has to live as long as the memo: those of a cluster do, and `keep`
    sees to all others.
    """

    __slots__ = ("_answers", "_kept")

    def __init__(self) -> None:
        self._answers: dict[object, dict[int, Any]] = {}
        self._kept: list[object] = []

    def question(self, name: object, answer: Callable[[_S], _T]) -> Callable[[_S], _T]:
        """A function of an object whose answers are worked out once."""
        known: dict[int, Any] = self._answers.setdefault(name, {})
        lookup = known.get

        def ask(subject: _S) -> _T:
            found: _T = lookup(id(subject), _UNASKED)
            if found is _UNASKED:
                found = known[id(subject)] = answer(subject)
            return found

        return ask

    def once(self, question: object, subject: object, answer: Callable[[], _T]) -> _T:
        """The answer to a question about an object."""
        known = self._answers.setdefault(question, {})
        found: _T = known.get(id(subject), _UNASKED)
        if found is _UNASKED:
            found = known[id(subject)] = answer()
        return found

    def keep(self, subject: object) -> None:
        """Let an object that was made for a question live as long as the memo, so that no other gets its identity."""
        self._kept.append(subject)

    def know(self, question: object, subject: object, answer: object) -> None:
        """Take an answer from elsewhere."""
        self._answers.setdefault(question, {})[id(subject)] = answer

    def forget(self, question: object, subject: object) -> None:
        """Work the answer out anew when it is next asked."""
        self._answers.get(question, {}).pop(id(subject), None)
