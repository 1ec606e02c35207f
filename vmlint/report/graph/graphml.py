"""The graph as GraphML, for Gephi, yEd and other programs that draw or measure graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmlint.graph.export import Node, edges, nodes
from vmlint.report.graph.lanes import LANES, lane_of
from vmlint.report.xml import characters
from vmlint.rule import Level

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["render"]


def render(graph: Graph) -> str:
    """One GraphML document. Findings are there as their numbers by level: an attribute holds one value."""
    import networkx

    listed = nodes(graph)
    plain: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    names = {node.id: f"n{number}" for number, node in enumerate(listed)}
    for node in listed:
        plain.add_node(names[node.id], **_attributes(node))
    for number, edge in enumerate(edges(graph)):
        said = {"kind": edge.kind, "field": edge.field, "state": edge.state, "reason": edge.reason, "file": edge.file}
        told = {name: characters(value) for name, value in said.items()}
        plain.add_edge(names[edge.source], names[edge.target], f"e{number}", **told, line=edge.line)
    text = "\n".join(networkx.generate_graphml(plain, named_key_ids=True))
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii") + "\n"


def _attributes(node: Node) -> dict[str, str | int]:
    said = {
        "label": node.ref.short,
        "group": node.ref.group,
        "kind": node.ref.kind,
        "namespace": node.ref.namespace,
        "name": node.ref.name,
        "standing": node.standing.value,
        "lane": LANES[lane_of(node)],
        "file": node.file,
    }
    counts = {f"{level.value}s": sum(mark.level == level.value for mark in node.marks) for level in Level}
    return {**{name: characters(value) for name, value in said.items()}, "line": node.line, **counts}
