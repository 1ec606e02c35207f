"""From a world and what the rules say of it to the graph that is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vmlint.findings.finding import Finding, ObjectId, Report
from vmlint.findings.location import object_id
from vmlint.graph.export import Mark, build, nodes
from vmlint.graph.links import Link, LinkKind
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.report.graph.lanes import is_aside
from vmlint.world import World

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["picture"]


def picture(world: World, report: Report) -> Graph:
    """The graph of a world: its references, the inferred ones among them, and the findings on each object.

    Secrets, ConfigMaps, namespaces and the like are there where something refers to them, or something is found.
    """
    graph = build(world.cluster, more=_inferred(world), marks=_Marks(world, report).of)
    apart = [node.id for node in nodes(graph) if is_aside(node) and not node.marks and not graph.degree(node.id)]
    graph.remove_nodes_from(apart)
    return graph


def _inferred(world: World) -> Iterator[Link]:
    """The instancetypes and preferences that VMs come to through a volume."""
    for vm in world.cluster.resources:
        if isinstance(vm, VirtualMachine) and vm.linted and not vm.fragment:
            for matcher in Matcher:
                found = world.vms.match(vm, matcher)
                if found is not None and found.chain is not None and found.resolution is not None:
                    yield Link(LinkKind(matcher.noun), vm, found.path, found.resolution.ref)


class _Marks:
    """The findings of each object. Of objects with one identity in one file, the last above the finding is meant."""

    def __init__(self, world: World, report: Report) -> None:
        starts: dict[tuple[ObjectId, str], list[tuple[int, int]]] = defaultdict(list)
        for resource in world.cluster.resources:
            if resource.linted:
                line = resource.document.span(resource.prefix).line
                starts[object_id(resource), resource.document.file].append((line, id(resource)))
        self._found: dict[int, list[Finding]] = defaultdict(list)
        for finding in report.findings:
            if finding.resource is not None and (known := starts.get((finding.resource, finding.file))):
                above = [place for place in known if place[0] <= finding.line]
                self._found[max(above or known[:1])[1]].append(finding)

    def of(self, resource: Resource) -> Sequence[Mark]:
        return [
            Mark(
                level=finding.level.value,
                rule=finding.rule,
                slug=finding.slug,
                effect=finding.effect.value,
                message=finding.message,
                fix=finding.fix,
                field=finding.field,
                line=finding.line,
            )
            for finding in self._found.get(id(resource), ())
        ]
