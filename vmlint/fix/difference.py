"""The change of a text as a unified diff, in time that grows with the text and the number of changes.

`difflib` compares each line with all that are equal to it: minutes for a long file whose documents are similar. Lines
that are in both texts once divide them into short stretches, which `difflib` compares.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

__all__ = ["unified"]

_CONTEXT = 3
"""How many unchanged lines are shown around a change."""


def unified(old: str, new: str, old_name: str, new_name: str) -> str:
    """The change from one text to another as `diff -u` and git write it; "" for equal texts. Only a line feed ends a
    line."""
    before, after = _lines(old), _lines(new)
    matcher: SequenceMatcher[str] = SequenceMatcher(None, [], [])
    matcher.opcodes = _opcodes(before, after)  # type: ignore[attr-defined] # what `get_grouped_opcodes` groups
    lines: list[str] = []
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        lines.append(f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n")
        for tag, first, last, new_first, new_last in group:
            if tag == "equal":
                lines += [f" {line}" for line in before[first:last]]
            else:
                lines += [f"-{line}" for line in before[first:last]]
                lines += [f"+{line}" for line in after[new_first:new_last]]
    if not lines:
        return ""
    whole = [f"--- {old_name}\n", f"+++ {new_name}\n", *lines]
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in whole)


def _lines(text: str) -> list[str]:
    """The lines with their ends, as patch counts them: nothing but a line feed ends one."""
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), *([rest] if rest else [])]


def _range(start: int, end: int) -> str:
    """A stretch of lines as the head of a hunk has it."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


_Opcode = tuple[str, int, int, int, int]


def _opcodes(before: Sequence[str], after: Sequence[str]) -> list[_Opcode]:
    """What becomes of each stretch of lines, as `SequenceMatcher.get_opcodes` has it."""
    blocks: list[tuple[int, int, int]] = []
    for (start, new_start), (end, new_end) in pairwise([(0, 0), *_anchors(before, after), (len(before), len(after))]):
        for block in _matches(before[start:end], after[new_start:new_end]):
            _join(blocks, start + block[0], new_start + block[1], block[2])
    return list(_changes(blocks, len(before), len(after)))


def _matches(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Stretches that are equal: where they begin in both, and how long they are."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    yield 0, 0, head
    inner = SequenceMatcher(None, before[head : len(before) - tail], after[head : len(after) - tail])
    for block in inner.get_matching_blocks():
        yield head + block.a, head + block.b, block.size
    yield len(before) - tail, len(after) - tail, tail


def _join(blocks: list[tuple[int, int, int]], start: int, new_start: int, size: int) -> None:
    """Adds a stretch, to the last one where it follows that at once."""
    if not size:
        return
    if blocks and (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2]) == (start, new_start):
        first, new_first, length = blocks.pop()
        blocks.append((first, new_first, length + size))
    else:
        blocks.append((start, new_start, size))


def _changes(blocks: Sequence[tuple[int, int, int]], old_end: int, new_end: int) -> Iterator[_Opcode]:
    at, new_at = 0, 0
    for start, new_start, size in [*blocks, (old_end, new_end, 0)]:
        if at < start or new_at < new_start:
            tag = "replace" if at < start and new_at < new_start else "delete" if at < start else "insert"
            yield tag, at, start, new_at, new_start
        if size:
            yield "equal", start, start + size, new_start, new_start + size
        at, new_at = start + size, new_start + size


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Where lines are in both texts that are once in each, as many as are in the same order in both."""
    once, new_once = Counter(before), Counter(after)
    places = {line: at for at, line in enumerate(after) if new_once[line] == 1}
    pairs = [(at, places[line]) for at, line in enumerate(before) if once[line] == 1 and line in places]
    return _ascending(pairs)


def _ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest row of pairs that ascends in both numbers; the first ones ascend already."""
    ends: list[int] = []  # the least second number that ends a row of each length
    indexes: list[int] = []
    before: list[int] = []
    for index, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(indexes[length - 1] if length else -1)
        ends[length : length + 1] = [second]
        indexes[length : length + 1] = [index]
    row, index = [], indexes[-1] if indexes else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]
