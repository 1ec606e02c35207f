"""One pool of memory for all threads of a process: a second one would keep what the first has given back."""

from __future__ import annotations

import sys
from contextlib import suppress

__all__ = ["few_arenas"]

_ARENA_MAX = -8
"""The option of `mallopt` for the number of pools. Source: glibc `malloc/malloc.h`."""


def few_arenas() -> None:
    """Have the C library keep one pool, where it is glibc; elsewhere nothing happens."""
    if sys.platform != "linux":
        return
    with suppress(Exception):
        import ctypes

        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
