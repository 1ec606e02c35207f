"""How many processes work at a run. Most runs are too small for more than one, and load nothing of what these need."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from vmlint.engine.reuse import Reuse
from vmlint.engine.workspace import Workspace
from vmlint.source.read import Raw

__all__ = ["available", "start_method", "workers"]

_WORTH = {"fork": 1024 * 1024, "spawn": 4 * 1024 * 1024}
"""How many bytes of manifests for KubeVirt and CDI make a worker worth its start, by the way in which it starts."""
_HINT = b"kubevirt.io/v"
_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


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


def start_method() -> str:
    """How processes start: `fork` copies this one, which is fast, and `spawn` begins a new one.

    A copy may lack what the system keeps for a process, as on macOS, or the owner of a lock, where there are threads.
    """
    threading = sys.modules.get("threading")
    has_threads = threading is not None and threading.active_count() > 1
    can_copy = hasattr(os, "fork") and sys.platform != "darwin" and not has_threads
    return "fork" if can_copy else "spawn"


@contextmanager
def workers(workspace: Workspace, jobs: int | None) -> Iterator[Reuse]:
    """The workers of a run, which may be none. `jobs` is how many processes may work, None for as many as are worth
    it."""
    method = start_method()
    size = _worthwhile(workspace.files.files, _WORTH[method]) if jobs is None else min(jobs, available())
    if size < 2 or workspace.settings.render:
        yield Reuse()
        return

    from vmlint.parallel.split import shared

    with shared(workspace, size, method) as reuse:
        yield reuse


def _worthwhile(files: Sequence[Raw], worth: int) -> int:
    size = sum(len(raw.data) for raw in files if _HINT in raw.data)
    worthwhile = size // worth
    return min(available(), worthwhile) if worthwhile > 1 else 1
