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


class Worker:
    """The end of a worker: its number, from 1 on, and what connects it with the process that asked.

    What is told and given is what `marshal` can hold.
    """

    def __init__(self, number: int, connection: Connection) -> None:
        self.number = number
        self._connection = connection

    def tell(self, message: Any) -> None:
        self._connection.send_bytes(_packed(message))

    def taken(self) -> Any:
        """What the process that asked gives next; waits for it. None where that has ended."""
        try:
            return marshal.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            return None


class Team:
    """The workers of the process that asks; each runs `work` and ends. There may be fewer than are wanted.

    Workers that are spawned get a copy of `work`: a function of a module, with arguments that `pickle` can hold.
    """

    def __init__(self, workers: int, method: str = "fork") -> None:
        self._workers = workers
        self._method = method
        self.copies = method == "fork"
        """Whether workers are copies of this process, which have what it has."""
        self._processes: list[BaseProcess] = []
        self._connections: dict[int, Connection] = {}  # by the number of a worker

    def start(self, work: Callable[[Worker], None]) -> None:
        """Start the workers, if they have not started yet."""
        method = self._method
        missing, self._workers = self._workers, 0
        job = work if method == "fork" else _pickled(work)
        try:
            for number in range(1, missing + 1 if job is not None else 1):
                self._start(number, job, method)
        except OSError:  # too many processes, or too little memory: those that there are do
            pass

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

    def give(self, number: int, message: Any) -> None:
        """Give a worker what it takes next."""
        with suppress(OSError):  # it has ended, which is noticed when it is heard
            self._connections[number].send_bytes(_packed(message))

    def heard(self, *, wait: bool) -> list[tuple[int, Any]]:
        """What the workers have told meanwhile, each with its number; with `wait`, waits until one tells something or
        ends: the others may have nothing to tell before they are given something."""
        from multiprocessing.connection import wait as ready_of

        messages: list[tuple[int, Any]] = []
        numbers = {id(connection): number for number, connection in self._connections.items()}
        for connection in ready_of(list(self._connections.values()), None if wait else 0) if numbers else ():
            number = numbers[id(connection)]
            try:
                messages.append((number, marshal.loads(self._connections[number].recv_bytes())))
            except (EOFError, OSError):
                self._ended(number)
        return messages

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
