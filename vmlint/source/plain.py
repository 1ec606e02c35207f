"""The value of a document in plain block YAML, without libyaml.

Most manifests consist of lines such as `key: value` and `- key: value`, of comments, and of literal texts. What a line
says is known once it was read (`lines`); here is what lines mean together. The value is exactly that of `builder`; a
text that is not surely plain is left to it.
"""

from __future__ import annotations

from itertools import islice
from operator import length_hint
from typing import Any

from vmlint.source.lines import ENTRY, Unsure, known, line_of

__all__ = ["document"]

_LONGEST = 2**20
_DEEPEST = 60


def document(text: str) -> Any:
    """The value of the one document in a text. Raises Unsure where the text is not surely plain."""
    if len(text) > _LONGEST or text[-1:] != "\n":
        raise Unsure
    lines = text.split("\n")
    if lines[0].rstrip(" ") == "---":
        lines[0] = ""
    # The document is the entry that a dash before it would open.
    root: list[Any] = [None]
    here: Any = root
    level = -1
    above: list[tuple[int, Any]] = []
    opened: Any = ENTRY
    left = iter(lines)
    for written in left:
        line = known(written)
        if not line:
            if line is None:
                line = line_of(written)
            if not line:
                continue
        at, key, value, rest = line
        if at != level:
            if at > level:
                if opened is None or len(above) > _DEEPEST:
                    raise Unsure
                above.append((level, here))
                here[opened] = here = [] if at & 1 else {}
                level = at
            else:
                while at < level:
                    level, here = above.pop()
                if at != level:
                    raise Unsure
        if rest is None:
            if key in here:
                raise Unsure
            here[key] = value
            opened = None
            continue
        inner, opened, literal = rest
        if literal:
            start = len(lines) - length_hint(left)
            value, end = _literal(lines, start, (inner or at) >> 1, literal)
            next(islice(left, end - start, end - start), None)
        if inner is None:
            if key in here:
                raise Unsure
            here[key] = value
        elif inner:
            entry = {key: value}
            here.append(entry)
            above.append((level, here))
            here = entry
            level = inner
        else:
            here.append(value)
    if here is root:
        raise Unsure
    return root[0]


def _literal(lines: list[str], start: int, column: int, indicator: str) -> tuple[str, int]:
    """The literal text that begins at a line, of a field at a column; and which line is the first after it."""
    first, last = start, len(lines) - 1
    while first < last and not lines[first].strip(" "):
        first += 1
    indent = len(lines[first]) - len(lines[first].lstrip(" "))
    if indent <= column or any(len(blank) > indent for blank in lines[start:first]):
        raise Unsure
    margin = " " * indent
    end = first
    while end < last and (lines[end].startswith(margin) or not lines[end].strip(" ")):
        end += 1
    content = [line[indent:] for line in lines[start:end]]
    if not "".join(content).isprintable():
        raise Unsure
    text = "\n".join(content)
    if indicator == "|+":
        return text + "\n", end
    text = text.rstrip("\n")
    return (text if indicator == "|-" else text + "\n"), end
