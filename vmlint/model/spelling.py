"""What a misspelt word may have meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(word: str, known: Iterable[str], prefix: str = "") -> str:
    """The end of a message: "; did you mean `…`?" where something known is like the word, else nothing."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower().replace("_", "-"), by_lower, n=1, cutoff=0.6)
    return f"; did you mean `{prefix}{by_lower[close[0]]}`?" if close else ""
