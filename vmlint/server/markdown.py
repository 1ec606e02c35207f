"""Texts from manifests in the Markdown that an editor shows, where they stay text.

An editor loads the pictures of what it shows and opens its links, so that a value must be neither.
"""

from __future__ import annotations

import re

from vmlint.report.untrusted import visible

__all__ = ["code", "label", "plain"]

_FENCES = re.compile(r"`+")
_ACTING = re.compile(r"[\\`<&]|(?<=\])[(\[:]")
"""What begins code, HTML and entities, and what follows the brackets of a link or picture."""
_BRACKETS = re.compile(r"[\\`<&\[\]]")


def code(text: str) -> str:
    """The text as code, between more backticks than it has itself."""
    shown = visible(text)
    fence = "`" * (max(map(len, _FENCES.findall(shown)), default=0) + 1)
    blank = " " if len(fence) > 1 else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def plain(text: str) -> str:
    """The text as words of a paragraph."""
    return _ACTING.sub(r"\\\g<0>", visible(text))


def label(text: str) -> str:
    """The text as that of a link."""
    return _BRACKETS.sub(r"\\\g<0>", visible(text))
