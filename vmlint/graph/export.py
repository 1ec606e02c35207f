"""The references of a cluster as one graph, for whoever draws it: objects as nodes, references as edges.

An object that a controller makes of another one (the DataVolume of a VM's template, the claim of a DataVolume) is a
node of its own, with an edge from its maker. What a reference leads to is a node even where it is in no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from vmlint.errors import UsageError
from vmlint.graph.cluster import Cluster
from vmlint.graph.links import Link, LinkKind, links
from vmlint.graph.resolution import Resolution, State
from vmlint.model.field import Path, render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.spelling import nearest
from vmlint.model.subjects import VirtualMachine
from vmlint.record import Codes, Record

if TYPE_CHECKING:
    from networkx import MultiDiGraph

    Graph = MultiDiGraph[str]

__all__ = ["MAKES", "Edge", "Guest", "Mark", "Node", "Standing", "build", "edges", "focus", "nodes", "unresolved"]

MAKES = "makes"
"""The kind of the edge from a maker to what a controller makes of it."""


class Standing(Codes):
    """Where an object is."""

    HERE = "here"
    """In the files."""
    PATCH = "patch"
    """In the files, as a part of an object."""
    MADE = "made"
    """In no file: a controller makes it of an object in the files."""
    OUTSIDE = "outside"
    """In the cluster, by the user's or a catalog's word."""
    MISSING = "missing"
    UNKNOWN = "unknown"
    """Which object is meant can't be decided."""


class Mark(Record):
    """A finding on an object, in plain words; `line` is in `file`, which may be that of a patch."""

    level: str
    rule: str
    slug: str
    effect: str
    message: str
    fix: str
    field: str
    line: int
    file: str = ""


class Guest(Record):
    """The guest that a workload starts. `vcpus` is None and `memory` "" where the files don't decide them.

    `topology` is the vCPUs in words, `memory` a quantity. `instancetype` and `preference` are references in short, ""
    for none. `migratable` is None where the files don't decide it; `reasons` say why it is not True. `problem` is
    why the files don't decide all that, as in `refused: …`; "" where they do.
    """

    vcpus: int | None = None
    topology: str = ""
    memory: str = ""
    instancetype: str = ""
    preference: str = ""
    migratable: bool | None = None
    reasons: tuple[str, ...] = ()
    problem: str = ""


class Node(Record):
    """An object. `file` is "" and `line` 0 where it is written nowhere; what is made is where its maker names it.

    `resource` is the object where its content is known, for one that is made its maker. `guest` is there for a workload
    in the files.
    """

    id: str
    ref: Ref
    standing: Standing
    file: str = ""
    line: int = 0
    marks: tuple[Mark, ...] = ()
    resource: Resource | None = None
    guest: Guest | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """By kind, then namespace and name."""
        return (self.ref.kind, self.ref.group, self.ref.namespace, self.ref.name, self.id)


class Edge(Record):
    """A reference: the ids of its two ends, what it is for, the field that holds it, and what it leads to."""

    source: str
    target: str
    kind: str
    field: str
    state: str
    reason: str
    file: str
    line: int


def build(
    cluster: Cluster,
    *,
    more: Iterable[Link] = (),
    marks: Callable[[Resource], Sequence[Mark]] = lambda _: (),
    guests: Callable[[Resource], Guest | None] = lambda _: None,
) -> Graph:
    """The graph of all linted objects, and of whatever they lead to.

    `more` are references that no field names by itself, such as an inferred instancetype; `marks` gives the findings
    of an object, `guests` what a workload starts.
    """
    return _Builder(cluster, more, marks, guests).graph


def nodes(graph: Graph) -> list[Node]:
    """The objects of a graph, in an order of their own."""
    return sorted((data["node"] for _, data in graph.nodes(data=True)), key=lambda node: node.order)


def edges(graph: Graph) -> list[Edge]:
    """The references of a graph, in the order of their ends."""
    return sorted(data["edge"] for _, _, data in graph.edges(data=True))


def focus(graph: Graph, wanted: str, depth: int | None = None) -> Graph:
    """What the wanted objects need, and what needs them, as far as `depth` references lead (None: all the way).

    An object is wanted by `namespace/name`, by its name alone, or by its kind and either. UsageError where nothing is
    called so.
    """
    import networkx

    known = nodes(graph)
    found = [node.id for node in known if wanted in _names(node.ref)]
    if not found:
        hint = nearest(wanted, sorted({name for node in known for name in _names(node.ref)}))
        raise UsageError(f"no object is called `{wanted}`{hint}")
    near: set[str] = set()
    for id in found:
        for direction in (graph, graph.reverse(copy=False)):
            near |= set(networkx.single_source_shortest_path_length(direction, id, cutoff=depth))
    return graph.subgraph(near)


def unresolved(graph: Graph) -> Graph:
    """The references that lead nowhere or that nobody can decide, with the objects at both ends."""
    lost = {State.MISSING.value, State.UNKNOWN.value}
    wanted = [(a, b, key) for a, b, key, data in graph.edges(keys=True, data=True) if data["edge"].state in lost]
    return graph.edge_subgraph(wanted)  # type: ignore[arg-type]  # the stubs know no keys


