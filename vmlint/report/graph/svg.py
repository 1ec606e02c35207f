"""The graph as a picture: columns from VMs to storage, a card for each object. No script, nothing loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from vmlint.graph.export import Node, Standing, edges, nodes
from vmlint.report.graph.lanes import Wire, gravest, short_kind, tally_of, wires
from vmlint.report.graph.layout import Column, columns, rows
from vmlint.report.layout import width_of
from vmlint.report.wording import counted, place
from vmlint.report.xml import characters

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["render"]

_WIDTH, _HEIGHT = 216, 44
_GAP_X, _GAP_Y = 72, 12
_MARGIN, _HEAD = 28, 44
_CELLS = 29
"""How many cells of text a card has room for."""

_STYLE = """
svg { --page: #fbfbfd; --card: #ffffff; --line: #d9dde5; --text: #1d2330; --quiet: #6b7385; --wire: #a9b1c0;
  --error: #c8323c; --warning: #b06a00; --note: #2f6fd0; font: 12px system-ui, "Segoe UI", Roboto, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --page: #14171d; --card: #1d2129; --line: #353c49; --text: #e7eaf0; --quiet: #959eaf; --wire: #566072;
    --error: #ff7b80; --warning: #f0b350; --note: #7db0ff; }
}
.page { fill: var(--page); }
.lane { fill: var(--quiet); font-size: 11px; font-weight: 600; letter-spacing: .04em; }
.card rect { fill: var(--card); stroke: var(--line); }
.card .name { fill: var(--text); font-weight: 600; }
.card .kind { fill: var(--quiet); font-size: 10.5px; }
.made rect, .outside rect, .patch rect { stroke-dasharray: 5 3; }
.made rect.bar, .outside rect.bar, .patch rect.bar { stroke: none; }
.missing rect { stroke: var(--error); stroke-dasharray: 4 3; }
.unknown rect { stroke: var(--warning); stroke-dasharray: 2 3; }
.error rect { stroke: var(--error); } .warning rect { stroke: var(--warning); } .note rect { stroke: var(--note); }
.error .bar { fill: var(--error); } .warning .bar { fill: var(--warning); } .note .bar { fill: var(--note); }
.card rect.bar { stroke: none; }
.wire { fill: none; stroke: var(--wire); stroke-width: 1.25; }
.wire.outside { stroke-dasharray: 5 3; }
.wire.missing { stroke: var(--error); stroke-dasharray: 4 3; }
.wire.unknown { stroke: var(--warning); stroke-dasharray: 2 3; }
"""


def render(graph: Graph) -> str:
    """One SVG document."""
    lines = wires(edges(graph))
    listed = columns(nodes(graph), lines)
    down = rows(listed, lines, _HEIGHT + _GAP_Y)
    places = {
        node.id: (float(_MARGIN + number * (_WIDTH + _GAP_X)), round(_MARGIN + _HEAD + down[node.id], 1))
        for number, column in enumerate(listed)
        for node in column.nodes
    }
    return _written(_drawn(listed, lines, places))


def _drawn(listed: list[Column], lines: list[Wire], places: dict[str, tuple[float, float]]) -> Element:
    width = 2 * _MARGIN + max(len(listed), 1) * (_WIDTH + _GAP_X) - _GAP_X
    height = max((y for _, y in places.values()), default=_MARGIN) + _HEIGHT + _MARGIN
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height:g}",
            "width": str(width),
            "height": f"{height:g}",
            "role": "img",
        },
    )
    SubElement(svg, "title").text = "Who refers to whom"
    SubElement(svg, "style").text = _STYLE
    SubElement(svg, "rect", {"class": "page", "width": "100%", "height": "100%"})
    for number, column in enumerate(listed):
        if column.title:
            at = {"x": str(_MARGIN + number * (_WIDTH + _GAP_X)), "y": str(_MARGIN + 14)}
            SubElement(svg, "text", {"class": "lane", **at}).text = column.title
    for line in lines:
        _wire(svg, line, places)
    for column in listed:
        for node in column.nodes:
            _card(svg, node, *places[node.id])
    return svg


def _wire(svg: Element, wire: Wire, places: dict[str, tuple[float, float]]) -> None:
    """A line from the side of the one card to the nearer side of the other."""
    (x1, y1), (x2, y2) = places[wire.source], places[wire.target]
    y1, y2 = y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    if x1 < x2:
        x1, bend = x1 + _WIDTH, 1
    elif x1 > x2:
        x2, bend = x2 + _WIDTH, -1
    else:
        x1, x2, bend = x1 + _WIDTH, x2 + _WIDTH, 1
    reach = bend * (_GAP_X / 2 if x1 == x2 else max(abs(x2 - x1) / 2, _GAP_X / 2))
    back = reach if x1 == x2 else -reach
    path = f"M{x1:g} {y1:g}C{x1 + reach:g} {y1:g} {x2 + back:g} {y2:g} {x2:g} {y2:g}"
    line = SubElement(svg, "path", {"class": f"wire {wire.state}", "d": path})
    SubElement(line, "title").text = ", ".join(wire.kinds)


def _card(svg: Element, node: Node, x: float, y: float) -> None:
    classes = " ".join(filter(None, ("card", node.standing.value, gravest(node))))
    card = SubElement(svg, "g", {"class": classes, "transform": f"translate({x:g} {y:g})"})
    SubElement(card, "title").text = "\n".join(map(characters, _tooltip(node)))
    SubElement(card, "rect", {"width": str(_WIDTH), "height": str(_HEIGHT), "rx": "7"})
    if gravest(node):
        bar = {"x": "0", "y": "10", "width": "4", "height": str(_HEIGHT - 20), "rx": "2"}
        SubElement(card, "rect", {"class": "bar", **bar})
    standing = [] if node.standing is Standing.HERE else [node.standing.value]
    SubElement(card, "text", {"class": "name", "x": "14", "y": "19"}).text = _cut(characters(node.ref.short))
    kind = " · ".join((characters(short_kind(node)), *standing))
    SubElement(card, "text", {"class": "kind", "x": "14", "y": "34"}).text = _cut(kind, _CELLS + 5)


def _tooltip(node: Node) -> list[str]:
    """What a pointer over the card shows."""
    where = [place(node.file, node.line)] if node.file else []
    counts = [counted(count, level) for level, count in tally_of(node).items()]
    return [str(node.ref), *where, *counts, *(f"{mark.rule} {mark.slug}: {mark.message}" for mark in node.marks)]


def _cut(text: str, cells: int = _CELLS) -> str:
    if width_of(text) <= cells:
        return text
    while width_of(text) > cells - 1:
        text = text[:-1]
    return text + "…"


def _written(svg: Element) -> str:
    indent(svg)
    written: bytes = tostring(svg, encoding="us-ascii", xml_declaration=False)
    return written.decode("ascii") + "\n"
