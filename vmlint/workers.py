"""Several processes for one run: copies of this one, which look at a part each and tell where there is nothing to say.

What a worker tells is a number for each subject of which the rules say nothing. All others are looked at again by the
process that asked, so that what it reports is what it would have found alone, in the same order.
"""

from __future__ import annotations

import gc
import marshal
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

__all__ = ["available", "silent", "worthwhile"]

_WORTH = 1000
"""How many subjects make a worker worth its start."""
_PART = 128
"""How many subjects a worker looks at before it tells."""
_SOME = 64
"""How many subjects are looked at before there are workers: what all subjects share is then worked out for all of them,
and where most are loud there need be none."""
_TRIED = 4 * _PART
_MOST_LOUD = 0.4
"""A worker that finds more than this share of its first subjects to be spoken of ends: two would do the same work."""
_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
_LENGTH = 8


def available() -> int:
    """How many processors this process may use, at least 1: those that it is bound to, as far as its control group's
    quota goes."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        cores = os.cpu_count() or 1
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = _CPU_MAX.read_text("ascii").split()
        if quota != "max":
            cores = min(cores, int(quota) // int(period))
    return max(cores, 1)


def worthwhile(total: int) -> int:
    """How many workers so many subjects are worth, as far as there are processors; 1 for none."""
    return max(min(available(), total // _WORTH), 1)


def silent(total: int, is_silent: Callable[[int], bool], jobs: int, told: Callable[[int], None]) -> set[int]:
    """The numbers below `total` for which `is_silent`, as far as so many workers can tell.

    `told` is called with how many were looked at. One that a worker did not come to is missing: it was killed, or had
    found that this is not worth the while. Where processes can't be copied, all are missing.
    """
    if jobs < 2 or not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return set()
    some = range(0, total, total // _SOME or 1)
    found = {number for number in some if is_silent(number)}
    if len(found) < (1 - _MOST_LOUD) * len(some):
        return found
    workers: dict[int, int] = {}  # where one tells, and its process
    gc.collect()
    gc.freeze()  # else a worker's collector would write to all pages, and each would be copied
    try:
        for number in range(jobs):
            reading, writing = os.pipe()
            try:
                process = os.fork()
            except OSError:  # too many processes, or too little memory: what is missing is done by the one that asked
                os.close(reading)
                os.close(writing)
                break
            if process == 0:
                _work(writing, _numbers(total, number, jobs), is_silent)
            os.close(writing)
            workers[reading] = process
        looked = 0
        for numbers, done in _heard(set(workers)):
            found.update(numbers)
            looked += done
            told(looked)
    finally:
        gc.unfreeze()
        for reading, process in workers.items():
            os.close(reading)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return found


def _numbers(total: int, number: int, jobs: int) -> Iterator[range]:
    """The parts of a worker. Subjects that stand together are often alike, and are looked at by one."""
    stride = max(_PART, -(-total // (jobs * 8)))
    for start in range(number * stride, total, jobs * stride):
        for part in range(start, min(start + stride, total), _PART):
            yield range(part, min(part + _PART, start + stride, total))


def _work(writing: int, parts: Iterator[range], is_silent: Callable[[int], bool]) -> NoReturn:
    """The life of a worker. It ends without a trace: what the copied process has begun is not its to finish."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        looked = loud = 0
        for part in parts:
            numbers = [number for number in part if is_silent(number)]
            _tell(writing, (numbers, len(part)))
            looked += len(part)
            loud += len(part) - len(numbers)
            if looked >= _TRIED and loud > _MOST_LOUD * looked:
                break
    finally:
        os._exit(0)


def _tell(writing: int, said: tuple[list[int], int]) -> None:
    data = marshal.dumps(said)
    left = memoryview(len(data).to_bytes(_LENGTH, "big") + data)
    while left:
        left = left[os.write(writing, left) :]


def _heard(open: set[int]) -> Iterator[tuple[list[int], int]]:
    """What the workers tell, until the last one has ended."""
    waiting = {reading: bytearray() for reading in open}
    from selectors import EVENT_READ, DefaultSelector

    with DefaultSelector() as selector:
        for reading in open:
            selector.register(reading, EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if not (data := os.read(key.fd, 1 << 16)):
                    selector.unregister(key.fd)
                    continue
                buffer = waiting[key.fd]
                buffer += data
                while len(buffer) >= _LENGTH and len(buffer) >= (end := _LENGTH + int.from_bytes(buffer[:_LENGTH])):
                    yield marshal.loads(bytes(buffer[_LENGTH:end]))
                    del buffer[:end]
