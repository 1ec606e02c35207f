"""The cluster that the files describe: every object by identity, and what each reference leads to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from fnmatch import fnmatchcase
from itertools import chain, count
from operator import itemgetter
from typing import Protocol

from vmlint.graph.links import Link
from vmlint.graph.makers import made
from vmlint.graph.nearest import Candidate, Several, found_as, written_once
from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import text
from vmlint.model.field import Path
from vmlint.model.harvester import CLAIMS, claims_of
from vmlint.model.kinds import BY_GROUP_KIND, BY_NAME, Kind
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataVolume, VirtualMachine, VirtualMachinePool
from vmlint.model.unknown import before_variable, is_unknown, may_be
from vmlint.runtime.cached import cached_property

__all__ = ["Catalog", "Cluster", "makes", "says_namespace"]


class Catalog(Protocol):
    """Objects with known content that live outside: asked only for what the repository does not hold."""

    def find(self, ref: Ref) -> Resource | None: ...

    def names(self, kind: Kind) -> Sequence[str]: ...


_MOST_VARIABLE = 1000
"""The most names with variables that are compared with one that is missing. Of more, any may be it."""

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]
_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]


class Cluster:
    """All objects that are applied together.

    `outside` are patterns such as `DataSource golden-images/*`: objects that live in the cluster by the user's word.
    `beyond` is the cluster of everything, where these are only a part of what the files hold: what is not found here
    may be found there. `unread` names what belongs here and could not be read: a remote resource, a Helm chart.
    `operated` is why an object may be made by an operator, "" where none is known.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        *,
        outside: Iterable[str] = (),
        catalogs: Sequence[Catalog] = (),
        beyond: Cluster | None = None,
        unread: Sequence[str] = (),
        operated: Callable[[Ref], str] = lambda _: "",
    ) -> None:
        self.resources = tuple(resources)
        self._beyond = beyond
        self._compared = 0
        self._unread = tuple(unread)
        self._operated = operated
        self._by_name: dict[tuple[str, str], tuple[_ByName, _ByName]] = {}
        self._namesakes: dict[tuple[str, str, str, bool], list[Collection[Ref]]] = {}
        self._renamed: dict[tuple[str, str, str], list[Resource]] = {}
        self._catalogs = tuple(catalogs)
        self._outside = tuple(_pattern(entry) for entry in outside)
        self._objects: dict[Ref, list[Resource]] = {}
        self._makers: dict[Ref, list[tuple[Resource, Path]]] = {}
        self._by_kind: dict[Kind, list[Resource]] = {}
        self._parts: dict[Ref, Resource] = {}
        self._resolved: dict[Ref, Resolution | Several] = {}
        self._noted = count()
        self._variable: dict[tuple[str, str], dict[str, list[tuple[int, Ref, Resource]]]] = {}
        for resource in self.resources:
            if resource.fragment:
                self._parts.setdefault(resource.ref, resource)
                continue
            if was := resource.renamed:
                self._renamed.setdefault((was.ref.group, was.ref.kind, was.ref.name), []).append(resource)
                for made_ref, at in resource.once(makes):
                    if at == ("metadata", "name"):  # what it makes has its own name, and is renamed with it
                        self._renamed.setdefault((made_ref.group, made_ref.kind, was.ref.name), []).append(resource)
            self._objects.setdefault(resource.ref, []).append(resource)
            self._by_kind.setdefault(resource.kind, []).append(resource)
            for ref, path in resource.once(makes):
                self._makers.setdefault(ref, []).append((resource, path))
            for ref in resource.once(_with_variables):
                rows = self._variable.setdefault((ref.group, ref.kind), {})
                rows.setdefault(before_variable(ref.name), []).append((next(self._noted), ref, resource))

    @property
    def compared(self) -> int:
        """How much was compared so far to find names that may be meant: see `world.names`."""
        return self._compared

    def count_compared(self, cost: int) -> int:
        """Adds to `compared`, and returns it."""
        self._compared += cost
        return self._compared

    @property
    def whole(self) -> Cluster:
        """The cluster of everything, of which this one is a part."""
        return self._beyond.whole if self._beyond else self

    def of_kind(self, kind: str | Kind) -> Sequence[Resource]:
        """All whole objects of a kind that vmlint knows, in the order of their files; those applied elsewhere last.

        A name means the kind that it has in `BY_NAME`. Objects of that name in other API groups are not among them.
        """
        row = BY_NAME.get(kind) if isinstance(kind, str) else kind
        if row is None:
            return ()
        own = self._by_kind.get(row, [])
        if self._beyond is None:
            return own
        known = {resource.ref for resource in own}
        return [*own, *(resource for resource in self._beyond.of_kind(row) if resource.ref not in known)]

    def names(self, ref: Ref) -> Iterator[Ref]:
        """The known identities of the ref's kind: of the repository, and of the catalogs."""
        if (kind := BY_GROUP_KIND.get((ref.group, ref.kind))) is None:
            return
        for resource in self.of_kind(kind):
            yield resource.ref
        for catalog in self._catalogs:
            for name in catalog.names(kind):
                yield ref._replace(namespace="", name=name)

    def made(self, ref: Ref) -> Iterator[Ref]:
        """The identities of the ref's kind that objects make for others, as DataVolumes make claims.

        What a VM makes of its templates is its own.
        """
        yield from self._made_by_kind.get(ref[:2], ())
        if self._beyond is not None:
            yield from (other for other in self._beyond.made(ref) if other not in self._makers)

    @cached_property
    def _made_by_kind(self) -> Mapping[tuple[str, ...], Sequence[Ref]]:
        """What objects other than VMs make, by group and kind."""
        found: dict[tuple[str, ...], list[Ref]] = {}
        for identity, sources in self._makers.items():
            if any(not isinstance(source, VirtualMachine) for source, _ in sources):
                found.setdefault(identity[:2], []).append(identity)
        return found

    def named(self, ref: Ref) -> Sequence[Resource]:
        """All whole objects of one identity: more than one where the repository holds alternatives."""
        return self._objects.get(ref, ())

    def makers(self, ref: Ref) -> Sequence[tuple[Resource, Path]]:
        """What makes an object that need not stand anywhere: a DataVolume its claim, a VM its templates' volumes."""
        own = self._makers.get(ref, ())
        return own or (self._beyond.makers(ref) if self._beyond else ())

    @property
    def identities(self) -> Set[Ref]:
        """Every identity that an object of its own has, or that one of them makes."""
        return self._objects.keys() | self._makers.keys()

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces in which the files hold objects."""
        return self._beyond.namespaces if self._beyond else self._namespaces

    @cached_property
    def _namespaces(self) -> frozenset[str]:
        return frozenset(resource.namespace for resource in self.resources)

    @property
    def has_renamed(self) -> bool:
        """Whether any object is applied under another identity than its file gives it."""
        return bool(self._renamed)

    def moved(self, ref: Ref) -> Resource | None:
        """The object that its file gives this identity, or that would make it, and that is applied under another one.

        A volume names a DataVolume or the claim behind it, whichever there is.
        """
        kinds = [(ref.group, ref.kind)]
        if kinds[0] == (_DATA_VOLUME.group, _DATA_VOLUME.name):
            kinds.append((_CLAIM.group, _CLAIM.name))
        for kind in kinds:
            for resource in self._renamed.get((*kind, ref.name), ()):
                if resource.renamed and ref.namespace in (resource.namespace, resource.renamed.ref.namespace):
                    return resource
        return None

    def namesake(self, ref: Ref, *, placed: bool) -> Ref | None:
        """The first that has the ref's kind and name in another namespace: an object, else what an object makes.

        Unless `placed`, those alone that lie there by default, where no namespace is written.
        """
        objects, made = self._namesakes_of(ref, placed)
        others, made_beyond = self._beyond._namesakes_of(ref, placed) if self._beyond is not None else ((), ())
        known = chain(
            objects,
            (other for other in others if other not in self._objects),
            made,
            (other for other in made_beyond if other not in self._makers),
        )
        return next((reference for reference in known if reference != ref), None)

    def _namesakes_of(self, ref: Ref, placed: bool) -> list[Collection[Ref]]:
        """The objects of a kind and name, and what others make that has these: all, or those that lie somewhere by
        default."""
        key = ref.group, ref.kind, ref.name, placed
        if (known := self._namesakes.get(key)) is None:
            known = self._namesakes[key] = [
                {other: None for other, one in names.get(ref.name, ()) if placed or not one.once(says_namespace)}
                for names in self._names_of((ref.group, ref.kind))
            ]
        return known

    def _names_of(self, kind: tuple[str, str]) -> tuple[_ByName, _ByName]:
        """The objects of a kind, and what others make of that kind, by name."""
        if (known := self._by_name.get(kind)) is None:
            row = BY_GROUP_KIND.get(kind)
            objects = ((one.ref, one) for one in (self._by_kind.get(row, ()) if row else ()))
            made = ((ref, sources[0][0]) for ref, sources in self._makers.items())
            known = self._by_name[kind] = _by_name(kind, objects), _by_name(kind, made)
        return known

    def follow(self, link: Link) -> Resolution:
        """What a reference leads to."""
        return self.resolve(link.ref, link.source)

    def resolve(self, ref: Ref, seen_from: Resource) -> Resolution:
        """What an identity means, seen from an object: of several, the nearest by folder."""
        if (known := self._resolved.get(ref)) is None:
            known = self._resolved[ref] = self._resolve(ref)
        return known if isinstance(known, Resolution) else known.seen_from(seen_from)

    def has_several(self, ref: Ref) -> bool:
        """Whether an identity that was resolved has several objects, of which the nearest counts."""
        return isinstance(self._resolved.get(ref), Several)

    def is_missing(self, ref: Ref) -> bool:
        """Whether nothing in the files or by the user's word may be the object of that identity."""
        found = self._resolved.get(ref) or self._resolve(ref)
        return isinstance(found, Resolution) and found.state is State.MISSING

    def _resolve(self, ref: Ref) -> Resolution | Several:
        if is_unknown(ref.name) or is_unknown(ref.namespace):
            return Resolution(State.UNKNOWN, ref, reason="the name contains a variable")
        kind = BY_GROUP_KIND.get((ref.group, ref.kind))
        if kind is not None and kind.namespaced and not ref.namespace:
            return Resolution(State.MISSING, ref, reason="the namespace is empty", nowhere=True)
        if not ref.name:
            return Resolution(State.MISSING, ref, reason="the name is empty", nowhere=True)
        candidates = self._candidates(ref)
        if not candidates and self._beyond is not None:
            candidates = self._beyond._candidates(ref)
        if len(candidates) > 1:
            candidates = written_once(candidates)
        if candidates:
            return found_as(ref, candidates[0]) if len(candidates) == 1 else Several(ref, candidates)
        for catalog in self._catalogs:
            if (found := catalog.find(ref)) is not None:
                return Resolution(State.OUTSIDE, ref, found, reason=f"from {found.document.file}")
        if any(_matches(ref, pattern) for pattern in self._outside):
            return Resolution(State.OUTSIDE, ref, reason="declared as external to the repository")
        if reason := self._operated(ref):
            return Resolution(State.OUTSIDE, ref, reason=reason)
        return self._lost(ref)

    def _candidates(self, ref: Ref) -> list[Candidate]:
        """The objects of an identity, else what makes it."""
        return [(resource, ()) for resource in self.named(ref)] or list(self._makers.get(ref, ()))

    def _lost(self, ref: Ref) -> Resolution:
        """Missing, unless something in the files may still turn out to be the object."""
        if moved := self.moved(ref):
            reason = f"`{ref.short}` is applied as `{moved.ref.short}`"
            return Resolution(State.UNKNOWN, ref, reason=reason, moved=moved)
        found = self._maybe(ref)
        if found is None and self._unread:
            found = Resolution(State.UNKNOWN, ref, reason=self._unread[0])
        if found is None and self._beyond is not None:
            found = self._beyond._maybe(ref)
        return found or Resolution(State.MISSING, ref)

    def _maybe(self, ref: Ref) -> Resolution | None:
        """What may still turn out to be the object: a patch of it, a name that holds a variable."""
        if part := self._parts.get(ref):
            return Resolution(State.UNKNOWN, ref, reason=f"only a patch of it is in the files: {part.document.file}")
        rows = self._variable.get((ref.group, ref.kind), {})
        beginnings = (ref.name[:length] for length in range(len(ref.name) + 1) if rows)
        near = sorted((row for begins in beginnings for row in rows.get(begins, ())), key=itemgetter(0))
        if len(near) > _MOST_VARIABLE:
            reason = f"one of {len(near):,} names with variables may be this object, once they have values"
            return Resolution(State.UNKNOWN, ref, reason=reason)
        for _, other, resource in near:
            if may_be(other.name, ref.name) and may_be(other.namespace, ref.namespace):
                reason = (
                    f"`{other.short}` in {resource.document.file} may be this object, once its variable has a value"
                )
                return Resolution(State.UNKNOWN, ref, reason=reason)
        return None


