"""A run under a limit of memory (`ulimit -v`), which ends with one line where the memory does not suffice.

An interpreter without memory fails in ways that no handler in it can catch: tracebacks while modules are imported or
while it ends, an exit code that means findings, segmentation faults. So under a limit another process does the work,
and this one, which needs next to none, reports how it ended.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

__all__ = ["guarded", "lacks_memory"]

_DONE = b"done"
_KILL = 9
"""`signal.SIGKILL`, without the enumerations of that module."""
_INTERNAL = 70
_MOST_BYTES = 2**20
_LOOK = 5
"""After how many seconds without a word the process is looked at."""
_MOST_LOOKS = 6
"""How often it may be found without any memory left and of the same size."""
_MARGIN = 2**20
_LITTLE = (
    b"vmlint: there is too little memory, and nothing was decided: raise its limit, or check fewer files at once\n"
)


def guarded(run: Callable[[], int]) -> int:
    """The exit code of `run`, which is that of a lack of memory where it does not come to its end."""
    if _is_limited():
        return _supervised(run)
    try:
        return run()
    except MemoryError:
        os.write(2, _LITTLE)
        return _INTERNAL


def lacks_memory(error: BaseException | None) -> bool:
    """Whether an error comes from a lack of memory, by itself or by its cause."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        # Without memory the interpreter finds modules that can't be loaded, and mistakes in their text.
        if isinstance(error, ImportError | SyntaxError | SystemError) and _is_limited():
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_limited() -> bool:
    try:
        import resource
    except ImportError:
        return False
    limits = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    return any(resource.getrlimit(limit)[0] != resource.RLIM_INFINITY for limit in limits)


def _supervised(run: Callable[[], int]) -> int:
    errors, done = os.pipe(), os.pipe()
    process = os.fork()
    if process == 0:
        _work(run, errors, done)
    os.close(errors[1])
    os.close(done[1])
    output = _forwarded(errors[0], process)
    ended = _read(done[0], len(_DONE)) == _DONE
    try:
        _, status = os.waitpid(process, 0)
    except KeyboardInterrupt:  # the process receives it too, and ends
        _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    if ended:
        os.write(2, output)
        return code
    os.write(2, _LITTLE)
    return _INTERNAL


def _work(run: Callable[[], int], errors: tuple[int, int], done: tuple[int, int]) -> None:
    code = _INTERNAL
    try:
        os.close(errors[0])
        os.close(done[0])
        os.dup2(errors[1], 2)
        code = int(run())
        sys.stdout.flush()
        os.write(done[1], _DONE)
    except MemoryError:
        pass
    finally:
        os._exit(code)


def _forwarded(file: int, process: int) -> bytes:
    """What the process writes on standard error: the last of it, until it has ended. One that hangs is ended."""
    from select import select

    output, size, unchanged = b"", 0, 0
    while True:
        if not select([file], [], [], _LOOK)[0]:
            before, size = size, _size_at_limit(process)
            unchanged = unchanged + 1 if size and size == before else 0
            if unchanged >= _MOST_LOOKS:
                os.kill(process, _KILL)
            continue
        if not (part := _read(file, 2**16)):
            return output
        output = (output + part)[-_MOST_BYTES:]


def _size_at_limit(process: int) -> int:
    """The size in bytes of a process that can't grow any more, 0 of any other.

    CPython 3.11 enters an exception's handler anew for ever where it has no memory for a number that it needs there.
    """
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    try:
        with open(f"/proc/{process}/statm", "rb") as file:  # noqa: PTH123 - what is loaded here takes memory too
            size = int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0
    return size if limit != resource.RLIM_INFINITY and limit - size < _MARGIN else 0


def _read(file: int, most: int) -> bytes:
    while True:
        try:
            return os.read(file, most)
        except KeyboardInterrupt:
            continue
