"""Where JSON is broken, in the same words under every Python."""

from __future__ import annotations

import json

from vmlint.record import Record

__all__ = ["Mistake", "mistake"]

_ENDS = {"}": "object", "]": "array"}


class Mistake(Record):
    """What is wrong, and where: `position` counts characters from 0, `line` and `column` from 1."""

    reason: str
    position: int
    line: int
    column: int


def mistake(error: json.JSONDecodeError) -> Mistake:
    """What a decoder complains of. A comma before the end is one from Python 3.13 on; before, the end behind it is."""
    text, reason, position = error.doc, error.msg, error.pos
    before = len(text[:position].rstrip(" \t\n\r")) - 1
    if text[position : position + 1] in _ENDS and text[before : before + 1] == ",":
        reason, position = f"Illegal trailing comma before end of {_ENDS[text[position]]}", before
    return Mistake(reason, position, text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
