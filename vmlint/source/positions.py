"""Where each field of a document is: the same text parsed again, for the positions alone.

The tree mirrors what `builder` makes. An alias's fields stand in the text of its anchor; a key that appears twice is
the later one, as for the data.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from vmlint.source.built import MAX_DEPTH
from vmlint.source.libyaml import is_merge, key_of, too_deep_part
from vmlint.source.problems import CONTROL
from vmlint.source.scalars import ScalarError
from vmlint.source.span import Path, Span

__all__ = ["Positions", "Repeat", "yaml_of_json"]

_Range = tuple[int, int]
"""Start and end of a stretch, in characters from the start of the document's text."""

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_PAIR_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class Repeat:
    """A key that appears again: its path, where, and where it was before."""

    __slots__ = ("before", "key", "path")

    def __init__(self, path: Path, key: _Range, before: _Range) -> None:
        self.path = path
        self.key = key
        self.before = before


class _Node:
    """A value's place. `fields` holds the children of a mapping, `entries` those of a list; both are None for a scalar.

    `key` is the key that leads to it, None for an entry of a list and for the root; `first` is a mapping's first key.
    """

    __slots__ = ("entries", "fields", "first", "key", "value")

    def __init__(self, key: _Range | None, value: _Range) -> None:
        self.key = key
        self.value = value
        self.first: _Range | None = None
        self.fields: dict[str, _Node] | None = None
        self.entries: list[_Node] | None = None

    def child(self, step: str | int) -> _Node | None:
        if isinstance(step, str):
            return self.fields.get(step) if self.fields is not None else None
        return self.entries[step] if self.entries is not None and 0 <= step < len(self.entries) else None


class Positions:
    """The places of a document's fields. `line` and `column` say where in the file the document's text begins."""

    def __init__(self, text: str, line: int, *, column: int = 1, json: bool = False) -> None:
        self._text = text
        self._line = line
        self._column = column
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        walk = _Walk(yaml_of_json(text) if json else text)
        self._root = walk.root
        self.repeats = tuple(walk.repeats)

    def span(self, path: Path) -> Span:
        """A scalar's own place, else the key of the field; an absent field's nearest existing parent."""
        node = self._find(path)
        if node is None:
            return self._first_line()
        if node.fields is None and node.entries is None and node.value[0] < node.value[1]:
            return self.line_of(node.value)
        return self.key_span(path)

    def key_span(self, path: Path) -> Span:
        """The place of the key that leads to a field; of a list's entry, its first key or its first line."""
        node = self._find(path)
        if node is None:
            return self._first_line()
        if node.key is not None:
            return self.line_of(node.key)
        if node.first is not None:
            return self.line_of(node.first)
        start, end = node.value
        if start == end and not _collection(node):
            # An entry that is not written: `-` and nothing behind it.
            stem = self._text[:start].rstrip()
            return self.line_of((max(len(stem) - 1, 0), len(stem)))
        return self.rest_of_line(start)

    def path_at(self, line: int, column: int) -> tuple[Path, bool, bool]:
        """The field at a place of the file: its path, whether the place is on its key, and whether it is on a word at
        all, the key or the value of a scalar. The end of a word belongs to it.

        Beside a word it is the field before it on the same line; `()` where there is none.
        """
        row = line - self._line
        if not 0 <= row < len(self._starts):
            return (), False, False
        start = self._starts[row]
        stop = self._starts[row + 1] - 1 if row + 1 < len(self._starts) else len(self._text)
        index = min(start + column - (1 if row else self._column), stop)
        before: tuple[int, Path, bool] = (-1, (), False)
        for path, place, is_key in self._words(self._root, ()):
            if place[0] <= index <= place[1] and place[0] < place[1]:
                return path, is_key, True
            if max(start, before[0]) <= place[0] < index:
                before = place[0], path, is_key
        return before[1], before[2], False

    def _words(self, node: _Node | None, path: Path) -> Iterator[tuple[Path, _Range, bool]]:
        """The places of all keys and scalars."""
        if node is None:
            return
        for step, below in _children(node):
            there = (*path, step)
            if below.key is not None:
                yield there, below.key, True
            if _collection(below):
                yield from self._words(below, there)
            else:
                yield there, below.value, False

    def extent(self, path: Path) -> tuple[int, int]:
        """The lines from a field's key to the end of its value; of an absent field, the line of its place."""
        node = self._find(path)
        if node is None or node is not self._exact(path):
            line = self.span(path).line
            return line, line
        start = node.key[0] if node.key is not None else node.value[0]
        end = max(start, self._end(node))
        return self._line + bisect_right(self._starts, start) - 1, self._line + bisect_right(self._starts, end) - 1

    def _exact(self, path: Path) -> _Node | None:
        node = self._root
        for step in path:
            node = node.child(step) if node is not None else None
        return node

    def _end(self, node: _Node) -> int:
        """The last character of a value. libyaml ends a block collection where the next thing begins."""
        start, end = node.value
        below = [*(node.fields or {}).values(), *(node.entries or ())]
        if below and self._text[start] not in "*{[":
            ends: list[int] = [max(self._end(child), (child.key or child.value)[0]) for child in below]
            return max(ends)
        return start + len(self._text[start:end].rstrip()) - 1

    def line_of(self, place: _Range) -> Span:
        """The first line of a stretch of the text."""
        start, end = place
        row = bisect_right(self._starts, start) - 1
        stop = self._starts[row + 1] - 1 if row + 1 < len(self._starts) else len(self._text)
        if end > stop:
            end = start + len(self._text[start:stop].rstrip())
        return self._span(row, start, end)

    def rest_of_line(self, start: int) -> Span:
        """From a place to the end of its line."""
        return self.line_of((start, len(self._text) + 1))

    def _span(self, row: int, start: int, end: int) -> Span:
        line = self._line + row
        # Add this to a place in the text, and it is a column.
        shift = 1 - self._starts[row] if row else self._column
        return Span(line, start + shift, line, end + shift)

    def _first_line(self) -> Span:
        if self._root is not None:
            return self.rest_of_line(self._root.value[0])
        return self.rest_of_line(len(self._text) - len(self._text.lstrip()) if self._text.strip() else 0)

    def _find(self, path: Path) -> _Node | None:
        """The node at the path or the nearest existing parent; None for the document itself."""
        node = self._root
        for step in path:
            below = node.child(step) if node is not None else None
            if below is None:
                break
            node = below
        return None if node is self._root and (node is None or _collection(node)) else node


