"""What XML can hold."""

from __future__ import annotations

import re

from vmlint.report.untrusted import visible

__all__ = ["allowed", "characters"]

_NEVER = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that no XML document can hold, not even as a reference. Source: W3C "XML 1.0", section 2.2."""


def characters(text: str) -> str:
    """Untrusted text on one line, with escapes for what can't be seen and for what XML has no place for."""
    return allowed(visible(text))


def allowed(text: str) -> str:
    """The text with escapes for what XML has no place for."""
    return _NEVER.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
