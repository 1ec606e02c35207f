"""Several processes for one run: the one that asks, and copies of it that work and tell."""

from __future__ import annotations

import marshal
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["Team", "Worker", "available", "can_copy"]

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


def can_copy() -> bool:
    """Whether this process can be copied: elsewhere a copy may lack what the system keeps for it, or a lock's owner."""
    import threading

    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


class Worker:
    """The end of a worker: its number, from 1 on, and what connects it with the process that asked.

    What is told and traded is what `marshal` can hold.
    """

    def __init__(self, number: int, reading: int, writing: int) -> None:
        self.number = number
        self._reading = reading
        self._writing = writing

    def trade(self, own: Any) -> list[Any]:
        """Give what one has, for what everybody has, in the order of their numbers; None of one that ended."""
        self.tell(own)
        return [marshal.loads(data) if data else None for data in _loaded(_received(self._reading))]

    def tell(self, said: Any) -> None:
        _send(self._writing, _packed(said))


class Team:
    """The workers of the process that asks; each runs `work` and ends. There may be fewer than are wanted."""

    def __init__(self, workers: int, work: Callable[[Worker], None]) -> None:
        self._processes: dict[int, int] = {}  # by the number of a worker
        self._reading: dict[int, int] = {}
        self._writing: dict[int, int] = {}
        self._buffers: dict[int, bytearray] = {}
        try:
            for number in range(1, workers + 1):
                self._start(number, work)
        except OSError:  # too many processes, or too little memory: those that there are do
            pass
        except BaseException:
            self.close()
            raise

    def _start(self, number: int, work: Callable[[Worker], None]) -> None:
        (reading, told), (given, writing) = os.pipe(), os.pipe()
        try:
            process = os.fork()
        except OSError:
            for end in (reading, told, given, writing):
                os.close(end)
            raise
        if process == 0:
            for end in (reading, writing, *self._reading.values(), *self._writing.values()):
                os.close(end)
            _live(work, Worker(number, given, told))
        os.close(told)
        os.close(given)
        self._processes[number] = process
        self._reading[number] = reading
        self._writing[number] = writing
        self._buffers[number] = bytearray()

    @property
    def numbers(self) -> list[int]:
        """The workers that have not ended, as far as anybody has noticed."""
        return list(self._reading)

    def trade(self, own: Any) -> list[Any]:
        """What everybody has, in the order of their numbers, one's own first; None of one that ended."""
        has: list[bytes] = [_packed(own)]
        for number in range(1, len(self._processes) + 1):
            data = b""
            if number in self._reading:
                try:
                    data = _received(self._reading[number])
                except EOFError:
                    self._ended(number)
            has.append(data)
        for number in self.numbers:
            others = [data if index != number else b"" for index, data in enumerate(has)]
            with suppress(BrokenPipeError):
                _send(self._writing[number], _packed(others))
        return [own, *(marshal.loads(data) if data else None for data in has[1:])]

    def heard(self, *, wait: bool) -> Iterator[Any]:
        """What the workers have told meanwhile; all that they tell until they end, if one waits for that."""
        from selectors import EVENT_READ, DefaultSelector

        with DefaultSelector() as selector:
            for number, reading in self._reading.items():
                selector.register(reading, EVENT_READ, number)
            while selector.get_map() and (ready := selector.select(None if wait else 0)):
                for key, _ in ready:
                    if data := os.read(key.fd, 1 << 16):
                        self._buffers[key.data] += data
                        yield from self._whole(self._buffers[key.data])
                    else:
                        selector.unregister(key.fd)
                        self._ended(key.data)

    @staticmethod
    def _whole(buffer: bytearray) -> Iterator[Any]:
        while len(buffer) >= _LENGTH and len(buffer) >= (end := _LENGTH + int.from_bytes(buffer[:_LENGTH])):
            yield marshal.loads(bytes(buffer[_LENGTH:end]))
            del buffer[:end]

    def _ended(self, number: int) -> None:
        os.close(self._reading.pop(number))
        os.close(self._writing.pop(number))

    def close(self) -> None:
        """End the workers, whatever they do."""
        for number in self.numbers:
            self._ended(number)
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        self._processes.clear()


def _live(work: Callable[[Worker], None], worker: Worker) -> NoReturn:
    """The life of a worker. It ends without a trace: what the copied process has begun is not its to finish."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        work(worker)
    finally:
        os._exit(0)


def _packed(value: Any) -> bytes:
    """A value as bytes. Where memory runs out within a value, `marshal` calls that value unmarshallable."""
    try:
        return marshal.dumps(value)
    except ValueError as error:
        raise MemoryError from error


def _loaded(data: bytes) -> list[bytes]:
    held: list[bytes] = marshal.loads(data)
    return held


def _send(writing: int, data: bytes) -> None:
    left = memoryview(len(data).to_bytes(_LENGTH) + data)
    while left:
        left = left[os.write(writing, left) :]


def _received(reading: int) -> bytes:
    return _read(reading, int.from_bytes(_read(reading, _LENGTH)))


def _read(reading: int, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        if not (data := os.read(reading, min(length - len(parts), 1 << 20))):
            raise EOFError
        parts += data
    return bytes(parts)
