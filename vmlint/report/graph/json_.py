"""The graph for programs: its objects and its references, in a fixed order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmlint.graph.export import Edge, Node, edges, nodes
from vmlint.report.untrusted import json_text

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["render"]


def render(graph: Graph) -> str:
    """One JSON object: `objects`, each with its `id`, and `links`, each with the ids of its `source` and `target`."""
    return json_text(
        {"objects": [_object(node) for node in nodes(graph)], "links": [_link(edge) for edge in edges(graph)]}
    )


def _object(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "group": node.ref.group,
        "kind": node.ref.kind,
        "namespace": node.ref.namespace,
        "name": node.ref.name,
        "standing": node.standing.value,
        "file": node.file,
        "line": node.line,
        "findings": [mark._asdict() for mark in node.marks],
        **({"guest": node.guest._asdict()} if node.guest else {}),
    }


def _link(edge: Edge) -> dict[str, Any]:
    return edge._asdict()
