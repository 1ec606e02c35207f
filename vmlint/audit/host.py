"""The process beside a worker in which repositories are checked: `python -m vmlint.audit.host`.

It loads vmlint once, and copies itself for each request: one that dies, hangs or runs out of memory takes only its copy
with it. Requests come as lines of JSON on standard input, and a line on standard output reports how each ended; the
content of an answer is in the task's folder. Where the input ends, the worker has ended, and nothing is left running.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from select import select
from typing import Any

from vmlint.runtime.limited import lacks_memory

__all__ = ["ANSWER", "main"]

ANSWER = "answer.json"
"""The file with the content of an answer, in the task's folder."""

_DONE, _MEMORY, _FAILED = 0, 3, 4
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""The bytes of a unit of `ru_maxrss`."""


def main() -> None:
    """Answer requests until the input ends."""
    _load()
    gc.freeze()  # what is loaded is nobody's garbage, and shared by all copies
    requests = _Lines(sys.stdin.fileno())
    while (line := requests.read()) is not None:
        request = json.loads(line)
        status = _in_a_copy(request, requests) if hasattr(os, "fork") else _ended(_run(request))
        os.write(sys.stdout.fileno(), json.dumps(status).encode() + b"\n")
        if not hasattr(os, "fork"):
            return


def _load() -> None:
    import_module("vmlint.audit.work")
    from vmlint import registry

    for rule in registry.rules():
        rule.check  # noqa: B018 - loads its module


class _Lines:
    """The lines of a file, read as they come."""

    def __init__(self, file: int) -> None:
        self.file = file
        self._held = b""

    def read(self) -> bytes | None:
        """The next line; None at the end."""
        while b"\n" not in self._held:
            if not (part := os.read(self.file, 2**16)):
                return None
            self._held += part
        line, _, self._held = self._held.partition(b"\n")
        return line


def _in_a_copy(request: Mapping[str, Any], requests: _Lines) -> dict[str, Any]:
    """How a copy of this process ended that carried out a request."""
    ending, alive = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(ending)
        code = _FAILED
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.dup2(os.open(os.devnull, os.O_RDONLY), requests.file)
            code = _run(request)
        finally:
            os._exit(code)
    os.close(alive)
    ready, _, _ = select([ending, requests.file], [], [])
    if ending not in ready:  # nobody asks while an answer is due: the worker is gone
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os._exit(0)
    os.close(ending)
    _, status, usage = os.wait4(process, 0)
    used = {"cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * _RSS_UNIT}
    return {**_ended(os.waitstatus_to_exitcode(status)), **used}


def _ended(code: int) -> dict[str, Any]:
    if code < 0:
        return {"ended": "died", "reason": signal.Signals(-code).name}
    return {"ended": {_DONE: "done", _MEMORY: "memory"}.get(code, "died"), "reason": f"exit code {code}"}


def _run(request: Mapping[str, Any]) -> int:
    """Carry out a request; the exit code of that."""
    from vmlint.audit.work import perform

    try:
        gc.disable()  # a copy ends with its request
        _limit(request["memory"])
        answer = perform(request)
        text = json.dumps(answer, separators=(",", ":"))
        Path(request["folder"], ANSWER).write_text(text, "ascii")
    except BaseException as error:
        if lacks_memory(error):
            return _MEMORY
        from vmlint.errors import described

        reason = described(error)
        with suppress(OSError):
            failed = {"error": {"status": "failed", "reason": f"internal error: {reason}"}}
            Path(request["folder"], ANSWER).write_text(json.dumps(failed), "ascii")
            return _DONE
        return _FAILED
    return _DONE


def _limit(memory: int) -> None:
    """Bound the memory of this process, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
