"""A progress bar for runs that a person has to wait for."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from vmlint.cli.output import is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

__all__ = ["Progress"]

_PATIENCE = 1.0
"""Seconds without a bar: a run that is shorter shows none."""
_PAUSE = 0.1
"""Seconds between two pictures of the bar. It is drawn as the engine calls: a thread for it could not be copied into
workers."""


class Progress:
    """The engine calls it with a stage, how much of it is done, and how much there is (0 where that is not known).

    It draws only where the stream is a terminal; the end of `with` takes the bar away.
    """

    def __init__(
        self, stream: TextIO | None, *, wanted: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._shown = wanted and is_terminal(stream)
        self._clock = clock
        self._start = clock()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._drawn = 0.0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._shown or (self._bar is None and self._clock() - self._start < _PATIENCE):
            return
        if self._bar is None:
            self._bar = _bar(self._stream)
            self._bar.start()
        if self._task is None or self._stage != stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task, self._stage = self._bar.add_task(stage, total=total or None), stage
        now = self._clock()
        due = now - self._drawn >= _PAUSE
        self._drawn = now if due else self._drawn
        self._bar.update(self._task, completed=done, refresh=due)


def _bar(stream: TextIO | None) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(file=stream), transient=True, auto_refresh=False)
