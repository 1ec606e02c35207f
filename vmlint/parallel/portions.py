"""Work in numbered pieces that several processes share: nobody has to know before how long a piece takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from vmlint.parallel.team import Team, Worker

__all__ = ["Portions", "portions_of"]

_AHEAD = 2
"""How many portions a worker has at a time, so that it has another while its message waits to be heard."""

_LAST = 16
"""Into how many portions at least the rest is divided."""


class Portions:
    """The numbers from 0 on, up to a count. The process that asks takes portions from their start, and gives workers
    portions from their end: what stands together is often alike, and had better go to one process."""

    def __init__(self, team: Team, count: int, size: int) -> None:
        self._team = team
        self._size = size
        self._start, self._end = 0, count
        self._open: Counter[int] = Counter()
        """How many portions each worker has."""

    def start(self, work: Callable[[Worker], None]) -> None:
        """Start the workers, if they have not started yet. A copy works at once, any other when it has told that it is
        ready."""
        self._team.start(work)
        for number in self._team.numbers if self._team.copies else ():
            self._hand_out(number)

    def own(self) -> Iterator[range]:
        """The portions of the process that asks, as long as there are any."""
        while self.are_left:
            portion = range(self._start, self._start + self._next_size)
            self._start = portion.stop
            yield portion

    @property
    def are_left(self) -> bool:
        return self._start < self._end

    @property
    def _next_size(self) -> int:
        """The size of the next portion: of the last ones less, so that all processes finish at about the same time."""
        return min(self._size, -(-(self._end - self._start) // _LAST))

    def told(self, *, wait: bool) -> Iterator[tuple[int, Any]]:
        """What the workers have told of their portions meanwhile, each with its number; with `wait`, of all that they
        have. Those that have ended leave theirs undone."""
        while True:
            is_due = wait and any(self._open[number] for number in self._team.numbers)
            messages = self._team.heard(wait=is_due)
            if not messages and not is_due:
                return
            for number, message in messages:
                self._open[number] -= message is not None
                self._hand_out(number)
                if message is not None:
                    yield number, message

    def _hand_out(self, number: int) -> None:
        while self._open[number] < _AHEAD and self.are_left:
            portion = range(self._end - self._next_size, self._end)
            self._end = portion.start
            self._open[number] += 1
            self._team.give(number, (portion.start, portion.stop))


def portions_of(worker: Worker) -> Iterator[range]:
    """The portions of a worker, which tells one thing of each before it takes the next."""
    worker.tell(None)
    while portion := worker.taken():
        yield range(*portion)
