"""Documents of one pattern are parsed once.

Repositories hold many documents that differ in a few plain words: names, sizes, addresses, user data. Where two have
the same text but for such words, the third and all that follow are not parsed: their words are put into a copy of what
the pattern holds. The result is what `builder.build` makes of the text, and whatever is not plainly the same case goes
there.

A word is the rest of a line behind `: ` or `- `, of characters that mean nothing to YAML wherever they stand. The body
of a block scalar (`|`) counts as one word.
"""

from __future__ import annotations

import marshal
import re
from functools import lru_cache
from typing import Any, NamedTuple

from vmlint.source.builder import MAX_ALIASED, MAX_SCALAR, Built, build
from vmlint.source.problems import Unreadable
from vmlint.source.scalars import HINTS, ScalarError, plain

__all__ = ["Patterns"]

_WORD = re.compile(r"([:-] )([A-Za-z0-9/][\w./@+=-]*+(?:[: ][\w./@+=-]++)*+)$", re.ASCII | re.MULTILINE)
_BLOCKS = (": |\n", ": |-\n")
_KEY = re.compile(r"( *(?:- +)*)[\w./-]+", re.ASCII)
_BODY = re.compile(r"( +)[!-~]")
_PRINTABLE = re.compile(r"[ -~\n]*")
_MARK = "vmlintWord"
_ONE_MARK = re.compile(rf"{_MARK}([0-9]+)x")
_PLAINLY = 2  # a version of marshal's format; later ones may write a value as a reference to an earlier one
_MOST = 4096  # patterns; beyond, new ones are parsed like any text


class _Pattern(NamedTuple):
    """The data of all documents of a pattern, as `marshal` writes it, cut where words belong.

    `between` are the numbers of what belongs there: of the words, then of the blocks, then of the texts in which words
    stand, each of which is given in pieces.
    """

    parts: list[bytes]
    between: list[int]
    texts: list[list[str]]


class Patterns:
    """The patterns of a run: `build` is for each document's text, one after the other."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._known: dict[str, _Pattern | None] = {}

    def build(self, text: str, most_aliased: int = MAX_ALIASED) -> Built:
        """The value of the first document in the text. It gives and refuses what `builder.build` does."""
        if _MARK in text or "&" in text or len(text) > MAX_SCALAR:
            return build(text, most_aliased)
        outline, blocks = _without_blocks(text)
        pieces = _WORD.split(outline)
        words = pieces[2::3]
        del pieces[2::3]
        outline = "\0".join(pieces)
        if (pattern := self._known.get(outline)) is not None:
            filled = _filled(pattern, words, blocks)
            return build(text) if filled is None else Built(filled, False, None, 0)
        built = build(text)
        if outline not in self._known:
            seen = hash(outline)
            if seen in self._seen and len(self._known) < _MOST:
                self._known[outline] = _pattern(pieces, words, blocks, built)
            self._seen.add(seen)
        return built


def _without_blocks(text: str) -> tuple[str, list[str]]:
    """The text with one mark for the body of each block scalar, and what these bodies come to."""
    parts: list[str] = []
    blocks: list[str] = []
    end = at = 0
    while (at := text.find(": |", at) + 1) > 0:
        header = next((one for one in _BLOCKS if text.startswith(one, at - 1)), None)
        if header is None or (key := _KEY.fullmatch(text, text.rfind("\n", 0, at) + 1, at - 1)) is None:
            continue
        start = at - 1 + len(header)
        first = _BODY.match(text, start)
        if first is None or len(first[1]) <= len(key[1]):
            continue
        body = _body(len(first[1])).match(text, start)
        if body is None or not _PRINTABLE.fullmatch(body[0]):
            continue
        lines = body[0].rstrip("\n")
        if lines.endswith(" "):  # a last line of blanks, which may be part of the text
            continue
        parts += (text[end:start], first[1], _MARK, f"B{len(blocks)}\n")
        blocks.append(lines.replace("\n" + first[1], "\n")[len(first[1]) :] + ("" if "-" in header else "\n"))
        end = at = body.end()
    return "".join((*parts, text[end:])), blocks


@lru_cache(maxsize=64)
def _body(depth: int) -> re.Pattern[str]:
    """The lines of a block scalar of that depth."""
    return re.compile(rf"(?: {{{depth}}}[^\n]*\n|\n)*")


def _pattern(pieces: list[str], words: list[str], blocks: list[str], built: Built) -> _Pattern | None:
    """The pattern of a text that is cut at its words, and that has been built; None where words alone don't make it.

    The pieces are texts and what stands before a word, in turn.
    """
    marks = [f"{_MARK}{number}x" for number in range(len(words))]
    befores = [*(before + mark for before, mark in zip(pieces[1::2], marks, strict=True)), ""]
    try:
        marked = build("".join(piece + before for piece, before in zip(pieces[::2], befores, strict=True)))
    except Unreadable:
        return None
    if not isinstance(marked.data, dict) or built.repeated or built.rest is not None:
        return None
    index = {mark: number for number, mark in enumerate(marks)}
    for number in range(len(blocks)):
        index[f"{_MARK}B{number}"] = index[f"{_MARK}B{number}\n"] = len(words) + number
    pattern = _Pattern([], [], [])
    if not _cut(marked.data, index, len(words) + len(blocks), pattern):
        return None
    pattern.parts.extend(_written(marked.data).split(_written(_MARK)))
    return pattern if _written(_filled(pattern, words, blocks)) == _written(built.data) else None


def _written(data: Any) -> bytes:
    return marshal.dumps(data, _PLAINLY)


def _cut(holder: Any, index: dict[str, int], first_text: int, pattern: _Pattern) -> bool:
    """Leave the bare mark where marks stand below a mapping or list, and note what belongs there, in the order in which
    `marshal` writes; False where a mark stands in a key, or a block's in another text. Texts count from `first_text`.
    """
    for step, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
        if isinstance(step, str) and _MARK in step:
            return False
        if isinstance(value, dict | list):
            if not _cut(value, index, first_text, pattern):
                return False
        elif isinstance(value, str) and _MARK in value:
            if value in index:
                pattern.between.append(index[value])
            elif f"{_MARK}B" in value:
                return False
            else:
                pattern.between.append(first_text + len(pattern.texts))
                pattern.texts.append(_ONE_MARK.split(value))
            holder[step] = _MARK
    return True


def _filled(pattern: _Pattern, words: list[str], blocks: list[str]) -> Any:
    """The data with its words; None where a word is refused, or makes no text where a text was."""
    try:
        values = [plain(word) if word[0] in HINTS else word for word in words]
        values += blocks
        values += [_text(pieces, words) for pieces in pattern.texts]
    except ScalarError:
        return None
    parts = [b""] * (2 * len(pattern.between) + 1)
    parts[::2] = pattern.parts
    parts[1::2] = [marshal.dumps(values[number], _PLAINLY) for number in pattern.between]
    return marshal.loads(b"".join(parts))


def _text(pieces: list[str], words: list[str]) -> str:
    """A text with its words: the odd pieces are their numbers."""
    text = "".join([words[int(piece)] if odd % 2 else piece for odd, piece in enumerate(pieces)])
    if "\n" not in text and not isinstance(plain(text), str):
        raise ScalarError(text)
    return text
