"""The comments of a YAML document that speak to vmlint: `# vmlint: …`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from yaml.error import YAMLError
from yaml.events import CollectionStartEvent, ScalarEvent

from vmlint.record import Record
from vmlint.runtime.pattern import late
from vmlint.source.document import Document
from vmlint.source.libyaml import events
from vmlint.source.span import Span

__all__ = ["CALL", "Comment", "comment_texts", "comments"]

CALL = "vmlint:"
"""What such a comment begins with."""

_CALLED = late(r"(?:(?<=[ \t])|^)#+[ \t]*vmlint:[ \t]*(?P<body>[^\n]*)", re.MULTILINE)
_ALONE = late(r"[ \t]*#")
_ANY = late(r"(?:(?<=[ \t])|^)#[^\n]*", re.MULTILINE)


class Comment(Record):
    """A comment: its text behind the call, and where it is.

    `below` is the line under a comment that has its line to itself, and under those that follow it; 0 where the
    comment is behind something.
    """

    said: str
    span: Span
    below: int


def comments(document: Document) -> Iterator[Comment]:
    """The comments of a document. A `#` in a scalar begins none, and JSON has none.

    Of a document that can't be parsed, those before the mistake count.
    """
    text = document.text
    if document.json or CALL not in text:
        return
    scalars, end = _scalars(text)
    starts = [start for start, _ in scalars]
    row = known_head = 0
    below: dict[int, int] = {}
    for found in _CALLED.finditer(text):
        nearest = bisect_right(starts, found.start()) - 1
        if found.start() >= end or (nearest >= 0 and found.start() < scalars[nearest][1]):
            continue
        head = text.rfind("\n", 0, found.start()) + 1
        row, known_head = row + text.count("\n", known_head, head), head
        shift = 1 - head + (0 if row else document.column - 1)
        line = document.line + row
        alone = not text[head : found.start()].strip(" \t")
        body = found["body"].rstrip()
        stop = found.start() + len(found[0].rstrip())
        span = Span(line, found.start() + shift, line, stop + shift)
        yield Comment(body, span, _below(document, line, below) if alone else 0)


def comment_texts(text: str) -> list[str]:
    """All comments of a YAML document's text, in their order, each from its `#` to the end of its line."""
    if "#" not in text:
        return []
    scalars, _ = _scalars(text)
    starts = [start for start, _ in scalars]
    texts: list[str] = []
    at = 0
    while found := _ANY.search(text, at):
        nearest = bisect_right(starts, found.start()) - 1
        if nearest >= 0 and found.start() < scalars[nearest][1]:
            at = scalars[nearest][1]
        else:
            texts.append(found[0].rstrip())
            at = found.end()
    return texts


def _below(document: Document, line: int, known: dict[int, int]) -> int:
    """The first line under a comment that is no comment itself. `known` are those of other lines, and gets these."""
    passed = []
    while line not in known and _ALONE.match(document.line_text(line)):
        passed.append(line)
        line += 1
    found = known.get(line, line)
    known.update(dict.fromkeys(passed, found))
    return found


def _scalars(text: str) -> tuple[list[tuple[int, int]], int]:
    """The stretches of the text in which a `#` begins no comment, and where the text stops being YAML."""
    found: list[tuple[int, int]] = []
    event: Any = None
    try:
        for event in events(text):
            if type(event) is ScalarEvent:
                found.append(_content(text, event))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return found, mark.index if mark is not None else 0
    is_too_deep = isinstance(event, CollectionStartEvent)
    return found, event.start_mark.index if is_too_deep else len(text)


def _content(text: str, event: Any) -> tuple[int, int]:
    """The stretch of a scalar; a comment may stand behind the `|` of a block scalar."""
    start, end = event.start_mark.index, event.end_mark.index
    if event.style in ("|", ">"):
        start = text.find("\n", start, end) + 1 or end
    return start, end
