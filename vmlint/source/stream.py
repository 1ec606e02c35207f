"""The text of a file to the texts of its documents, cut where kubectl cuts.

Source: KubeVirt `vendor/k8s.io/apimachinery/pkg/util/yaml/decoder.go` (YAMLReader.Read, hasJSONPrefix) and kubectl's
file visitor (`k8s.io/cli-runtime/pkg/resource/visitor.go`, FileVisitor.Visit).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from vmlint.record import Record

__all__ = ["Chunk", "bytes_of", "looks_like_json", "split", "text_of"]

_SEPARATOR = "---"
_NEXT_SEPARATOR = f"\n{_SEPARATOR}"
_BRACE = re.compile(r"\s*\{")
_BOM = "\ufeff"

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(mark for mark, _ in _ENCODINGS)


class Chunk(Record):
    """The text of one document, where it begins in the file, and why its separator is refused ("" if it is not)."""

    text: str
    line: int
    column: int = 1
    refused: str = ""


def text_of(data: bytes) -> str:
    """A file's text: UTF-8, or UTF-16 with a byte-order mark. Bytes that fit neither become U+FFFD, as for kubectl."""
    if data.startswith(_MARKS):
        for mark, encoding in _ENCODINGS:
            if data.startswith(mark):
                return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def bytes_of(text: str, before: bytes) -> bytes:
    """A changed text as the bytes of its file: in the encoding and with the byte-order mark that it had before."""
    for mark, encoding in _ENCODINGS:
        if before.startswith(mark):
            return mark + text.encode(encoding)
    return text.encode("utf-8")


def looks_like_json(text: str) -> bool:
    """Whether kubectl tries JSON first."""
    return _BRACE.match(text) is not None


def split(text: str, line: int = 1, column: int = 1) -> Iterable[Chunk]:
    """The documents of a text that begins at a place of a file.

    The text is cut at each line that begins with `---`, before any YAML is parsed. A separator with more than a comment
    behind it is refused by kubectl: it comes out as a chunk together with what follows it. Line breaks come out as line
    feeds, and the last line has one too.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if text and not text.endswith("\n"):
        text += "\n"
    if _NEXT_SEPARATOR not in text and not text.startswith(_SEPARATOR):
        return (Chunk(text.removeprefix(_BOM), line, column),) if text else ()
    return _cut(text, line, column)


def _cut(text: str, line: int, column: int) -> Iterator[Chunk]:
    """The documents of a text with separators."""
    start = 0
    refused = ""
    for begin, end in _separators(text):
        after = text[begin + len(_SEPARATOR) : end].strip()
        invalid = bool(after) and not after.startswith("#")
        # A separator with nothing before it belongs to the document that it opens.
        if begin == start and not invalid:
            continue
        if begin > start:
            yield Chunk(text[start:begin].removeprefix(_BOM), line, column, refused)
        next_start = begin if invalid else end + 1
        line += text.count("\n", start, next_start)
        column = column if start == next_start else 1
        start = next_start
        refused = _refusal(text[begin:end].strip()) if invalid else ""
    if start < len(text):
        yield Chunk(text[start:].removeprefix(_BOM), line, column, refused)


def _separators(text: str) -> Iterator[tuple[int, int]]:
    """Where each separator begins and its line ends, in a text that has one."""
    begin = 0 if text.startswith(_SEPARATOR) else text.index(_NEXT_SEPARATOR) + 1
    while True:
        end = text.index("\n", begin)
        yield begin, end
        if not (begin := text.find(_NEXT_SEPARATOR, end) + 1):
            return


def _refusal(line: str) -> str:
    shown = line if len(line) <= 40 else f"{line[:40]}…"
    return f"`{shown}` does not separate documents: only a comment may follow `---`; move the rest to the next line"
