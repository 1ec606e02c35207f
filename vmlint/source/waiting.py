"""Which documents may wait to be decoded: most repositories hold far more that is no business of vmlint's.

A document waits only where its text shows beyond doubt what kind of object it is. Whatever is written in an unusual way
is decoded at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["MayWait", "header_of"]

MayWait = Callable[[str, str, str], bool]
"""Asked with an object's `apiVersion` and `kind` and its document's text: whether it can wait until somebody asks."""

_VALUE = re.compile(r" +([A-Za-z0-9./-]+) *\n", re.ASCII)
_ODD_LINE = re.compile(r"\n(?![ #\nA-Za-z-]|\Z)")
_ODD = ('"kind"', "'kind'", '"apiVersion"', "'apiVersion'", "{{")


def header_of(text: str) -> tuple[str, str] | None:
    """The `apiVersion` and `kind` of a document's one object, None where its text may mean something else.

    Both stand once at the top of a block mapping; nothing else at the start of a line may be a key of that name, end
    the document, or begin another style of YAML.
    """
    lines = f"\n{text}"
    if lines.count("\nkind") != 1 or lines.count("\napiVersion") != 1:
        return None
    for odd in _ODD:
        if odd in text:
            return None
    version = _VALUE.match(lines, lines.index("\napiVersion") + len("\napiVersion:"))
    kind = _VALUE.match(lines, lines.index("\nkind") + len("\nkind:"))
    if version is None or kind is None or _ODD_LINE.search(lines):
        return None
    return version[1], kind[1]
