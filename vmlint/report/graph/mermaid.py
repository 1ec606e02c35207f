"""The graph as a Mermaid flowchart, which GitHub and GitLab draw where it is in Markdown.

Source: Mermaid "Flowcharts", "Entity codes to escape characters"; its limits `maxEdges` and `maxTextSize`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vmlint.graph.export import Node, Standing, edges, nodes
from vmlint.report.graph.lanes import by_lane, gravest, wires
from vmlint.report.untrusted import visible

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["MOST_EDGES", "render"]

MOST_EDGES = 500
"""The edges beyond which Mermaid draws nothing, unless it is set up otherwise."""

# Letters, digits and what is no mark of a flowchart stand for themselves.
_SPECIAL = re.compile(r"[^\w ./,-]")

_CLASSES = (
    "  classDef error stroke:#c62828,stroke-width:2px",
    "  classDef warning stroke:#b26a00,stroke-width:2px",
    "  classDef note stroke:#1565c0,stroke-width:2px",
    "  classDef missing stroke:#c62828,stroke-dasharray:4 3",
    "  classDef unknown stroke:#b26a00,stroke-dasharray:2 3",
    "  classDef outside stroke-dasharray:4 3",
    "  classDef made stroke-dasharray:6 2",
)


def render(graph: Graph) -> str:
    """A flowchart from left to right, with a subgraph for each lane."""
    listed = nodes(graph)
    names = {node.id: f"n{number}" for number, node in enumerate(listed)}
    lines = ["flowchart LR", *_CLASSES]
    for number, (title, inside) in enumerate(by_lane(listed)):
        lines.append(f'  subgraph lane{number}["{_escaped(title)}"]')
        lines += [f"    {names[node.id]}{_label(node)}{_class(node)}" for node in inside]
        lines.append("  end")
    for wire in wires(edges(graph)):
        arrow = "-->" if wire.state == "found" else "-.->"
        lines.append(f'  {names[wire.source]} {arrow}|"{_escaped(", ".join(wire.kinds))}"| {names[wire.target]}')
    return "\n".join(lines) + "\n"


def _label(node: Node) -> str:
    return f'["{_escaped(node.ref.short)}<br/>{_escaped(node.ref.kind)}"]'


def _class(node: Node) -> str:
    name = gravest(node) or ("" if node.standing in (Standing.HERE, Standing.PATCH) else node.standing.value)
    return f":::{name}" if name else ""


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", visible(text))
