"""What a rule of a pack asks of an object, and the answers: it holds, it does not, or the files don't tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.field import Path, render
from vmlint.model.resource import Place
from vmlint.packs.operators import Test
from vmlint.packs.query import Match, Query, TooLarge
from vmlint.packs.template import ABSENT, shown
from vmlint.packs.view import View
from vmlint.packs.way import End, Way, follow
from vmlint.record import Record
from vmlint.world import World

__all__ = ["Condition", "Item", "Verdict", "any_of"]

_VARIABLE = "its value contains a variable or is encrypted"


class Item(Record):
    """A value in which relative paths start, and where it is; the whole object mostly."""

    path: Path
    value: Any


class Verdict(Record):
    """An answer: `holds` is None where the files don't tell, and `reason` is why.

    `field` and `value` are what the condition looked at (None where there is nothing), `seen` is the object that it
    looked at. `put` is where a finding would be shown, None for nowhere, with the way there.
    """

    holds: bool | None
    field: str
    value: Any
    seen: View | None
    put: Callable[[], tuple[Place | None, tuple[Hop, ...]]]
    reason: str = ""


class _Answer(Record):
    """An answer before it is known where it is shown."""

    holds: bool | None
    path: Path
    value: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A path, the links to follow before it, and what is wanted of the values that it finds.

    Either whether there is one (`exists`), or how many of those that pass all `tests` there are (`count`), or that each
    passes all `tests`. `message` is for this condition alone; "" leaves it to the rule.
    """

    path: Query
    ways: tuple[Way, ...] = ()
    exists: bool | None = None
    count: Callable[[Any], bool] | None = None
    tests: tuple[Test, ...] = ()
    message: str = ""

    def verdicts(self, subject: View, item: Item, world: World) -> Iterator[Verdict]:
        """An answer for each value; one where a single value is missing, none where a path may find several or a link
        leads nowhere."""
        if not self.ways:
            for answer in self._answers(subject, item):
                field = render(answer.path)
                reason = f"`{field}`: {answer.reason}" if field else answer.reason
                yield Verdict(answer.holds, field, answer.value, subject, partial(subject.put, answer.path), reason)
            return
        for ends, end in follow(self.ways, subject, world):
            if end.view is None:
                yield Verdict(None, "", None, None, partial(_put, ends), end.lost)
                continue
            for answer in self._answers(end.view, Item((), end.view.data)):
                field = render(answer.path)
                reason = f"`{field}` of {end.view}: {answer.reason}"
                put = partial(_put, ends, end.view, answer)
                yield Verdict(answer.holds, field, answer.value, end.view, put, reason)

    def _answers(self, view: View, item: Item) -> Iterator[_Answer]:
        prefix, data = ((), view.data) if self.path.from_root else item
        stem = (*prefix, *self.path.stem)
        try:
            found = [Match((*prefix, *path), value) for path, value in self.path.find(data) if value is not None]
        except TooLarge as error:
            yield _Answer(None, stem, reason=str(error))
            return
        if self.count is not None:
            yield self._counted(view, stem, found, self.count)
            return
        for path, value in found:
            reason = view.open(path, True)
            holds = None if reason else self._of(value)
            yield _Answer(holds, path, value, reason or (_VARIABLE if holds is None else ""))
        if self.path.single and found:
            return
        reason = view.open(stem, get(view.data, *stem) is not None)
        if reason:
            yield _Answer(None, stem, reason=reason)
        elif not found and (self.path.single or self.exists is not None):
            yield _Answer(self.exists is False, stem)

    def _of(self, value: Any) -> bool | None:
        if self.exists is not None:
            return self.exists
        return _all(test(value) for test in self.tests)

    def _counted(self, view: View, stem: Path, found: list[Match], fits: Callable[[Any], bool]) -> _Answer:
        reason = view.open(stem, get(view.data, *stem) is not None)
        if reason:
            return _Answer(None, stem, reason=reason)
        passed = [None if view.open(path, True) else _all(test(value) for test in self.tests) for path, value in found]
        sure, most = passed.count(True), len(passed) - passed.count(False)
        answers = {fits(number) for number in range(sure, most + 1)}
        return _Answer(answers.pop(), stem, sure) if len(answers) == 1 else _Answer(None, stem, reason=_VARIABLE)


_Ends = tuple[tuple[View, End], ...]


def _put(ends: _Ends, seen: View | None = None, answer: _Answer | None = None) -> tuple[Place | None, tuple[Hop, ...]]:
    """The field where the first link begins, and the way to what was looked at."""
    chain = [hop for view, end in ends for hop in _hops(view, end)]
    if seen is not None and answer is not None:
        value = ABSENT if answer.value is None else f"`{shown(answer.value)}`"
        chain.append(Hop(f"{seen}: `{render(answer.path)}` is {value}", seen.put(answer.path)[0]))
    return _at(*ends[0]), tuple(chain)


def _at(view: View, end: End) -> Place | None:
    return view.holder.at(*end.path) if view.holder is not None else None


def _hops(view: View, end: End) -> Iterator[Hop]:
    yield from end.hops
    if end.view is not None:
        yield Hop(f"{view} → {end.view}", _at(view, end))


# Three answers


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Whether all hold: one that does not decides, else one that is open leaves all open."""
    known = list(answers)
    return False if False in known else None if None in known else True


def any_of(verdicts: Sequence[Verdict]) -> tuple[bool | None, str]:
    """Whether a condition holds of any value; with the reason where that is open."""
    if any(verdict.holds for verdict in verdicts):
        return True, ""
    open_ = next((verdict for verdict in verdicts if verdict.holds is None), None)
    return (None, open_.reason) if open_ else (False, "")
