"""The graph as a page to look around in: one file that loads nothing, and whose policy forbids it to.

The policy lets the page's own style and script run, known by their hashes, and nothing else. What comes from manifests
is data in the page: the script shows it as text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from vmlint.graph.export import Edge, Node, Standing, edges, nodes
from vmlint.model.resource import Resource
from vmlint.report.graph.lanes import LANES, lane_of, short_kind
from vmlint.report.page import page
from vmlint.rule import Level

if TYPE_CHECKING:
    from vmlint.graph.export import Graph, Mark
    from vmlint.report.graph.picture import About
    from vmlint.report.sources import SourceUrl

__all__ = ["render"]

_LINES = 400
"""How many lines of an object's source are in the page."""

_WITHHELD = frozenset({"Secret"})
"""The kinds whose source stays out of a page that may be handed around."""


def render(graph: Graph, about: About | None = None, sources: SourceUrl | None = None) -> str:
    """One HTML document, in ASCII but for the texts of the page itself.

    Without `about` the page counts what it has itself; without `sources` it has no links.
    """
    return page(__package__, _data(graph, about, sources))


def _data(graph: Graph, about: About | None, sources: SourceUrl | None) -> dict[str, Any]:
    """The graph as the script of the page reads it."""
    listed, drawn = nodes(graph), edges(graph)
    elsewhere = about.elsewhere if about else ()
    marks = dict.fromkeys(elsewhere) | dict.fromkeys(mark for node in listed for mark in node.marks)
    numbers = {mark: number for number, mark in enumerate(sorted(marks, key=_gravity))}
    texts = _Sources()
    index = {node.id: number for number, node in enumerate(listed)}
    return {
        "lanes": LANES,
        "verdict": about.verdict if about else "",
        "total": about.objects if about else sum(node.standing in (Standing.HERE, Standing.PATCH) for node in listed),
        "objects": [_object(node, texts, numbers) for node in listed],
        "links": [_link(edge, index) for edge in drawn],
        "findings": [mark._asdict() for mark in numbers],
        "elsewhere": sorted(numbers[mark] for mark in elsewhere),
        "sources": texts.texts,
        "addresses": _addresses(sources, listed, drawn, numbers) if sources else {},
    }


def _gravity(mark: Mark) -> tuple[int, str, int, str]:
    return -Level(mark.level).weight, mark.file, mark.line, mark.rule


def _addresses(sources: SourceUrl, listed: list[Node], drawn: list[Edge], marks: Iterable[Mark]) -> dict[str, str]:
    """The address of each file that the page names."""
    files = {node.file for node in listed if node.line} | {edge.file for edge in drawn if edge.line}
    files |= {mark.file for mark in marks}
    return {file: found for file in sorted(files) if file and (found := sources.of_file(file))}


def _object(node: Node, sources: _Sources, numbers: Mapping[Mark, int]) -> dict[str, Any]:
    withheld = node.resource is not None and node.resource.ref.kind in _WITHHELD
    return {
        "id": node.id,
        "lane": lane_of(node),
        "kind": node.ref.kind,
        "label": short_kind(node),
        "namespace": node.ref.namespace,
        "name": node.ref.name,
        "standing": node.standing.value,
        "file": node.file,
        "line": node.line,
        "findings": sorted({numbers[mark] for mark in node.marks}),
        "guest": node.guest._asdict() if node.guest else None,
        "withheld": withheld,
        "source": None if withheld or node.resource is None else sources.number(node.resource),
    }


def _link(edge: Edge, index: dict[str, int]) -> dict[str, Any]:
    return {**edge._asdict(), "source": index[edge.source], "target": index[edge.target]}


class _Sources:
    """The texts of objects, each once: what a VM makes shows the VM's."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self._numbers: dict[int, int] = {}

    def number(self, resource: Resource) -> int | None:
        if not resource.document.text:
            return None
        if id(resource) not in self._numbers:
            self._numbers[id(resource)] = len(self.texts)
            first, lines = _text(resource)
            shown = lines[:_LINES]
            cut = len(lines) - len(shown)
            self.texts.append({"file": resource.document.file, "line": first, "text": "\n".join(shown), "cut": cut})
        return self._numbers[id(resource)]


def _text(resource: Resource) -> tuple[int, list[str]]:
    """The number of the object's first line in its file, and its lines: for an item of a list, up to the next item."""
    document = resource.document
    lines = document.text.split("\n")
    first, last = document.line, document.line + len(lines)
    if resource.prefix:
        *above, item = resource.prefix
        first = document.span(resource.prefix).line
        following = document.span((*above, int(item) + 1)).line
        last = following if following > first else last
    lines = lines[first - document.line : last - document.line]
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        first, lines = first + 1, lines[1:]
    return first, lines
