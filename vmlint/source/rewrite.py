"""The bytes of a file with other texts for some of its documents; all bytes around them stay."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vmlint.source.decode import decode, decode_text
from vmlint.source.document import Document
from vmlint.source.nodes import Unfit
from vmlint.source.stream import bytes_of, text_of

__all__ = ["plain_text", "rewritten"]


def plain_text(document: Document) -> str:
    """A document's text with line feeds alone, as it is edited."""
    return document.text.replace("\r\n", "\n")


def rewritten(data: bytes, file: str, texts: Mapping[int, str]) -> bytes:
    """A file with new texts for the documents of these indexes. Line ends stay as they are.

    Raises Unfit where the file is not text, a document is not in it as it was read, or the file would be read otherwise
    than its documents alone.
    """
    text = text_of(data)
    if bytes_of(text, data) != data:
        raise Unfit("the file is not UTF-8 text")
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    documents = decode(data, file).documents
    pieces, last = [], 0
    for index in sorted(texts):
        start, end = _stretch(documents[index], starts, text)
        pieces += [text[last:start], _as_before(texts[index], text[start:end])]
        last = end
    new = bytes_of("".join([*pieces, text[last:]]), data)
    expected = [
        decode_text(texts[document.index], "").documents[0].data if document.index in texts else document.data
        for document in documents
    ]
    if [document.data for document in decode(new, file).documents] != expected:
        raise Unfit("the file would be read in another way")
    return new


def _stretch(document: Document, starts: list[int], text: str) -> tuple[int, int]:
    """Where a document's text is in the text of its file."""
    row = document.line - 1
    start = starts[row] + document.column - 1
    breaks = document.text.count("\n")
    rest = len(document.text) - (document.text.rfind("\n") + 1)
    last = starts[row + breaks] if breaks and row + breaks < len(starts) else len(text)
    end = (last if breaks else start) + rest
    written = text[start:end].replace("\r\n", "\n")
    if plain_text(document) not in (written, f"{written}\n"):
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
