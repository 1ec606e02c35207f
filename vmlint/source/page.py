"""How an edit of a document is written: the stretches of its text that change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from yaml import MappingNode, ScalarNode

from vmlint.source.edit import Edit, Move, Put, Quote, Remove
from vmlint.source.inline import inline
from vmlint.source.nodes import INDENT, Nodes, Unfit, is_null, name_of, on_one_line, plain_key
from vmlint.source.span import Path

__all__ = ["Page"]

_Splice = tuple[int, int, str]
"""A stretch of the text, and what replaces it."""


class Page:
    """A document's text with its nodes, for one edit."""

    def __init__(self, text: str, *, json: bool, step: int = INDENT) -> None:
        self._text = text
        self._json = json
        self._nodes = Nodes(text, json=json, step=step)

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
                place = self._nodes.value(path)
                token = self.token(path)
                if wanted and token != wanted:
                    raise Unfit(f"it is written `{token}`, and may be meant as that text or as `{wanted}`")
                splices = [(place.start_mark.index, place.end_mark.index, self._inline(token))]
        return self._spliced(splices)

    def token(self, path: Path) -> str:
        """The characters of an unquoted scalar."""
        node = self._nodes.value(path)
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
        node, rest = self._nodes.walk(path)
        return not rest and isinstance(node, MappingNode) and not node.value

    # The four edits

    def _rename(self, path: Path, name: str) -> list[_Splice]:
        holder, index = self._nodes.holder(path)
        if any(name_of(key) == name for key, _ in holder.value):
            raise Unfit(f"`{name}` exists already")
        key = plain_key(holder.value[index][0])
        return [(key.start_mark.index, key.end_mark.index, self._inline(name, key.style))]

    def _put(self, path: Path, value: Any) -> list[_Splice]:
        above, rest = self._nodes.nearest(path)
        if not rest:
            return self._replace(path, value)
        for step in reversed(rest[1:]):
            value = {step: value}
        return self._insert(above, str(rest[0]), value)

    def _replace(self, path: Path, value: Any) -> list[_Splice]:
        node = self._nodes.value(path)
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return self._lead(node, value)
        if not on_one_line(node):
            raise Unfit("its value is written over several lines")
        start, end = node.start_mark.index, node.end_mark.index
        new = self._inline(value, node.style if isinstance(node, ScalarNode) else None)
        if start == end:
            start = end = self._nodes.after_colon(path)
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
        holder, index = self._nodes.holder(path)
        key, value = holder.value[index]
        plain_key(key)
        self._nodes.own(value, key)
        above, rest = self._nodes.nearest(to)
        if not rest:
            raise Unfit(f"`{to[-1]}` exists already")
        names = [str(step) for step in rest]
        if self._has_own_lines(holder, index) and self._takes_lines(above):
            moved, region = self._lines_of(holder, index)
            fresh = lambda indent: self._moved(names, moved, key, indent)  # noqa: E731
            stays = len(holder.value) > 1 or above == path[:-1]
            return [*self._insert_lines(above, fresh), *self._without_lines(path[:-1], region, stays=stays)]
        start, end = value.start_mark.index, self._nodes.end(value)
        if not on_one_line(value):
            raise Unfit("its value is written over several lines")
        inner = self._text[start:end] or "null"
        for name in reversed(names[1:]):
            inner = f"{{{self._inline(name)}: {inner}}}"
        return [*self._insert_inline(above, names[0], inner), *self._remove(path)]

    def _remove(self, path: Path) -> list[_Splice]:
        holder, index = self._nodes.holder(path)
        entries = holder.value
        key, value = entries[index]
        self._nodes.own(value, key)
        if self._has_own_lines(holder, index):
            return self._without_lines(path[:-1], self._nodes.rows(key, value), stays=len(entries) > 1)
        start, end = key.start_mark.index, self._nodes.end(value) or key.end_mark.index
        if len(entries) == 1:
            whole = (holder.start_mark.index + 1, holder.end_mark.index - 1, "")
            return [whole] if holder.flow_style else [(start, end, "{}")]
        if index + 1 < len(entries):
            return [(start, entries[index + 1][0].start_mark.index, "")]
        if not holder.flow_style:
            raise Unfit("it shares its line with another field")
        before = entries[index - 1][1]
        return [(self._nodes.end(before) or entries[index - 1][0].end_mark.index + 1, end, "")]

    # Putting a field into a mapping

    def _insert(self, path: Path, name: str, value: Any) -> list[_Splice]:
        if self._takes_lines(path):
            return self._insert_lines(path, lambda indent: list(self._block(name, value, indent)))
        return self._insert_inline(path, name, self._inline(value))

    def _takes_lines(self, path: Path) -> bool:
        """Whether a mapping has a line for each of its fields, or may have, being empty."""
        if self._json:
            return False
        node = self._nodes.node(path)
        if isinstance(node, MappingNode) and (node.value or not path):
            return not bool(node.flow_style)
        if not path or isinstance(path[-1], int) or not (isinstance(node, MappingNode) or is_null(node)):
            return False
        holder = self._nodes.node(path[:-1])
        return isinstance(holder, MappingNode) and not holder.flow_style

    def _insert_lines(self, path: Path, lines: Any) -> list[_Splice]:
        """Lines below all that a mapping holds; `lines` makes them for an indentation."""
        node = self._nodes.node(path)
        if isinstance(node, MappingNode) and node.value:
            indent = self._nodes.column(node.value[0][0])
            row = self._nodes.rows(*node.value[-1])[1]
            at = self._nodes.below(row)
            return [(at, at, "".join(f"{line}\n" for line in lines(indent)))]
        holder, index = self._nodes.holder(path)
        key, _ = holder.value[index]
        indent = self._nodes.column(key) + self._nodes.step(path)
        splices: list[_Splice] = []
        colon = self._nodes.after_colon(path)
        if node.start_mark.index < node.end_mark.index:
            if (
                not self._text[colon : node.start_mark.index].isspace()
                or "\n" in self._text[colon : self._nodes.end(node)]
            ):
                raise Unfit("the notation of its mapping is not supported in edits")
            splices.append((colon, node.end_mark.index, ""))
        at = self._nodes.below(self._nodes.row(colon))
        return [*splices, (at, at, "".join(f"{line}\n" for line in lines(indent)))]

    def _insert_inline(self, path: Path, name: str, value: str) -> list[_Splice]:
        """A field behind the last one of a mapping in braces, spaced as that is."""
        node = self._nodes.node(path)
        new = f"{self._inline(name)}: {value}"
        if is_null(node) and path:
            at = self._nodes.after_colon(path)
            return [(at, max(at, node.end_mark.index), f" {{{new}}}")]
        if not isinstance(node, MappingNode) or not node.flow_style:
            raise Unfit("its parent is not a mapping")
        if not node.value:
            return [(node.start_mark.index, node.end_mark.index, f"{{{new}}}")]
        last_key, last = node.value[-1]
        start = self._nodes.end(node.value[-2][1]) if len(node.value) > 1 else node.start_mark.index
        gap = self._text[start : last_key.start_mark.index].lstrip(",{")
        if len(node.value) == 1 and "\n" not in gap:
            gap = " "
        if gap.strip():
            raise Unfit("its mapping contains a comment")
        at = self._nodes.end(last) or last_key.end_mark.index
        return [(at, at, f",{gap}{new}")]

    def _block(self, name: str, value: Any, indent: int) -> Iterator[str]:
        if isinstance(value, dict) and value:
            yield f"{' ' * indent}{self._inline(name)}:"
            for key, inner in value.items():
                yield from self._block(key, inner, indent + INDENT)
        else:
            yield f"{' ' * indent}{self._inline(name)}: {self._inline(value)}"

    # Whole lines

    def _has_own_lines(self, holder: MappingNode, index: int) -> bool:
        """Whether nothing but the field is in its lines, behind it at most a comment."""
        if holder.flow_style or self._json:
            return False
        key, value = holder.value[index]
        first, last = self._nodes.rows(key, value)
        end = self._nodes.end(value) or key.end_mark.index + 1
        before = self._text[self._nodes.start_of(first) : key.start_mark.index]
        behind = self._text[end : self._nodes.below(last)].strip(" \t\n")
        return not before.strip(" ") and (not behind or behind.startswith("#"))

    def _lines_of(self, holder: MappingNode, index: int) -> tuple[list[str], tuple[int, int]]:
        """The lines of a field with the comments directly above it, and their rows."""
        key, value = holder.value[index]
        first, last = self._nodes.rows(key, value)
        indent = " " * self._nodes.column(key)
        while first and self._nodes.line(first - 1).startswith(f"{indent}#"):
            first -= 1
        return [self._nodes.line(row) for row in range(first, last + 1)], (first, last)

    def _moved(self, names: Sequence[str], lines: Sequence[str], key: ScalarNode, indent: int) -> list[str]:
        """Lines of a field under another name and at another indentation, below the mappings that lead there."""
        new = [f"{' ' * (indent + INDENT * depth)}{self._inline(name)}:" for depth, name in enumerate(names[:-1])]
        wanted = indent + INDENT * (len(names) - 1)
        have = self._nodes.column(key)
        renamed = False
        for line in lines:
            if line[: min(have, len(line))].strip(" "):
                raise Unfit("its value is written over several lines")
            bare = line[have:]
            if not renamed and not bare.startswith("#"):
                length = key.end_mark.index - key.start_mark.index
                bare, renamed = self._inline(names[-1], key.style) + bare[length:], True
            new.append(f"{' ' * wanted}{bare}" if bare else "")
        return new

    def _without_lines(self, path: Path, rows: tuple[int, int], *, stays: bool) -> list[_Splice]:
        """The lines of a field taken out; a mapping that would have no other is written as empty unless it `stays`."""
        first, last = rows
        gone: _Splice = (self._nodes.start_of(first), self._nodes.below(last), "")
        if stays:
            return [gone]
        if not path or isinstance(path[-1], int):
            raise Unfit("its mapping would be empty")
        colon = self._nodes.after_colon(path)
        return [(colon, colon, " {}"), gone]

    def _inline(self, value: Any, style: str | None = None) -> str:
        return inline(value, style, json=self._json)
