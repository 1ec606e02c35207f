"""Changes of single fields of a document, made in its text: every byte that a change does not mean stays.

An edit names fields by their paths. It is made by cutting stretches out of the text and putting others in, one edit
after the other, and the result is decoded again: only a text whose value is the old one with just that change counts.
What can't be made so is refused with the reason, and never approximated.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from yaml import CollectionNode, CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode
from yaml.error import YAMLError

from vmlint.source.builder import build
from vmlint.source.comments import comment_texts
from vmlint.source.decode import decode_text
from vmlint.source.edit import Edit, Move, Put, Quote, Remove
from vmlint.source.positions import yaml_of_json
from vmlint.source.problems import Unreadable
from vmlint.source.span import Path

__all__ = ["Unfit", "edited"]


class Unfit(Exception):  # noqa: N818 - it says what the text is for the edit
    """Why an edit can't be made surely, as a clause."""


def edited(text: str, edits: Sequence[Edit], *, json: bool = False, keep_comments: bool = True) -> str:
    """The text of one document with some edits made, one after the other.

    Line breaks are line feeds, as in the text of a `Document`. With `keep_comments`, an edit that would take a comment
    away is refused. Raises Unfit.
    """
    before = _decoded(text)
    comments = [] if json else comment_texts(text)
    for edit in edits:
        page = _Page(text, json)
        text = page.with_edit(edit)
        try:
            before = _changed(before, edit, page)
        except (KeyError, IndexError, TypeError):
            raise Unfit("it is not written there") from None
        if _decoded(text) != before:
            raise Unfit("the notation around it is not supported in edits")
    if keep_comments and not json and sorted(comment_texts(text)) != sorted(comments):
        raise Unfit("the edit would remove a comment")
    return text


def _decoded(text: str) -> Any:
    documents = decode_text(text, "").documents
    if len(documents) != 1 or documents[0].problem or documents[0].duplicates:
        raise Unfit("the document can't be read, or has a key twice")
    return documents[0].data


# What an edit means


def _changed(data: Any, edit: Edit, page: _Page) -> Any:
    """The value that a document has after an edit."""
    data = deepcopy(data)
    match edit:
        case Put(path, value):
            _put(data, path, value)
        case Move(path, to):
            _put(data, to, _popped(data, path))
        case Remove(path, if_empty):
            if not if_empty or page.is_empty(path):
                _popped(data, path)
        case Quote(path):
            _put(data, path, page.token(path))
    return data


def _popped(data: Any, path: Path) -> Any:
    for step in path[:-1]:
        data = data[step]
    return data.pop(path[-1])


def _put(data: Any, path: Path, value: Any) -> None:
    for step in path[:-1]:
        if isinstance(data, dict) and data.get(step) is None:
            data[step] = {}
        data = data[step]
    data[path[-1]] = value


# How it is written

_INDENT = 2
"""How far a nested mapping is indented in a document that does not show it."""

_Splice = tuple[int, int, str]
"""A stretch of the text, and what stands there instead."""


