"""Several processes for one run: the one that asks, and workers that work and tell."""

from __future__ import annotations

import marshal
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["Team", "Worker"]

_MESSAGE, _OFFER = b"m", b"o"
"""How the bytes begin of what a worker tells, and of what it gives in a trade and then waits."""


class Worker:
    """The end of a worker: its number, from 1 on, and what connects it with the process that asked.

    What is told and traded is what `marshal` can hold.
    """

    def __init__(self, number: int, connection: Connection) -> None:
        self.number = number
        self._connection = connection

    def trade(self, own: Any) -> list[Any]:
        """Give what one has, for what everybody has, in the order of their numbers; None of one that ended."""
        self._connection.send_bytes(_OFFER + _packed(own))
        received: list[bytes] = marshal.loads(self._connection.recv_bytes())
        has = [marshal.loads(data) if data else None for data in received]
        has[self.number] = own  # which does not come back
        return has

    def tell(self, message: Any) -> None:
        self._connection.send_bytes(_MESSAGE + _packed(message))


class Team:
    """The workers of the process that asks; each runs `work` and ends. There may be fewer than are wanted.

    Workers that are spawned get a copy of `work`: a function of a module, with arguments that `pickle` can hold.
    """

    def __init__(self, workers: int, work: Callable[[Worker], None], method: str = "fork") -> None:
        self._processes: list[BaseProcess] = []
        self._connections: dict[int, Connection] = {}  # by the number of a worker
        self._offers: dict[int, bytes] = {}  # of the workers that wait for a trade
        job = work if method == "fork" else _pickled(work)
        try:
            for number in range(1, workers + 1 if job is not None else 1):
                self._start(number, job, method)
        except OSError:  # too many processes, or too little memory: those that there are do
            pass
        except BaseException:
            self.close()
            raise

    def _start(self, number: int, job: Callable[[Worker], None] | bytes | None, method: str) -> None:
        from multiprocessing import get_context

        context = get_context(method)
        ours, theirs = context.Pipe()
        inherited = [*self._connections.values(), ours] if method == "fork" else []
        process = context.Process(  # type: ignore[attr-defined]
            target=_live, args=(job, number, theirs, inherited), daemon=True
        )
        try:
            with _safe_path():
                process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._processes.append(process)
        self._connections[number] = ours

    @property
    def numbers(self) -> list[int]:
        """The workers that have not ended, as far as anybody has noticed."""
        return list(self._connections)

    def trade(self, own: Any) -> list[Any]:
        """What everybody has, in the order of their numbers, one's own first; None of one that ended.

        What workers tell before they trade has to be heard before.
        """
        for _ in self.heard(wait=True):
            raise ValueError("a worker reported something before it traded")
        has: list[bytes] = [_packed(own)]
        has += (self._offers.pop(number, b"") for number in range(1, len(self._processes) + 1))
        for number in self.numbers:
            others = [data if index != number else b"" for index, data in enumerate(has)]
            with suppress(OSError):
                self._connections[number].send_bytes(_packed(others))
        return [own, *(marshal.loads(data) if data else None for data in has[1:])]

    def heard(self, *, wait: bool) -> Iterator[Any]:
        """What the workers have told meanwhile; all that they tell until they trade or end, if one waits for that."""
        from multiprocessing.connection import wait as ready_of

        while talking := {number: one for number, one in self._connections.items() if number not in self._offers}:
            numbers = {id(connection): number for number, connection in talking.items()}
            ready = ready_of(list(talking.values()), None if wait else 0)
            if not ready:
                return
            for connection in ready:
                number = numbers[id(connection)]
                try:
                    data = talking[number].recv_bytes()
                except (EOFError, OSError):
                    self._ended(number)
                    continue
                if data[:1] == _OFFER:
                    self._offers[number] = data[1:]
                else:
                    yield marshal.loads(memoryview(data)[1:])

    def _ended(self, number: int) -> None:
        self._connections.pop(number).close()

    def close(self) -> None:
        """End the workers, whatever they do."""
        for number in self.numbers:
            self._ended(number)
        for process in self._processes:
            process.kill()
            process.join()
            process.close()
        self._processes.clear()


def _live(
    job: Callable[[Worker], None] | bytes, number: int, connection: Connection, inherited: Sequence[Connection]
) -> None:
    """The life of a worker. It ends without a trace: what a copied process has begun is not its to finish."""
    try:
        for other in inherited:
            other.close()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        work: Callable[[Worker], None] = pickle.loads(job) if isinstance(job, bytes) else job  # from who started it
        work(Worker(number, connection))
    finally:
        os._exit(0)


def _pickled(work: Callable[[Worker], None]) -> bytes | None:
    """The work as bytes, None where it can't be given to another process: it holds functions that were made at work."""
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError):
        return None


@contextmanager
def _safe_path() -> Iterator[None]:
    """While a process starts: a new interpreter looks for modules in no working directory, where anything may lie."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _packed(value: Any) -> bytes:
    """A value as bytes. Where memory runs out within a value, `marshal` calls that value unmarshallable."""
    try:
        return marshal.dumps(value)
    except ValueError as error:
        raise MemoryError from error
