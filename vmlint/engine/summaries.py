"""The objects of a file in a few values: enough to give them their places in the cluster.

Facts are plain values that another process or a later run can have. An object of which they are known is decoded only
when somebody asks for more. A file has facts where nothing about it is odd: each document is read without a problem,
and is one object of a kind that acts through what names it. Everything else is decoded by everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from vmlint.graph.cluster import makes, says_namespace
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, KINDS, kind_of
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    CDI,
    KubeVirt,
    MigrationPolicy,
    Plugin,
    ResourceQuota,
    Service,
    StorageProfile,
    VirtualMachineInstancePreset,
    Workload,
    subject_class,
)
from vmlint.record import Record
from vmlint.source.document import Document, SourceFile
from vmlint.source.stream import looks_like_json
from vmlint.world.addresses import addresses_of, macs_of
from vmlint.world.disks import Written, claims_used, claims_written

__all__ = [
    "Fact",
    "Facts",
    "acts_by_name",
    "acts_by_name_applied",
    "fact_of",
    "facts_of",
    "kinds_of",
    "packed",
    "resource_of",
    "unpacked",
]


class Fact(Record):
    """What is known of the one object of a document.

    `makes` are the objects that a controller makes of it, `writes` the claims that it writes, `uses` the volumes that
    live on claims, and `addresses` the MAC addresses that it runs with: answers to questions of the same names. What
    it makes and writes lives in its own namespace; `placed` says whether its text has that.
    """

    line: int
    api_version: str
    kind: str
    namespace: str
    name: str
    makes: Sequence[tuple[str, str, str, Path]]
    writes: Sequence[tuple[str, str]]
    uses: Sequence[tuple[Path, str]]
    addresses: Sequence[tuple[str, Path, Sequence[str]]]
    placed: bool

    @property
    def own_names(self) -> Iterator[str]:
        """The names under which the object is found, and what it makes."""
        yield self.name
        for _, _, name, _ in self.makes:
            yield name
        for name, _ in self.writes:
            yield name

    @property
    def names(self) -> Iterator[str]:
        """Its own names, and those of the claims that it uses."""
        yield from self.own_names
        for _, name in self.uses:
            yield name


Facts = Sequence[Fact]
"""What is known of a file: of each of its documents."""

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"][:2]
_BY_OTHER_MEANS = {
    Resource,
    KubeVirt,
    CDI,
    StorageProfile,
    ResourceQuota,
    Service,
    VirtualMachineInstancePreset,
    MigrationPolicy,
    Plugin,
}
"""The classes of objects that matter to others that do not name them: the configurations of KubeVirt and CDI, a quota
of its namespace, what selects guests by their labels. A profile is looked for by all disks of its class, also by those
that name none. Of a class without accessors, a StorageClass or a Namespace say, nothing is known."""

_PLAIN = {subject_class(kind) for kind in KINDS} - _BY_OTHER_MEANS
"""The classes of objects that nobody looks for but by a name, a claim or an address."""

_NAMED = {
    kind
    for kind in KINDS
    if kind.name in ("ConfigMap", "Secret", "ServiceAccount", "PriorityClass", "NetworkAttachmentDefinition")
}
"""Kinds of which that is true too, and which matter only where an object names some: a file of them has no facts."""


def facts_of(file: SourceFile, objects_of: Callable[[Document], Sequence[Resource]]) -> Facts | None:
    """The facts of a file, None where it has none; `objects_of` gives the objects of a document.

    There are none of a file whose documents all wait: nobody looks for what they hold.
    """
    if file.skipped or file.remarks or file.aliased or not file.documents:
        return None
    if all(document.waiting for document in file.documents):
        return ()
    facts = []
    for document in file.documents:
        if document.waiting or document.problem or document.duplicates or document.json or document.joined:
            return None
        objects = objects_of(document)
        if len(objects) != 1 or not acts_by_name(objects[0]):
            return None
        facts.append(fact_of(document, objects[0]))
    return None if looks_like_json(file.documents[0].text) else facts


def acts_by_name(found: Resource) -> bool:
    """Whether nobody looks for an object of a single document but by a name, a claim or an address: see `_PLAIN`."""
    return type(found) in _PLAIN and not found.prefix and found.parts is None and acts_by_name_applied(found)


def acts_by_name_applied(found: Resource) -> bool:
    """The same of an object as it is applied, however many documents make it."""
    from vmlint.gitops.embedded import embedded

    whole = found.linted and not found.fragment
    by_name = type(found) in _PLAIN or found.kind in _NAMED
    return whole and by_name and not any(True for _ in embedded(found.document))


def fact_of(document: Document, found: Resource) -> Fact:
    """What is known of an object, which a document holds."""
    used = found.once(claims_used) if isinstance(found, Workload) else ()
    addresses = found.once(addresses_of) if isinstance(found, Workload) else ()
    return Fact(
        document.line,
        found.api_version,
        found.ref.kind,
        found.ref.namespace,
        found.ref.name,
        [(ref.group, ref.kind, ref.name, path) for ref, path in found.once(makes)],
        [(ref.name, form.value) for ref, form in found.once(claims_written)],
        used,
        [(mac, path, tuple(network)) for mac, path, network in addresses],
        found.once(says_namespace),
    )


def packed(facts: Facts) -> list[tuple[Any, ...]]:
    """The facts as plain values, which `marshal` and JSON can hold."""
    return [tuple(fact) for fact in facts]


def unpacked(rows: Iterable[Sequence[Any]]) -> Facts:
    return [Fact(*row) for row in rows]


def kinds_of(facts: Facts) -> Mapping[int, str]:
    """The kind of each document's object, by the line of the document."""
    return {fact.line: fact.kind for fact in facts}


def resource_of(document: Document, fact: Fact, **applied: Any) -> Resource:
    """The object of a document, of which a fact is known; what is `applied` of it goes to `Resource.undecoded`."""
    known = kind_of(fact.api_version, fact.kind)
    assert known is not None
    own = fact.namespace
    answers: dict[object, Any] = {
        makes: tuple([(Ref(group, kind, own, name), tuple(path)) for group, kind, name, path in fact.makes]),
        claims_written: tuple([(Ref(*_CLAIM, own, name), Written(form)) for name, form in fact.writes]),
        claims_used: tuple([(tuple(path), name) for path, name in fact.uses]),
        says_namespace: fact.placed,
        macs_of: tuple([mac for mac, *_ in fact.addresses]),
        addresses_of: tuple([(mac, tuple(path), Ref(*network)) for mac, path, network in fact.addresses]),
    }
    ref = Ref(known.group, known.name, own, fact.name)
    return subject_class(known).undecoded(known, ref, fact.api_version, document, answers, **applied)