class _Page:
    """A document's text with its nodes, for one edit."""

    def __init__(self, text: str, json: bool) -> None:
        self._text = text
        self._json = json
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        try:
            root = CSafeLoader(yaml_of_json(text) if json else text).get_single_node()
        except (YAMLError, RecursionError):
            root = None
        if root is None or isinstance(root, ScalarNode):
            raise Unfit("the document is not a mapping")
        self._root: Node = root

    def with_edit(self, edit: Edit) -> str:
        match edit:
            case Put(path, value):
                splices = self._put(path, value)
            case Move(path, to) if path[:-1] == to[:-1]:
                splices = self._rename(path, str(to[-1]))
            case Move(path, to):
                splices = self._move(path, to)
            case Remove(path, if_empty):
                stays = if_empty and not self.is_empty(path)
                splices = [] if stays else self._remove(path)
            case Quote(path, wanted):
                place = self._value(path)
                token = self.token(path)
                if wanted and token != wanted:
                    raise Unfit(f"it is written `{token}`, and may be meant as that text or as `{wanted}`")
                splices = [(place.start_mark.index, place.end_mark.index, self._inline(token))]
        return self._spliced(splices)

    def token(self, path: Path) -> str:
        """The characters of an unquoted scalar."""
        node = self._value(path)
        if not isinstance(node, ScalarNode) or node.style or not node.value:
            raise Unfit("its value is not a plain one")
        return str(node.value)

    def _spliced(self, splices: Sequence[_Splice]) -> str:
        text = self._text
        last = len(text)
        for start, end, new in sorted(splices, reverse=True):
            if end > last:
                raise Unfit("what is to change overlaps")
            text, last = text[:start] + new + text[end:], start
        return text

    def is_empty(self, path: Path) -> bool:
        """Whether a mapping is there and has nothing in it."""
        node, rest = self._walk(path)
        return not rest and isinstance(node, MappingNode) and not node.value

    # The four edits

    def _rename(self, path: Path, name: str) -> list[_Splice]:
        holder, index = self._holder(path)
        if any(_name(key) == name for key, _ in holder.value):
            raise Unfit(f"`{name}` exists already")
        key = _plain(holder.value[index][0])
        return [(key.start_mark.index, key.end_mark.index, self._key(name, key.style))]

    def _put(self, path: Path, value: Any) -> list[_Splice]:
        above, rest = self._nearest(path)
        if not rest:
            return self._replace(path, value)
        for step in reversed(rest[1:]):
            value = {step: value}
        return self._insert(above, str(rest[0]), value)

    def _replace(self, path: Path, value: Any) -> list[_Splice]:
        node = self._value(path)
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return self._lead(node, value)
        if not _on_one_line(node):
            raise Unfit("its value is written over several lines")
        start, end = node.start_mark.index, node.end_mark.index
        new = self._inline(value, node.style if isinstance(node, ScalarNode) else None)
        if start == end:
            start = end = self._after_colon(path)
            new = f" {new}"
        return [(start, end, new)]

    def _lead(self, node: ScalarNode, value: Any) -> list[_Splice]:
        """Lines in front of those of a block scalar: the one change of it that leaves the others as they are."""
        start, end = node.start_mark.index, node.end_mark.index
        lead = value.removesuffix(node.value) if isinstance(value, str) and node.value else ""
        first = re.compile(r"\n+([ ]+)\S").search(self._text, start, end)
        if not lead.endswith("\n") or lead == value or first is None or node.style == ">":
            raise Unfit("its value is written over several lines")
        return [(first.start(1), first.start(1), "".join(f"{first[1]}{line}\n" for line in lead.splitlines()))]

    def _move(self, path: Path, to: Path) -> list[_Splice]:
        holder, index = self._holder(path)
        key, value = holder.value[index]
        _plain(key)
        self._own(value, key)
        above, rest = self._nearest(to)
        if not rest:
            raise Unfit(f"`{to[-1]}` exists already")
        names = [str(step) for step in rest]
        if self._has_own_lines(holder, index) and self._takes_lines(above):
            moved, region = self._lines_of(holder, index)
            fresh = lambda indent: self._moved(names, moved, key, indent)  # noqa: E731
            stays = len(holder.value) > 1 or above == path[:-1]
            return [*self._insert_lines(above, fresh), *self._without_lines(path[:-1], region, stays=stays)]
        start, end = value.start_mark.index, self._end(value)
        if not _on_one_line(value):
            raise Unfit("its value is written over several lines")
        inner = self._text[start:end] or "null"
        for name in reversed(names[1:]):
            inner = f"{{{self._key(name)}: {inner}}}"
        return [*self._insert_inline(above, names[0], inner), *self._remove(path)]

    def _remove(self, path: Path) -> list[_Splice]:
        holder, index = self._holder(path)
        entries = holder.value
        key, value = entries[index]
        self._own(value, key)
        if self._has_own_lines(holder, index):
            return self._without_lines(path[:-1], self._rows(key, value), stays=len(entries) > 1)
        start, end = key.start_mark.index, self._end(value) or key.end_mark.index
        if len(entries) == 1:
            whole = (holder.start_mark.index + 1, holder.end_mark.index - 1, "")
            return [whole] if holder.flow_style else [(start, end, "{}")]
        if index + 1 < len(entries):
            return [(start, entries[index + 1][0].start_mark.index, "")]
        if not holder.flow_style:
            raise Unfit("it shares its line with another field")
        before = entries[index - 1][1]
        return [(self._end(before) or entries[index - 1][0].end_mark.index + 1, end, "")]

    # Putting a field into a mapping

    def _insert(self, path: Path, name: str, value: Any) -> list[_Splice]:
        if self._takes_lines(path):
            return self._insert_lines(path, lambda indent: list(self._block(name, value, indent)))
        return self._insert_inline(path, name, self._inline(value))

    def _takes_lines(self, path: Path) -> bool:
        """Whether a mapping has a line for each of its fields, or may have, being empty."""
        if self._json:
            return False
        node = self._node(path)
        if isinstance(node, MappingNode) and (node.value or not path):
            return not bool(node.flow_style)
        if not path or isinstance(path[-1], int) or not (isinstance(node, MappingNode) or _is_null(node)):
            return False
        holder = self._node(path[:-1])
        return isinstance(holder, MappingNode) and not holder.flow_style

    def _insert_lines(self, path: Path, lines: Any) -> list[_Splice]:
        """Lines below all that a mapping holds; `lines` makes them for an indentation."""
        node = self._node(path)
        if isinstance(node, MappingNode) and node.value:
            indent = self._column(node.value[0][0])
            row = self._rows(*node.value[-1])[1]
            at = self._below(row)
            return [(at, at, "".join(f"{line}\n" for line in lines(indent)))]
        holder, index = self._holder(path)
        key, _ = holder.value[index]
        indent = self._column(key) + self._step(path)
        splices: list[_Splice] = []
        colon = self._after_colon(path)
        if node.start_mark.index < node.end_mark.index:
            if not self._text[colon : node.start_mark.index].isspace() or "\n" in self._text[colon : self._end(node)]:
                raise Unfit("the notation of its mapping is not supported in edits")
            splices.append((colon, node.end_mark.index, ""))
        at = self._below(self._row(colon))
        return [*splices, (at, at, "".join(f"{line}\n" for line in lines(indent)))]

    def _insert_inline(self, path: Path, name: str, value: str) -> list[_Splice]:
        """A field behind the last one of a mapping in braces, spaced as that is."""
        node = self._node(path)
        new = f"{self._key(name)}: {value}"
        if _is_null(node) and path:
            at = self._after_colon(path)
            return [(at, max(at, node.end_mark.index), f" {{{new}}}")]
        if not isinstance(node, MappingNode) or not node.flow_style:
            raise Unfit("its parent is not a mapping")
        if not node.value:
            return [(node.start_mark.index, node.end_mark.index, f"{{{new}}}")]
        last_key, last = node.value[-1]
        start = self._end(node.value[-2][1]) if len(node.value) > 1 else node.start_mark.index
        gap = self._text[start : last_key.start_mark.index].lstrip(",{")
        if len(node.value) == 1 and "\n" not in gap:
            gap = " "
        if gap.strip():
            raise Unfit("its mapping contains a comment")
        at = self._end(last) or last_key.end_mark.index
        return [(at, at, f",{gap}{new}")]

    def _block(self, name: str, value: Any, indent: int) -> Iterator[str]:
        if isinstance(value, dict) and value:
            yield f"{' ' * indent}{self._key(name)}:"
            for key, inner in value.items():
                yield from self._block(key, inner, indent + _INDENT)
        else:
            yield f"{' ' * indent}{self._key(name)}: {self._inline(value)}"

    # Whole lines

    def _has_own_lines(self, holder: MappingNode, index: int) -> bool:
        """Whether nothing but the field stands in its lines, behind it at most a comment."""
        if holder.flow_style or self._json:
            return False
        key, value = holder.value[index]
        first, last = self._rows(key, value)
        end = self._end(value) or key.end_mark.index + 1
        before = self._text[self._start_of(first) : key.start_mark.index]
        behind = self._text[end : self._below(last)].strip(" \t\n")
        return not before.strip(" ") and (not behind or behind.startswith("#"))

    def _lines_of(self, holder: MappingNode, index: int) -> tuple[list[str], tuple[int, int]]:
        """The lines of a field with the comments directly above it, and their rows."""
        key, value = holder.value[index]
        first, last = self._rows(key, value)
        indent = " " * self._column(key)
        while first and self._line(first - 1).startswith(f"{indent}#"):
            first -= 1
        return [self._line(row) for row in range(first, last + 1)], (first, last)

    def _moved(self, names: Sequence[str], lines: Sequence[str], key: ScalarNode, indent: int) -> list[str]:
        """Lines of a field under another name and at another indentation, below the mappings that lead there."""
        new = [f"{' ' * (indent + _INDENT * depth)}{self._key(name)}:" for depth, name in enumerate(names[:-1])]
        wanted = indent + _INDENT * (len(names) - 1)
        have = self._column(key)
        renamed = False
        for line in lines:
            if line[: min(have, len(line))].strip(" "):
                raise Unfit("its value is written over several lines")
            bare = line[have:]
            if not renamed and not bare.startswith("#"):
                length = key.end_mark.index - key.start_mark.index
                bare, renamed = self._key(names[-1], key.style) + bare[length:], True
            new.append(f"{' ' * wanted}{bare}" if bare else "")
        return new

    def _without_lines(self, path: Path, rows: tuple[int, int], *, stays: bool) -> list[_Splice]:
        """The lines of a field taken out; a mapping that would have no other is written as empty unless it `stays`."""
        first, last = rows
        gone: _Splice = (self._start_of(first), self._below(last), "")
        if stays:
            return [gone]
        if not path or isinstance(path[-1], int):
            raise Unfit("its mapping would be empty")
        colon = self._after_colon(path)
        return [(colon, colon, " {}"), gone]

    # Finding nodes

    def _node(self, path: Path) -> Node:
        node, rest = self._walk(path)
        if rest:
            raise Unfit("it is not written there")
        return node

    def _value(self, path: Path) -> Node:
        """The node of a field or entry that stands in its own place, bare of anchor and tag."""
        if isinstance(path[-1], int):
            node = self._node(path)
            return self._own(node, self._node(path[:-1]))
        holder, index = self._holder(path)
        return self._own(holder.value[index][1], holder.value[index][0])

    def _holder(self, path: Path) -> tuple[MappingNode, int]:
        """The mapping that has a field, and which entry of it the field is."""
        holder = self._node(path[:-1])
        if not isinstance(holder, MappingNode):
            raise Unfit("it is not a field of a mapping")
        found = [index for index, (key, _) in enumerate(holder.value) if _name(key) == path[-1]]
        if len(found) != 1:
            raise Unfit("it is not written there")
        return holder, found[0]

    def _nearest(self, path: Path) -> tuple[Path, Path]:
        """How far a path leads, and the rest of it."""
        _, rest = self._walk(path)
        if any(isinstance(step, int) for step in rest):
            raise Unfit("its list is not written there")
        return path[: len(path) - len(rest)], rest

    def _walk(self, path: Path) -> tuple[Node, Path]:
        node = self._root
        for depth, step in enumerate(path):
            before, below = _child(node, step)
            if below is None:
                return node, path[depth:]
            if below.start_mark.index < before.start_mark.index:
                raise Unfit("it is written elsewhere, as an anchor")
            node = below
        return node, ()

    def _own(self, node: Node, before: Node) -> Node:
        """A node that is neither an alias nor named by an anchor or tagged."""
        start = node.start_mark.index
        if start < before.start_mark.index or self._text[start : start + 1] in ("&", "*", "!"):
            raise Unfit("an anchor, an alias or a tag is part of it")
        return node

    # Places in the text

    def _end(self, node: Node) -> int:
        """Where a value ends; libyaml ends a block collection where the next thing begins. 0 for one that is not
        written."""
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if start == end:
            return 0
        if isinstance(node, ScalarNode):
            return start + len(self._text[start:end].rstrip()) if node.style in ("|", ">") else end
        if not node.value or (isinstance(node, CollectionNode) and node.flow_style):
            return end
        if isinstance(node, MappingNode):
            key, value = node.value[-1]
            return self._end_behind(key, value)
        last = node.value[-1]
        return self._end(last) or start + len(self._text[start:end].rstrip())

    def _end_behind(self, key: Node, value: Node) -> int:
        if value.start_mark.index < key.start_mark.index:  # an alias
            return self._below(self._row(key.end_mark.index)) - 1
        return self._end(value) or int(key.end_mark.index) + 1

    def _rows(self, key: Node, value: Node) -> tuple[int, int]:
        """The first and the last row of a field, from 0."""
        return self._row(key.start_mark.index), self._row(self._end_behind(key, value) - 1)

    def _row(self, index: int) -> int:
        return bisect_right(self._breaks, index - 1)

    def _start_of(self, row: int) -> int:
        return self._breaks[row - 1] + 1 if row else 0

    def _below(self, row: int) -> int:
        """Where the next row begins."""
        if row >= len(self._breaks):
            raise Unfit("its line has no end")
        return self._breaks[row] + 1

    def _line(self, row: int) -> str:
        return self._text[self._start_of(row) : self._below(row) - 1]

    def _column(self, node: Node) -> int:
        index = int(node.start_mark.index)
        return index - self._start_of(self._row(index))

    def _after_colon(self, path: Path) -> int:
        """The place behind the colon of a field."""
        holder, index = self._holder(path)
        found = re.compile(r"[ \t]*:").match(self._text, holder.value[index][0].end_mark.index)
        if found is None:
            raise Unfit("the notation of its key is not supported in edits")
        return found.end()

    def _step(self, path: Path) -> int:
        """How far the mappings around a path are indented in their parents."""
        for length in range(len(path) - 1, 0, -1):
            inner, outer = self._node(path[:length]), self._node(path[: length - 1])
            if isinstance(inner, MappingNode) and isinstance(outer, MappingNode) and not inner.flow_style:
                step = self._column(inner.value[0][0]) - self._column(outer.value[0][0])
                if step > 0:
                    return step
        return _INDENT

    # Writing values

    def _key(self, name: str, style: str | None = None) -> str:
        return self._inline(name, style)

    def _inline(self, value: Any, style: str | None = None) -> str:
        """A value on one line, text in the wanted quotes; without any where YAML reads that as the same text."""
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self._key(name)}: {self._inline(inner)}" for name, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._inline, value)) + "]"
        if not isinstance(value, str):
            return json.dumps(value)
        if self._json or style == '"':
            return json.dumps(value, ensure_ascii=False)
        if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        return value if _reads_as_itself(value) else json.dumps(value, ensure_ascii=False)


def _child(node: Node, step: str | int) -> tuple[Node, Node | None]:
    """The node at a step, and one that stands before it in the text unless it is an alias."""
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step - 1] if step else node, node.value[step]
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if _name(key) == step), (node, None))
    return node, None


def _name(key: Node) -> str:
    return str(key.value) if isinstance(key, ScalarNode) else ""


def _plain(key: Node) -> ScalarNode:
    """A key that is simply written."""
    if not isinstance(key, ScalarNode) or key.style in ("|", ">"):
        raise Unfit("the notation of its key is not supported in edits")
    return key


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.style and node.value in ("", "~", "null", "Null", "NULL")


def _on_one_line(node: Node) -> bool:
    """Whether a value is written so that it could stand between braces."""
    if isinstance(node, ScalarNode):
        return str(node.style) not in ("|", ">")
    return isinstance(node, CollectionNode) and bool(node.flow_style)


def _reads_as_itself(value: str) -> bool:
    try:
        alone, paired = build(f"[{value}]\n").data, build(f"{value}: {value}\n").data
    except Unreadable:
        return False
    return bool(alone == [value] and paired == {value: value})