def _children(node: _Node) -> Iterator[tuple[str | int, _Node]]:
    yield from (node.fields or {}).items()
    yield from enumerate(node.entries or ())


def _collection(node: _Node) -> bool:
    return node.fields is not None or node.entries is not None


def yaml_of_json(text: str) -> str:
    """JSON text that libyaml can read, each character in its place: tabs, and characters and escapes of JSON alone."""
    return _PAIR_ESCAPE.sub(r"\\u0020", CONTROL.sub(" ", text.replace("\t", " ")))


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    """The text goes on with something that no document can have; what is before it has its place."""


class _Walk:
    """One pass over a text's events. What was read before an error is kept."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self._read(text)
        except YAMLError as error:
            if (part := too_deep_part(error, text)) is not None:
                with suppress(YAMLError):
                    self._read(part)

    def _read(self, text: str) -> None:
        self.root: _Node | None = None
        self.repeats: list[Repeat] = []
        self._depth = 0
        self._path: list[str | int] = []
        self._anchors: dict[str, tuple[_Node, Any]] = {}
        self._next: Callable[[], Any] = CParser(text).get_event
        with suppress(ScalarError, _Refused):
            self._next()
            if type(self._next()) is DocumentStartEvent:
                event = self._next()
                self.root = self._node(event, None)
                self._children(event, self.root)

    def _node(self, event: Any, key: _Range | None) -> _Node:
        """The node that an event starts, still without its children: kept first, an error in them loses nothing."""
        node = _Node(key, self._range(event))
        if type(event) is AliasEvent:
            if event.anchor in self._anchors:
                named = self._anchors[event.anchor][0]
                node.fields, node.entries = named.fields, named.entries
        elif event.anchor is not None:
            self._anchors[event.anchor] = (node, event)
        return node

    def _children(self, event: Any, node: _Node) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH + 1:
            raise _Refused
        if type(event) is MappingStartEvent:
            node.fields = {}
            self._mapping(node, node.fields)
        elif type(event) is SequenceStartEvent:
            node.entries = []
            self._sequence(node.entries)
        self._depth -= 1

    def _mapping(self, mapping: _Node, fields: dict[str, _Node]) -> None:
        merged: set[str] = set()
        while type(event := self._next()) is not MappingEndEvent:
            mapping.first = mapping.first or self._range(event)
            if is_merge(event):
                merged |= self._merge(fields)
                continue
            place = self._node(event, None).value
            if type(event) is AliasEvent and event.anchor in self._anchors:
                event = self._anchors[event.anchor][1]
            if type(event) is not ScalarEvent:
                raise _Refused
            key = key_of(event)
            self._path.append(key)
            if key in merged:
                merged.discard(key)
            elif key in fields:
                self.repeats.append(Repeat(tuple(self._path), place, fields[key].key or place))
            event = self._next()
            fields[key] = self._node(event, place)
            self._children(event, fields[key])
            self._path.pop()

    def _sequence(self, entries: list[_Node]) -> None:
        while type(event := self._next()) is not SequenceEndEvent:
            self._path.append(len(entries))
            entries.append(self._node(event, None))
            self._children(event, entries[-1])
            self._path.pop()

    def _merge(self, fields: dict[str, _Node]) -> set[str]:
        event = self._next()
        node = self._node(event, None)
        self._children(event, node)
        keys: set[str] = set()
        for source in reversed(node.entries if node.entries is not None else [node]):
            fields.update(source.fields or {})
            keys.update(source.fields or ())
        return keys

    def _range(self, event: Any) -> _Range:
        """The stretch of a value's text, without its anchor and tag."""
        start, end = event.start_mark.index, event.end_mark.index
        if type(event) is not AliasEvent and (event.anchor is not None or event.tag is not None):
            properties = _PROPERTIES.match(self._text, start)
            start = properties.end() if properties else end
        return start, max(start, end)