def _names(ref: Ref) -> tuple[str, ...]:
    return (ref.short, ref.name, str(ref), f"{ref.kind} {ref.name}")


_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]


class _Builder:
    """Follows every reference once. What is reached outside the linted files is followed from there."""

    def __init__(
        self,
        cluster: Cluster,
        more: Iterable[Link],
        marks: Callable[[Resource], Sequence[Mark]],
        guests: Callable[[Resource], Guest | None],
    ) -> None:
        from networkx import MultiDiGraph

        self.graph: Graph = MultiDiGraph()
        self._cluster = cluster
        self._marks = marks
        self._guests = guests
        self._more: dict[int, list[Link]] = {}
        self._ids: dict[object, str] = {}
        self._waiting: list[Resource] = []
        for link in more:
            self._more.setdefault(id(link.source), []).append(link)
        for resource in cluster.resources:
            if resource.linted:
                self._of(resource)
        for resource in self._waiting:  # grows while it is read
            self._follow(resource)

    def _node(self, key: object, ref: Ref, standing: Standing, **known: object) -> str:
        """The id of the node with this key, which is made when it is first asked for."""
        if key not in self._ids:
            base = f"{ref.kind}.{ref.group}/{ref.short}" if ref.group else f"{ref.kind}/{ref.short}"
            name, number = base, 1
            while name in self.graph:
                number += 1
                name = f"{base}#{number}"
            self._ids[key] = name
            self.graph.add_node(name, node=Node(name, ref, standing, **known))  # type: ignore[arg-type]
        return self._ids[key]

    def _of(self, resource: Resource) -> str:
        """The node of an object with known content; its own references are followed later."""
        if (known := self._ids.get(id(resource))) is not None:
            return known
        self._waiting.append(resource)
        file, line = _place(resource, ())
        inside = Standing.PATCH if resource.fragment else Standing.HERE
        return self._node(
            id(resource),
            resource.ref,
            inside if resource.linted else Standing.OUTSIDE,
            file=file,
            line=line,
            marks=tuple(self._marks(resource)) if resource.linted else (),
            resource=resource,
            guest=self._guests(resource) if resource.linted and not resource.fragment else None,
        )

    def _follow(self, resource: Resource) -> None:
        for path, ref in _templates(resource):
            self._made(resource, path, ref)
        for link in (*links(resource), *self._more.get(id(resource), ())):
            own = _own_template(link)
            found = Resolution(State.FOUND, link.ref, resource, own) if own else self._cluster.follow(link)
            if link.kind is LinkKind.STORAGE_PROFILE and found.state is State.MISSING:
                continue  # CDI makes a profile for every storage class
            self._edge(
                self._owner(resource, link.path, link.ref),
                self._target(found),
                str(link.kind),
                link.path,
                resource,
                found.state.value,
                found.reason,
            )

    def _target(self, found: Resolution) -> str:
        if found.resource is not None and found.made_at:
            return self._made(found.resource, found.made_at, found.ref)
        if found.resource is not None:
            return self._of(found.resource)
        return self._node((found.state, found.ref), found.ref, Standing(found.state.value))

    def _made(self, maker: Resource, path: Path, ref: Ref) -> str:
        """The node of what a controller makes of an object because of one of its fields."""
        key = (id(maker), ref)
        if key in self._ids:
            return self._ids[key]
        file, line = _place(maker, path)
        standing = Standing.MADE if maker.linted else Standing.OUTSIDE
        made = self._node(key, ref, standing, file=file, line=line, resource=maker)
        self._edge(self._owner(maker, path, ref), made, MAKES, path, maker, State.FOUND.value, "")
        return made

    def _owner(self, resource: Resource, path: Path, about: Ref) -> str:
        """The node that a field belongs to: the object's, or that of the template which holds the field.

        What makes the template's own object is the object.
        """
        for template, ref in _templates(resource):
            if path[: len(template)] == template and ref != about:
                return self._made(resource, template, ref)
        return self._of(resource)

    def _edge(
        self, source: str, target: str, kind: str, path: Path, written: Resource, state: str, reason: str
    ) -> None:
        file, line = _place(written, path)
        self.graph.add_edge(source, target, edge=Edge(source, target, kind, render(path), state, reason, file, line))


def _templates(resource: Resource) -> Iterator[tuple[Path, Ref]]:
    """The DataVolumes that a VM's templates ask for; those of a pool's VMs get a number at the end of their names."""
    if isinstance(resource, VirtualMachine):
        for path, name, _ in resource.templates():
            if name:
                yield path, Ref(_DATA_VOLUME.group, _DATA_VOLUME.name, resource.namespace, name)


def _own_template(link: Link) -> Path:
    """The template of the same object that a volume means. Another deployment may apply a VM with an equal template;
    the VMs of a pool have DataVolumes of their own, with other names."""
    if link.kind is LinkKind.VOLUME and isinstance(link.source, VirtualMachine):
        for path, ref in _templates(link.source):
            if ref.name == link.ref.name:
                return path
    return ()


def _place(resource: Resource, path: Path) -> tuple[str, int]:
    """File and line of a field. An object of a catalog has the catalog's name for a file, and no line."""
    document = resource.document
    return document.file, document.span((*resource.prefix, *path)).line if document.text else 0