def makes(resource: Resource) -> tuple[tuple[Ref, Path], ...]:
    """The objects that a controller makes of this one, each with the field that names it."""
    return tuple(_makes(resource))


def _with_variables(resource: Resource) -> tuple[Ref, ...]:
    """The identities with variables that an object has, or that it makes."""
    refs = (resource.ref, *[ref for ref, _ in resource.once(makes)])
    unknown = {part for part in {part for ref in refs for part in ref[2:]} if is_unknown(part)}
    return tuple([ref for ref in refs if not unknown.isdisjoint(ref[2:])]) if unknown else ()


def _makes(resource: Resource) -> Iterator[tuple[Ref, Path]]:
    namespace = resource.namespace
    if isinstance(resource, DataVolume):
        yield Ref(_CLAIM.group, _CLAIM.name, namespace, resource.name), ("metadata", "name")
    elif isinstance(resource, DataImportCron):
        if name := text(resource.data, "spec", "managedDataSource"):
            yield Ref(_DATA_SOURCE.group, _DATA_SOURCE.name, namespace, name), ("spec", "managedDataSource")
    elif isinstance(resource, VirtualMachine) and not isinstance(resource, VirtualMachinePool):
        for path, name, _ in resource.templates():
            yield Ref(_DATA_VOLUME.group, _DATA_VOLUME.name, namespace, name), path
            yield Ref(_CLAIM.group, _CLAIM.name, namespace, name), path
        for path, name, _ in resource.claim_templates():
            yield Ref(_CLAIM.group, _CLAIM.name, namespace, f"{resource.name}-{name}"), path
        if harvester := claims_of(resource.data):
            for name in filter(None, harvester.names):
                yield Ref(_CLAIM.group, _CLAIM.name, namespace, name), ("metadata", "annotations", CLAIMS)
    else:
        yield from made(resource)


_ByName = Mapping[str, list[tuple[Ref, Resource]]]
"""Identities by their names, each with the object that has it, or that makes what has it."""


def _by_name(kind: tuple[str, str], found: Iterable[tuple[Ref, Resource]]) -> _ByName:
    """Those of a kind."""
    names: dict[str, list[tuple[Ref, Resource]]] = {}
    for ref, resource in found:
        if ref[:2] == kind:
            names.setdefault(ref.name, []).append((ref, resource))
    return names


def says_namespace(resource: Resource) -> bool:
    """Whether an object's own text shows in which namespace it lives."""
    return bool(text(resource.data, "metadata", "namespace"))


def _pattern(entry: str) -> tuple[str, str]:
    kind, _, name = entry.partition(" ")
    return kind, name.strip()


def _matches(ref: Ref, pattern: tuple[str, str]) -> bool:
    kind, name = pattern
    return fnmatchcase(ref.kind, kind) and fnmatchcase(ref.short, name)
