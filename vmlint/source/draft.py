"""Many edits of one document, in time that grows with its size and their number, not with the product of both.

An edit decodes the text that it changes, before and after. In a long document, edits inside an entry of a list are
therefore made in the lines of that entry, as if these were the whole document; the entries are put together once, and
the result is compared with the value that the document must have then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yaml import Node, SequenceNode

from vmlint.record import Record
from vmlint.source.edit import Edit, Move
from vmlint.source.edits import decoded, edited, edited_value
from vmlint.source.nodes import INDENT, Nodes, Unfit
from vmlint.source.span import Path

__all__ = ["EditGroup", "edited_in_groups"]

SHORT = 4096
"""The number of characters up to which a text is edited whole: looking for its entries would save nothing."""


class EditGroup(Record):
    """Edits that are made together or not at all; with `keep_comments` not where they would remove a comment."""

    edits: Sequence[Edit]
    keep_comments: bool = True


def edited_in_groups(text: str, groups: Sequence[EditGroup], *, json: bool = False) -> tuple[str, list[str]]:
    """The text of one document with the groups of edits that fit, made one after the other, and for each group why it
    does not fit, "" where it does.

    The text and the reasons are those of `edited` for each group in turn.
    """
    try:
        draft = _Draft(text, json=json)
    except Unfit as reason:
        return text, [str(reason) for _ in groups]
    try:
        reasons = [draft.refusal(group) for group in groups]
        return draft.joined(), reasons
    except _OtherValueError:
        return _in_turn(text, groups, json=json)


def _in_turn(text: str, groups: Sequence[EditGroup], *, json: bool) -> tuple[str, list[str]]:
    """The same, each group made in the whole text."""
    reasons = []
    for group in groups:
        try:
            text = edited(text, group.edits, json=json, keep_comments=group.keep_comments)
            reasons.append("")
        except Unfit as reason:
            reasons.append(str(reason))
    return text, reasons


class _OtherValueError(Exception):
    """Entries that were edited by themselves do not make the document that they should, as with an anchor in one."""


@dataclass(slots=True)
class _Entry:
    """A stretch of a text with one entry of a list, which is edited as a document of its own: a list of one entry."""

    start: int
    end: int
    path: Path
    draft: _Draft


class _Draft:
    """A text while it is edited. `step` is how far its mappings are indented where it shows none; `outer` is how many
    steps lead to the entry that the text is, 0 for a whole document."""

    def __init__(self, text: str, *, json: bool, step: int = INDENT, outer: int = 0) -> None:
        self.data = decoded(text)
        self._text = text
        self._json = json
        self._step = step
        self._outer = outer
        self._entries: dict[Path, _Entry | None] = {}
        self._nodes: Nodes | None = None

    def refusal(self, group: EditGroup) -> str:
        """Makes the edits of a group, or returns why they do not fit."""
        try:
            self._make(group)
        except Unfit as reason:
            return str(reason)
        return ""

    def _make(self, group: EditGroup) -> None:
        entry = self._entry_of(group.edits)
        if entry is not None:
            inner = [_below(edit, len(entry.path)) for edit in group.edits]
            entry.draft._make(EditGroup(inner, group.keep_comments))
            return
        text = self.joined()
        self._text, self.data = edited_value(
            text, self.data, group.edits, json=self._json, keep_comments=group.keep_comments, step=self._step
        )

    def joined(self) -> str:
        """The text with all entries as they are now."""
        entries = sorted((entry for entry in self._entries.values() if entry), key=lambda entry: entry.start)
        self._entries, self._nodes = {}, None
        if not entries:
            return self._text
        pieces, last = [], 0
        for entry in entries:
            inner = entry.draft.joined()
            pieces += [self._text[last : entry.start], inner[1:-1] if self._json else inner]
            last = entry.end
            holder = self.data
            for step in entry.path[:-1]:
                holder = holder[step]
            holder[entry.path[-1]] = entry.draft.data[0]
        self._text = "".join([*pieces, self._text[last:]])
        try:
            same = decoded(self._text) == self.data
        except Unfit:
            same = False
        if not same:
            raise _OtherValueError
        return self._text

    def _entry_of(self, edits: Sequence[Edit]) -> _Entry | None:
        """The entry of a list that all paths of the edits lead into, where it can be edited by itself."""
        if len(self._text) <= SHORT:
            return None
        paths = [path for edit in edits for path in _paths(edit)]
        path = _to_entry(paths[0], self._outer) if paths else ()
        if not path or any(len(other) <= len(path) or other[: len(path)] != path for other in paths):
            return None
        if path not in self._entries:
            try:
                self._entries[path] = self._new_entry(path)
            except Unfit:
                self._entries[path] = None
        return self._entries[path]

    def _new_entry(self, path: Path) -> _Entry | None:
        if self._nodes is None:
            self._nodes = Nodes(self._text, json=self._json, step=self._step)
        nodes = self._nodes
        above, node = nodes.node(path[:-1]), nodes.node(path)
        if not isinstance(above, SequenceNode):
            return None
        place = _braces(node) if self._json else _lines(nodes, above, node)
        if place is None:
            return None
        start, end = place
        text = f"[{self._text[start:end]}]" if self._json else self._text[start:end]
        draft = _Draft(text, json=self._json, step=nodes.step(path), outer=1)
        value: Any = self.data
        for step in path:
            value = value[step]
        return _Entry(start, end, path, draft) if draft.data == [value] else None


def _braces(node: Node) -> tuple[int, int]:
    return int(node.start_mark.index), int(node.end_mark.index)


def _lines(nodes: Nodes, above: SequenceNode, node: Node) -> tuple[int, int] | None:
    """Where the lines of an entry begin and end that shares them with nothing but its dash."""
    start, end = int(node.start_mark.index), nodes.end(node)
    if above.flow_style or start < above.start_mark.index or not end or nodes.text[start] in "&*!":
        return None
    first = nodes.start_of(nodes.row(start))
    if nodes.text[first:start].strip(" ") != "-":
        return None
    return first, nodes.below(nodes.row(end - 1))


def _to_entry(path: Path, outer: int) -> Path:
    """The steps of a path to the first entry of a list, behind the first steps; () where it leads into none."""
    return next((path[: depth + 1] for depth in range(outer, len(path)) if isinstance(path[depth], int)), ())


def _paths(edit: Edit) -> list[Path]:
    return [edit.path, edit.to] if isinstance(edit, Move) else [edit.path]


def _below(edit: Edit, size: int) -> Edit:
    """An edit with the paths that it has in the text of an entry, which is a list of one."""
    if isinstance(edit, Move):
        return Move((0, *edit.path[size:]), (0, *edit.to[size:]))
    return edit._replace(path=(0, *edit.path[size:]))
