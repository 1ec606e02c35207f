"""The nodes of a document's text, by their paths, and the places of these in the text."""

from __future__ import annotations

import re
from bisect import bisect_right

from yaml import CollectionNode, CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode
from yaml.error import YAMLError

from vmlint.source.positions import yaml_of_json
from vmlint.source.span import Path

__all__ = ["INDENT", "Nodes", "Unfit", "is_null", "name_of", "on_one_line", "plain_key"]

INDENT = 2
"""How far a nested mapping is indented in a document that does not show it."""


class Unfit(Exception):  # noqa: N818 - a reason, not a failure of the program
    """Why an edit can't be made safely, as a clause."""


class Nodes:
    """The nodes of a text that holds one document. `step` is how far its mappings are indented where it shows none."""

    def __init__(self, text: str, *, json: bool, step: int = INDENT) -> None:
        self.text = text
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        try:
            root = CSafeLoader(yaml_of_json(text) if json else text).get_single_node()
        except (YAMLError, RecursionError):
            root = None
        if root is None or isinstance(root, ScalarNode):
            raise Unfit("the document is not a mapping")
        self.root: Node = root
        self._default_step = step

    # Finding nodes

    def node(self, path: Path) -> Node:
        node, rest = self.walk(path)
        if rest:
            raise Unfit("it is not written there")
        return node

    def value(self, path: Path) -> Node:
        """The node of a field or entry that is in its own place, bare of anchor and tag."""
        if isinstance(path[-1], int):
            node = self.node(path)
            return self.own(node, self.node(path[:-1]))
        holder, index = self.holder(path)
        return self.own(holder.value[index][1], holder.value[index][0])

    def holder(self, path: Path) -> tuple[MappingNode, int]:
        """The mapping that has a field, and which entry of it the field is."""
        holder = self.node(path[:-1])
        if not isinstance(holder, MappingNode):
            raise Unfit("it is not a field of a mapping")
        found = [index for index, (key, _) in enumerate(holder.value) if name_of(key) == path[-1]]
        if len(found) != 1:
            raise Unfit("it is not written there")
        return holder, found[0]

    def nearest(self, path: Path) -> tuple[Path, Path]:
        """How far a path leads, and the rest of it."""
        _, rest = self.walk(path)
        if any(isinstance(step, int) for step in rest):
            raise Unfit("its list is not written there")
        return path[: len(path) - len(rest)], rest

    def walk(self, path: Path) -> tuple[Node, Path]:
        node = self.root
        for depth, step in enumerate(path):
            before, below = _child(node, step)
            if below is None:
                return node, path[depth:]
            if below.start_mark.index < before.start_mark.index:
                raise Unfit("it is written elsewhere, as an anchor")
            node = below
        return node, ()

    def own(self, node: Node, before: Node) -> Node:
        """A node that is neither an alias nor named by an anchor or tagged."""
        start = node.start_mark.index
        if start < before.start_mark.index or self.text[start : start + 1] in ("&", "*", "!"):
            raise Unfit("an anchor, an alias or a tag is part of it")
        return node

    # Places in the text

    def end(self, node: Node) -> int:
        """Where a value ends; libyaml ends a block collection where the next thing begins. 0 for one that is not
        written."""
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        if start == end:
            return 0
        if isinstance(node, ScalarNode):
            return start + len(self.text[start:end].rstrip()) if node.style in ("|", ">") else end
        if not node.value or (isinstance(node, CollectionNode) and node.flow_style):
            return end
        if isinstance(node, MappingNode):
            key, value = node.value[-1]
            return self.end_behind(key, value)
        last = node.value[-1]
        return self.end(last) or start + len(self.text[start:end].rstrip())

    def end_behind(self, key: Node, value: Node) -> int:
        if value.start_mark.index < key.start_mark.index:  # an alias
            return self.below(self.row(key.end_mark.index)) - 1
        return self.end(value) or int(key.end_mark.index) + 1

    def rows(self, key: Node, value: Node) -> tuple[int, int]:
        """The first and the last row of a field, from 0."""
        return self.row(key.start_mark.index), self.row(self.end_behind(key, value) - 1)

    def row(self, index: int) -> int:
        return bisect_right(self._breaks, index - 1)

    def start_of(self, row: int) -> int:
        return self._breaks[row - 1] + 1 if row else 0

    def below(self, row: int) -> int:
        """Where the next row begins."""
        if row >= len(self._breaks):
            raise Unfit("its line has no end")
        return self._breaks[row] + 1

    def line(self, row: int) -> str:
        return self.text[self.start_of(row) : self.below(row) - 1]

    def column(self, node: Node) -> int:
        index = int(node.start_mark.index)
        return index - self.start_of(self.row(index))

    def after_colon(self, path: Path) -> int:
        """The place behind the colon of a field."""
        holder, index = self.holder(path)
        found = re.compile(r"[ \t]*:").match(self.text, holder.value[index][0].end_mark.index)
        if found is None:
            raise Unfit("the notation of its key is not supported in edits")
        return found.end()

    def step(self, path: Path) -> int:
        """How far the mappings around a path are indented in their parents."""
        for length in range(len(path) - 1, 0, -1):
            inner, outer = self.node(path[:length]), self.node(path[: length - 1])
            if isinstance(inner, MappingNode) and isinstance(outer, MappingNode) and not inner.flow_style:
                step = self.column(inner.value[0][0]) - self.column(outer.value[0][0])
                if step > 0:
                    return step
        return self._default_step


def _child(node: Node, step: str | int) -> tuple[Node, Node | None]:
    """The node at a step, and one that is before it in the text unless it is an alias."""
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step - 1] if step else node, node.value[step]
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if name_of(key) == step), (node, None))
    return node, None


def name_of(key: Node) -> str:
    return str(key.value) if isinstance(key, ScalarNode) else ""


def plain_key(key: Node) -> ScalarNode:
    """A key that is simply written."""
    if not isinstance(key, ScalarNode) or key.style in ("|", ">"):
        raise Unfit("the notation of its key is not supported in edits")
    return key


def is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.style and node.value in ("", "~", "null", "Null", "NULL")


def on_one_line(node: Node) -> bool:
    """Whether a value is written so that it could stand between braces."""
    if isinstance(node, ScalarNode):
        return str(node.style) not in ("|", ">")
    return isinstance(node, CollectionNode) and bool(node.flow_style)
