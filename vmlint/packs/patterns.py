"""Patterns for text that a pack gives: they may come from anybody, and their cost grows with the text alone.

Regular expressions are RE2's: no backreference and no look-around, and no pattern that takes exponential time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import translate

__all__ = ["BadPattern", "Matches", "glob", "regular"]

Matches = Callable[[str], bool]


class BadPattern(ValueError):  # noqa: N818 - reads as the fact that it is
    """A text that is no pattern; the message is why."""


_LONGEST = 1000
"""The characters that a pattern may have."""


def glob(text: str) -> Matches:
    """A glob for a whole text: `*` is any characters, `?` is one, `[a-z]` is one of these; case counts.

    BadPattern where it is too long. `fnmatch` never goes back behind a `*` that has found its text, so a match takes
    at most the product of both lengths.
    """
    _check_length(text)
    matches = re.compile(translate(text)).match
    return lambda value: matches(value) is not None


def regular(text: str) -> Matches:
    """A regular expression that is looked for anywhere in a text. BadPattern where RE2 can't read it."""
    _check_length(text)
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        search = re2.compile(text.encode(), options).search
    except re2.error as error:
        candidate = error.args[0]
        reason = candidate.decode("utf-8", "replace") if isinstance(candidate, bytes) else str(candidate)
        raise BadPattern(reason) from error
    return lambda value: search(value.encode("utf-8", "surrogatepass")) is not None


def _check_length(text: str) -> None:
    if len(text) > _LONGEST:
        raise BadPattern(f"it has {len(text)} characters; the maximum is {_LONGEST}")
