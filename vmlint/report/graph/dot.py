"""The graph as DOT, for Graphviz: `dot -Tsvg`. Source: Graphviz "DOT Language", "escString"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmlint.graph.export import Node, Standing, edges, nodes
from vmlint.report.graph.lanes import by_lane, gravest, tally_of, wires
from vmlint.report.wording import counted, place
from vmlint.report.xml import characters

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["render"]

_BORDER = {"error": "#c62828", "warning": "#b26a00", "note": "#1565c0", "": "#8a94a6"}
_STYLE = {
    Standing.MADE: "rounded,filled,dashed",
    Standing.OUTSIDE: "rounded,dashed",
    Standing.MISSING: "rounded,dashed",
    Standing.UNKNOWN: "rounded,dotted",
}
_LOST = {Standing.MISSING: "#c62828", Standing.UNKNOWN: "#b26a00"}
_LINE = {
    "found": 'color="#8a94a6"',
    "outside": 'color="#8a94a6", style=dashed',
    "missing": 'color="#c62828", style=dashed',
    "unknown": 'color="#b26a00", style=dotted',
}


def render(graph: Graph) -> str:
    """A digraph from left to right, with a cluster for each lane."""
    listed = nodes(graph)
    names = {node.id: f"n{number}" for number, node in enumerate(listed)}
    lines = [
        "digraph vmlint {",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fillcolor="#f7f8fa", fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=9];',
    ]
    for number, (title, inside) in enumerate(by_lane(listed)):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(title)};", '    color="#d5d9e0";']
        lines += [f"    {names[node.id]} [{_look(node)}];" for node in inside]
        lines.append("  }")
    lines += [
        f"  {names[wire.source]} -> {names[wire.target]} [label={_quoted(', '.join(wire.kinds))}, {_LINE[wire.state]}];"
        for wire in wires(edges(graph))
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _look(node: Node) -> str:
    level = gravest(node)
    counts = [counted(count, level) for level, count in tally_of(node).items()]
    standing = [] if node.standing is Standing.HERE else [node.standing.value]
    label = r"\n".join(map(_escaped, (node.ref.short, " · ".join((node.ref.kind, *standing, *counts)))))
    look = {
        "label": f'"{label}"',
        "tooltip": _quoted(", ".join(filter(None, (str(node.ref), place(node.file, node.line))))),
        "color": f'"{_BORDER[level] if level else _LOST.get(node.standing, _BORDER[""])}"',
    }
    if node.standing in _STYLE:
        look["style"] = f'"{_STYLE[node.standing]}"'
    if level:
        look["penwidth"] = "2"
    return ", ".join(f"{name}={value}" for name, value in look.items())


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Text in a quoted string, where a backslash begins an escape and `&` an entity; Graphviz writes it into XML."""
    return characters(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
