"""What is built for the last thing that a process does. It goes with the process, and is not taken down piece by piece.

For a large repository that would take a twentieth of the run. The process ends as any other: what is registered with
`atexit` is called, and streams are flushed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["end", "expect_answers", "expect_end", "lasting", "no_garbage", "settle", "tidy"]

_T = TypeVar("_T")
_RARELY = 100_000
"""After how many new objects the collector looks for garbage: modules that are loaded make none."""
_HARDLY_EVER = 1_000_000
"""After how many new objects the collector looks for garbage where `tidy` does: many answers."""
_OLDER = 5
"""After how many answers those before are looked at: what an answer leaves lives until the next one."""
_kept: list[object] = []
_expected = False


def expect_end() -> None:
    """From now on keep what is built, and seldom look for what nobody needs."""
    global _expected
    _expected = True
    gc.set_threshold(_RARELY)


def expect_answers() -> None:
    """The process goes on: from now on look for garbage after answers, when `tidy` is called, and not before them."""
    global _expected
    _expected = False
    gc.set_threshold(_HARDLY_EVER)


@contextmanager
def no_garbage() -> Iterator[None]:
    """What a run builds lives until its end: to look for garbage among it takes a third of the time of a large run."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if _expected:
            gc.freeze()  # else all of it is looked at now
        if collects:
            gc.enable()


def lasting(build: Callable[[], _T]) -> _T:
    """What is built, kept if the end is expected. What was kept before goes first, with all its rings."""
    if _kept:
        _kept.clear()
        gc.unfreeze()
        gc.collect()
    built = build()
    if _expected:
        _kept.append(built)
    return built


def end() -> None:
    """Leave to the process what there is: the collector looks at none of it again, and so takes apart no ring of it."""
    _kept.append(_kept)
    gc.freeze()


def tidy(number: int) -> None:
    """Take away what answers have left, of which this was the one with that number."""
    gc.collect(0 if number % _OLDER else 2)


def settle() -> None:
    """Take away what nobody needs; from now on the collector looks only at what comes after.

    For a process that goes on: what it keeps of a large repository would be looked at again and again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
