"""What no output may hold, and what is raised where something is not as it has to be."""

from __future__ import annotations

import re

__all__ = ["Escape", "demand", "harmless"]


class Escape(AssertionError):  # noqa: N818 - the name is what got out
    """Something that must not be, whatever a repository holds."""


def demand(held: bool, otherwise: str) -> None:
    if not held:
        raise Escape(otherwise)


_HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LOGGED = re.compile(r"##(?=[\w.-]*\[)")
_COMMAND = re.compile(r"(?m)^\s*::(?!(?:error|warning|notice) file=)")


def harmless(what: str, text: str) -> None:
    """Escape where a text holds what a terminal or a build log obeys."""
    for pattern in (_HARMFUL, _LOGGED, _COMMAND):
        if match := pattern.search(text):
            raise Escape(f"{what} holds {match[0]!r}: {text[max(match.start() - 60, 0) : match.end() + 60]!r}")
