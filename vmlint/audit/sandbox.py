"""A worker's hosts: processes that check repositories and may be ended at any time."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vmlint.audit.host import ANSWER
from vmlint.audit.task import Task
from vmlint.record import Record

__all__ = ["Ending", "ask"]


class Ending(Record):
    """How a request ended: `how` is `done`, `died`, `hung` or `memory`; the answer is empty but where it is done.

    `cpu` are the seconds of processor time and `memory` the most bytes that its process used, 0 where unknown.
    """

    how: str
    reason: str = ""
    answer: Mapping[str, Any] = {}
    cpu: float = 0.0
    memory: int = 0


def ask(task: Task, do: str, **more: Any) -> Ending:
    """Carry out a request in a host of this worker. Its folder is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vmlint-audit-", ignore_cleanup_errors=True) as made:
        folder = os.path.realpath(made)
        request = {"do": do, "task": task.plain(), "folder": folder, "memory": task.limits.memory, **more}
        with _host() as host:
            said = host.ask(request, task.limits.timeout)
        if said["ended"] != "done":
            return Ending(said["ended"], said["reason"])
        answer = json.loads(Path(folder, ANSWER).read_text("ascii"))
        return Ending("done", "", answer, said.get("cpu", 0.0), said.get("memory", 0))


_MOST_ERRORS = 2**16

_idle: list[_Host] = []
_lock = threading.Lock()


@contextmanager
def _host() -> Iterator[_Host]:
    """A host that nobody else uses; it is kept for later, if it still runs."""
    with _lock:
        host = _idle.pop() if _idle else None
    host = host or _Host()
    try:
        yield host
    except BaseException:
        host.end()
        raise
    if host.is_alive:
        with _lock:
            _idle.append(host)


class _Host:
    """One process, and its process group."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "vmlint.audit.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        self._answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], seconds: int) -> dict[str, Any]:
        """How a request ended, within so many seconds."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.end()
            return {"ended": "hung", "reason": f"no result within {seconds} seconds"}
        except OSError as error:
            self.end()
            return {"ended": "died", "reason": str(error)}
        if not line:
            self.end()
            return {"ended": "died", "reason": self._last_words() or f"exit code {self._process.returncode}"}
        ended: dict[str, Any] = json.loads(line)
        return ended

    def _last_words(self) -> str:
        """The last line that the process wrote to standard error, such as an error of an import."""
        self._errors.seek(0)
        lines = self._errors.read(_MOST_ERRORS).decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def end(self) -> None:
        """End the process and all that it has started."""
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
