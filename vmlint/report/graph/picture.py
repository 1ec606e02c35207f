"""From the files of a run and its report to the graph that is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Finding, ObjectId, Report
from vmlint.findings.location import object_id
from vmlint.graph.export import Mark, build, nodes
from vmlint.graph.links import Link, LinkKind
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.record import Record
from vmlint.report.closing import verdict
from vmlint.report.graph.guests import guests_of
from vmlint.report.graph.lanes import is_aside
from vmlint.world import World

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["About", "picture"]


class About(Record):
    """What a report has to say about a whole graph.

    `verdict` is the last line of the report for people, without its asides; `objects` counts those in the files.
    `elsewhere` are findings on no object of the graph, such as those about a file that can't be read.
    """

    verdict: str
    objects: int
    elsewhere: tuple[Mark, ...] = ()


def picture(snapshot: Snapshot, report: Report) -> tuple[Graph, About]:
    """The graph of the references of all objects, the inferred ones among them, with findings and guests.

    Secrets, ConfigMaps, namespaces and the like are there where something refers to them, or something is found.
    """
    world = snapshot.world
    marks = _Marks(world.cluster.resources, report)
    graph = build(world.cluster, more=_inferred(world), marks=marks.of, guests=guests_of(snapshot.worlds))
    apart = [node.id for node in nodes(graph) if is_aside(node) and not node.marks and not graph.degree(node.id)]
    graph.remove_nodes_from(apart)
    return graph, About(verdict(report), report.counts.objects, tuple(marks.elsewhere))


def _inferred(world: World) -> Iterator[Link]:
    """The instancetypes and preferences that VMs come to through a volume."""
    for vm in world.cluster.resources:
        if isinstance(vm, VirtualMachine) and vm.linted and not vm.fragment:
            for matcher in Matcher:
                found = world.vms.match(vm, matcher)
                if found is not None and found.chain is not None and found.resolution is not None:
                    yield Link(LinkKind(matcher.noun), vm, found.path, found.resolution.ref)


class _Marks:
    """The findings of each object, those among them that are reported once for the objects of several deployments.

    A finding belongs to an object of its file; of those with one identity, to the last above it. One that a patch
    causes is in the file of the patch, and belongs to all objects of its identity.
    """

    def __init__(self, resources: Iterable[Resource], report: Report) -> None:
        known: dict[ObjectId, list[tuple[str, int, int]]] = defaultdict(list)
        for resource in resources:
            if resource.linted:
                line = resource.document.span(resource.prefix).line
                known[object_id(resource)].append((resource.document.file, line, id(resource)))
        self._marks: dict[int, list[Mark]] = defaultdict(list)
        self.elsewhere: list[Mark] = []
        for finding in report.findings:
            mark = _mark(finding)
            owners = {
                owner
                for identity in (finding.resource, *finding.also)
                if identity is not None
                for owner in _owners(known.get(identity, ()), finding)
            }
            for owner in owners:
                self._marks[owner].append(mark)
            if not owners:
                self.elsewhere.append(mark)

    def of(self, resource: Resource) -> Sequence[Mark]:
        return self._marks.get(id(resource), ())


def _owners(known: Sequence[tuple[str, int, int]], finding: Finding) -> list[int]:
    same = [(line, owner) for file, line, owner in known if file == finding.file]
    if not same:
        return [owner for _, _, owner in known]
    above = [place for place in same if place[0] <= finding.line]
    return [max(above)[1] if above else same[0][1]]


def _mark(finding: Finding) -> Mark:
    return Mark(
        level=finding.level.value,
        rule=finding.rule,
        slug=finding.slug,
        effect=finding.effect.value,
        message=finding.message,
        fix=finding.fix,
        field=finding.field,
        line=finding.line,
        file=finding.file,
    )
