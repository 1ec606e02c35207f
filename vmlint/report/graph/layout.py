"""Where the objects of a drawing stand: in columns from VMs to storage, each beside what it is linked with.

A lane is one column, or several where its objects refer to each other: then each stands to the right of what refers to
it, by the longest way that leads there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vmlint.graph.export import Node
from vmlint.record import Record
from vmlint.report.graph.lanes import Wire, by_lane

if TYPE_CHECKING:
    from networkx import DiGraph

__all__ = ["Column", "columns", "rows"]


class Column(Record):
    """A column of objects. `title` is its lane's in the lane's first column, else ""."""

    title: str
    nodes: tuple[Node, ...]


def columns(nodes: list[Node], wires: Sequence[Wire]) -> list[Column]:
    """The columns from left to right, each in the order that lets few lines cross."""
    unordered: list[tuple[str, list[Node]]] = []
    for title, inside in by_lane(nodes):
        steps = _steps(inside, wires)
        unordered += [
            (title if not number else "", [node for node in inside if steps[node.id] == number])
            for number in range(max(steps.values()) + 1)
        ]
    near = _neighbours(wires)
    place: dict[str, float] = {}
    ordered: list[Column] = []
    for title, inside in unordered:
        # An object stands where those stand that it is linked with, as far as they have a place already.
        wish = {node.id: _mean([place[other] for other in near[node.id] if other in place]) for node in inside}
        inside = sorted(inside, key=lambda node: (wish[node.id], node.ref.namespace, node.order))
        place |= {node.id: (number + 0.5) / len(inside) for number, node in enumerate(inside)}
        ordered.append(Column(title, tuple(inside)))
    return ordered


def rows(listed: Sequence[Column], wires: Sequence[Wire], pitch: float) -> dict[str, float]:
    """How far down each object stands: as near as may be to what it is linked with in the columns before it.

    No two of a column are nearer than `pitch`, and the topmost of all is at 0.
    """
    near = _neighbours(wires)
    found: dict[str, float] = {}
    for column in listed:
        preference_plan = [
            _mean([found[other] for other in near[node.id] if other in found], index * pitch)
            for index, node in enumerate(column.nodes)
        ]
        found |= dict(zip((node.id for node in column.nodes), _spread(preference_plan, pitch), strict=True))
    top = min(found.values(), default=0.0)
    return {id: row - top for id, row in found.items()}


def _spread(preference_plan: list[float], pitch: float) -> list[float]:
    """Places in the given order, `pitch` apart at least, with the least sum of squared distances from the wishes.

    What wishes to stand too near is put into one block, which is at the mean of its wishes.
    """
    blocks: list[tuple[float, int]] = []  # the sum of the wishes for the block's first place, and its size
    for wish in preference_plan:
        total, size = wish, 1
        while blocks and blocks[-1][0] / blocks[-1][1] + blocks[-1][1] * pitch > total / size:
            before, count = blocks.pop()
            total, size = before + total - size * count * pitch, count + size
        blocks.append((total, size))
    return [total / size + number * pitch for total, size in blocks for number in range(size)]


def _steps(inside: list[Node], wires: Sequence[Wire]) -> dict[str, int]:
    """The column within its lane of each object; objects that refer to each other in a ring share one."""
    import networkx

    ids = {node.id for node in inside}
    lane: DiGraph[str] = networkx.DiGraph()
    lane.add_nodes_from(node.id for node in inside)
    lane.add_edges_from((wire.source, wire.target) for wire in wires if wire.source in ids and wire.target in ids)
    rings = networkx.condensation(lane)
    depth: dict[int, int] = {}
    for ring in networkx.topological_sort(rings):
        depth[ring] = max((depth[before] + 1 for before in rings.predecessors(ring)), default=0)
    return {id: depth[ring] for id, ring in rings.graph["mapping"].items()}


def _neighbours(wires: Sequence[Wire]) -> Mapping[str, list[str]]:
    near: dict[str, list[str]] = defaultdict(list)
    for wire in wires:
        near[wire.source].append(wire.target)
        near[wire.target].append(wire.source)
    return near


def _mean(values: list[float], otherwise: float = 2.0) -> float:
    """The mean; what is linked with nothing before it is last."""
    return sum(values) / len(values) if values else otherwise
