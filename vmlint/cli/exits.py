"""How a command ends."""

from __future__ import annotations

import enum

__all__ = ["PLAIN_EXITS", "Exit"]


class Exit(enum.IntEnum):
    """Every exit code, with its meaning for the help text."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Exit:
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    CLEAN = 0, "done; no finding at or above the level of --fail-on"
    FINDINGS = 1, "findings at or above that level"
    USAGE = 2, "an option, a path or the configuration is invalid"
    NOTHING_READ = 3, "no manifest file under the given paths"
    INTERNAL = 70, "a fault in vmlint itself"
    INTERRUPTED = 130, "stopped with Ctrl-C"


PLAIN_EXITS = {
    Exit.CLEAN: "done",
    Exit.USAGE: Exit.USAGE.meaning,
    Exit.INTERNAL: Exit.INTERNAL.meaning,
}
"""How a command ends that lints nothing."""
