"""The bytes of a file with other texts for some of its documents; all bytes around them stay."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vmlint.source.decode import decode, decode_text
from vmlint.source.document import Document
from vmlint.source.edits import Unfit
from vmlint.source.stream import bytes_of, text_of

__all__ = ["plain_text", "rewritten"]


def plain_text(document: Document) -> str:
    """A document's text with line feeds alone, as it is edited."""
    return document.text.replace("\r\n", "\n")


def rewritten(data: bytes, file: str, texts: Mapping[int, str]) -> bytes:
    """A file with new texts for the documents of these indexes. Line ends stay as they are.

    Raises Unfit where the file is no text, a document is not in it as it was read, or the file would be read otherwise
    than its documents alone.
    """
    text = text_of(data)
    if bytes_of(text, data) != data:
        raise Unfit("the file is not UTF-8 text")
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    documents = decode(data, file).documents
    for index in sorted(texts, reverse=True):
        start, end = _stretch(documents[index], starts, text)
        text = text[:start] + _as_before(texts[index], text[start:end]) + text[end:]
    new = bytes_of(text, data)
    expected = [
        decode_text(texts[one.index], "").documents[0].data if one.index in texts else one.data for one in documents
    ]
    if [one.data for one in decode(new, file).documents] != expected:
        raise Unfit("the file would be read in another way")
    return new


def _stretch(document: Document, starts: list[int], text: str) -> tuple[int, int]:
    """Where a document's text stands in the text of its file."""
    row = document.line - 1
    start = starts[row] + document.column - 1
    breaks = document.text.count("\n")
    rest = len(document.text) - (document.text.rfind("\n") + 1)
    last = starts[row + breaks] if breaks and row + breaks < len(starts) else len(text)
    end = (last if breaks else start) + rest
    found = text[start:end].replace("\r\n", "\n")
    if plain_text(document) not in (found, f"{found}\n"):
        raise Unfit("its file has changed since it was read")
    return start, end


def _as_before(new: str, old: str) -> str:
    """A document's text with the line ends that it had, the last one too."""
    if not old.endswith("\n"):
        new = new.removesuffix("\n")
    if "\r\n" not in old:
        return new
    if old.count("\n") != old.count("\r\n"):
        raise Unfit("its lines end in two ways")
    return new.replace("\n", "\r\n")
