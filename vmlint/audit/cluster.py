"""Dask distributed: the workers of an audit, and requests that come to an answer whatever happens to one of them."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vmlint.audit.task import Task
from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.version import VERSION

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Answer", "Request", "Workers", "connected", "work"]

_CONNECTING = 20
"""Seconds in which a scheduler must answer."""
_MOST_LOST = 20
"""How often a request is carried out whose worker is lost. The scheduler tries several workers each time."""
_PATIENCE = 60
"""Seconds without any worker after which an audit ends."""


class Request(Record):
    """What is done for one repository: an action of `vmlint/audit/work.py`, and its further values."""

    task: Task
    do: str
    more: Mapping[str, Any] = {}


class Answer(Record):
    """How a request ended: its content, or why there is none after so many attempts. `tables` are packed.

    `cpu` are the seconds of processor time and `memory` the most bytes that the last attempt used.
    """

    request: Request
    content: Mapping[str, Any] = {}
    tables: bytes = b""
    failure: str = ""
    cpu: float = 0.0
    memory: int = 0


class _Said(Record):
    """What a worker sends back; small but for the tables, which are packed on the worker."""

    worker: str
    how: str
    reason: str
    content: dict[str, Any]
    tables: bytes
    cpu: float
    memory: int


def work(task: dict[str, Any], do: str, more: Mapping[str, Any]) -> _Said:
    """Carry out a request on a worker, in a process beside it."""
    from distributed import get_worker

    from vmlint.audit.sandbox import ask
    from vmlint.audit.tables import packed

    ending = ask(Task.of(task), do, **more)
    content = dict(ending.answer)
    tables = content.pop("tables", None)
    about = {"until": content.get("until"), "content": content.get("content")}
    data = b"" if tables is None else packed(tables, about)
    return _Said(get_worker().address, ending.how, ending.reason, content, data, ending.cpu, ending.memory)


def _version() -> str:
    return VERSION


@contextmanager
def connected(scheduler: str | None, workers: int | None, *, processes: bool) -> Iterator[Workers]:
    """The workers of a scheduler that runs somewhere, else of this machine: threads, or processes.

    UsageError where the scheduler does not answer, or a worker has another vmlint.
    """
    import logging

    import dask
    from distributed import Client, LocalCluster

    for name in ("distributed", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed."))):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters to the user is reported by vmlint
    number = workers or _processors()
    quiet = {"distributed.admin.log-format": "%(message)s", "distributed.worker.memory.terminate": False}
    with dask.config.set(quiet):
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=_CONNECTING, set_as_default=False)
            except (OSError, ValueError) as error:
                raise UsageError(f"the scheduler `{scheduler}` does not answer: {error}") from error
            with client:
                _check_versions(client)
                yield Workers(client)
            return
        shape = {"n_workers": number, "threads_per_worker": 1} if processes else {"threads_per_worker": number}
        # Dask listens on all addresses unless it is told where; threads need no more than its page of health.
        places = {"dashboard_address": _HERE, "worker_dashboard_address": _HERE}
        own = {**shape, **places, "host": "127.0.0.1"} if processes else {**shape, **places, "n_workers": 1}
        with (
            LocalCluster(processes=processes, silence_logs=logging.CRITICAL, **own) as local,
            Client(local, set_as_default=False) as client,
        ):
            yield Workers(client)


_HERE = "127.0.0.1:0"


def _processors() -> int:
    from vmlint.parallel.processes import available

    return available()


def _check_versions(client: Client) -> None:
    try:
        found = client.run(_version)
    except Exception as error:
        raise UsageError(
            f"the workers can't run vmlint: install vmlint with the extra `audit` there ({error})"
        ) from error
    if others := {version for version in found.values() if version != VERSION}:
        raise UsageError(f"the workers have vmlint {', '.join(sorted(others))}, and this is {VERSION}")


@dataclass
class _Attempt:
    """A request on its way: the workers on which it failed, and why it did last."""

    request: Request
    number: int = 1
    failed_on: set[str] = field(default_factory=set)


class Workers:
    """Workers that carry out requests."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._open: dict[str, tuple[Future, _Attempt]] = {}
        self._without_workers = 0

    @property
    def number(self) -> int:
        """How many requests can be carried out at once."""
        return sum(self._client.nthreads().values()) or 1

    def answers(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """The answer to each request, in the order in which they come.

        A request whose process dies, hangs or runs out of memory, and one whose worker is lost, is carried out again,
        on another worker if there is one, as often as its limits allow.
        """
        for request in requests:
            self._submit(_Attempt(request))
        while self._open:
            future = self._next()
            if future is None or future.key not in self._open:
                continue
            _, attempt = self._open.pop(future.key)
            answer = self._answer(future, attempt)
            future.release()
            if answer is not None:
                yield answer

    def add(self, request: Request) -> None:
        """One more request, whose answer comes with those that `answers` gives now."""
        self._submit(_Attempt(request))

    def stop(self) -> None:
        """Give up what is not done yet."""
        futures = [future for future, _ in self._open.values()]
        self._open.clear()
        self._client.cancel(futures, force=True)

    def _submit(self, attempt: _Attempt) -> None:
        task, do, more = attempt.request
        others = set(self._client.nthreads()) - attempt.failed_on if attempt.failed_on else set()
        elsewhere = {"workers": sorted(others), "allow_other_workers": True} if others else {}
        future = self._client.submit(work, task.plain(), do, dict(more), pure=False, **elsewhere)
        self._open[future.key] = future, attempt
        future.add_done_callback(self._ended.put)

    def _next(self) -> Future | None:
        """A future that has ended; None after a second without one."""
        try:
            return self._ended.get(timeout=1)
        except queue.Empty:
            alone = not self._client.nthreads()
            self._without_workers = self._without_workers + 1 if alone else 0
            if self._without_workers >= _PATIENCE:
                raise UsageError(f"the scheduler has had no worker for {_PATIENCE} seconds") from None
            return None

    def _answer(self, future: Future, attempt: _Attempt) -> Answer | None:
        """The answer to a request; None where it is tried again."""
        request = attempt.request
        try:
            said: _Said = future.result()
        except Exception as error:  # workers were lost, which is seldom its fault; or they can't import vmlint
            worker, how, reason = "", "lost", type(error).__name__
        else:
            worker, how, reason = said.worker, said.how, said.reason
            if how == "done":
                return Answer(request, said.content, said.tables, cpu=said.cpu, memory=said.memory)
        most = _MOST_LOST if how == "lost" else request.task.limits.attempts
        if attempt.number < most:
            again = _Attempt(request, attempt.number + 1, attempt.failed_on | ({worker} if worker else set()))
            self._submit(again)
            return None
        return Answer(request, failure=f"{_FAILURES[how].format(reason)}, in {attempt.number} attempts")


_FAILURES = {
    "died": "the process died ({})",
    "hung": "{}",
    "memory": "out of memory",
    "lost": "the workers that had it were lost ({})",
}
