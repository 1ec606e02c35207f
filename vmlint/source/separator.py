"""Objects of one document that a forgotten `---` should separate."""

from __future__ import annotations

from typing import Any

__all__ = ["next_object"]

_HEADER = frozenset(("apiVersion", "kind"))


def next_object(text: str, data: Any) -> int | None:
    """Where the second object of a document begins, as an index of its text; None where the document holds one object.

    Its keys repeat those of the first: `apiVersion` or `kind`, and one more at least. Comments directly above belong to
    it.
    """
    if not isinstance(data, dict) or not _HEADER & data.keys():
        return None
    from vmlint.source.positions import Positions

    at_top = [repeat for repeat in Positions(text, 1).repeats if len(repeat.path) == 1]
    names = {repeat.path[0] for repeat in at_top}
    if len(names) < 2 or not names & _HEADER or names <= _HEADER:
        return None
    start = _line_start(text, min(repeat.key[0] for repeat in at_top))
    while start and text[above := _line_start(text, start - 1)] == "#":
        start = above
    return start or None


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1
