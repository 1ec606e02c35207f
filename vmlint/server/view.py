"""A folder as somebody sees it who looks at a place in one of its files: which field that is, of which objects, and
what the names in it mean.

A name is known by where its object writes it. One file that several deployments apply is several objects with one such
place, and all that refer to any of them refer to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from lsprotocol import types

from vmlint.engine.snapshot import Snapshot
from vmlint.graph.cluster import makes
from vmlint.graph.links import Link, links
from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.record import Record
from vmlint.runtime.cached import cached_property
from vmlint.server.labels import label_links
from vmlint.server.positions import Encoding
from vmlint.server.session import Folder, within
from vmlint.server.texts import Texts
from vmlint.server.uris import uri_of
from vmlint.source.document import Document
from vmlint.world import World

if TYPE_CHECKING:
    from vmlint.impact.model import Impact

__all__ = ["Cursor", "Held", "Local", "Spelled", "Target", "View"]

_NAME = ("metadata", "name")


class Held(Record):
    """A field of an object that a document writes, in one of the worlds that the object is in."""

    world: World
    resource: Resource
    path: Path


class Cursor(Record):
    """A place in a document: the field, whether it is the field's key, and whether there is a word at all."""

    document: Document
    path: Path
    on_key: bool
    on_word: bool
    held: tuple[Held, ...]


class Spelled(Record):
    """A place in a document where a name is written."""

    document: Document
    path: Path


class Local(Record):
    """A name inside a workload: of a volume, or of a network."""

    world: World
    workload: Workload
    noun: str
    name: str


class Target(Record):
    """What a name means: where its object writes it (None for one that is in no file), and what it resolves to."""

    spelled: Spelled | None
    resolution: Resolution
    world: World


class View:
    """A folder at one moment. It is made anew for each snapshot, and works out what is asked for once."""

    def __init__(self, folder: Folder, snapshot: Snapshot, encoding: Encoding) -> None:
        self.folder = folder
        self.snapshot = snapshot
        self.texts = Texts(folder, encoding)
        self._edits = folder.edits
        self._impact: tuple[Snapshot, Impact] | None = None

    @property
    def texts_are_stale(self) -> bool:
        """Whether the editor has other texts than when this was made."""
        return self._edits != self.folder.edits

    def impact(self, before: Snapshot) -> Impact:
        """What the edits since an earlier state do to the running cluster."""
        from vmlint.impact.compare import compare

        if self._impact is None or self._impact[0] is not before:
            with within(self.folder.root):
                names = "the last commit", "the files in the editor"
                self._impact = before, compare(before, self.snapshot, names)
        return self._impact[1]

    # Texts and places

    @cached_property
    def _files(self) -> Mapping[str, tuple[Document, ...]]:
        repository = self.snapshot.repository
        found = {file.file: file.documents for file in repository.files}
        for resource in repository.around:
            document = resource.document
            if document.text and document not in found.get(document.file, ()):
                found[document.file] = (*found.get(document.file, ()), document)
        return found

    def documents(self, name: str) -> tuple[Document, ...]:
        """The documents of a file that were decoded."""
        return tuple(one for one in self._files.get(name, ()) if not one.waiting and one.problem is None)

    def files(self) -> Iterable[str]:
        """The names of all files that were read."""
        return self._files

    def document_of(self, name: str, line: int) -> Document | None:
        """The document that a line of the analysed text is in, decoded or not."""
        return next((one for one in reversed(self._files.get(name, ())) if one.line <= line), None)

    def document_at(self, name: str, position: types.Position) -> tuple[Document, int, int] | None:
        """The document at an editor's position of a file, with the line and column there."""
        content = self.texts(name)
        if content is None:
            return None
        line, column = content.place(position)
        if (shift := self.texts.shift(name)) is not None:
            moved = shift.back.line(line)
            if moved is None:
                return None
            line = moved
        document = self.document_of(name, line)
        return (document, line, column) if document is not None else None

    def cursor(self, name: str, position: types.Position) -> Cursor | None:
        """What is at an editor's position of a file; None where there is no document that can be read."""
        found = self.document_at(name, position)
        if found is None:
            return None
        document, line, column = found
        if document.waiting or document.problem is not None:
            return None
        path, on_key, on_word = document.path_at(line, column)
        return Cursor(document, path, on_key, on_word, tuple(self.held(document, path)))

    def range(self, spelled: Spelled, *, key: bool = False) -> types.Range | None:
        """The range of a field's value, or of its key, in the editor; None where that has changed since."""
        document = spelled.document
        content = self.texts(document.file)
        span = document.key_span(spelled.path) if key else document.span(spelled.path)
        line = self.texts.line(document.file, span.line)
        if content is None or line is None:
            return None
        return content.range(line, span.column, line, span.end_column)

    def extent(self, document: Document, path: Path) -> types.Range | None:
        """The range from a field's key to the end of its value."""
        first, last = document.extent(path)
        if not path:
            first, last = document.line, document.line + max(document.text.rstrip().count("\n"), 0)
        content = self.texts(document.file)
        start, end = (self.texts.line(document.file, line) for line in (first, last))
        if content is None or start is None or end is None or end < start:
            return None
        column = document.key_span(path).column if path else 1
        return content.range(start, column, end, len(document.line_text(last)) + 1)

    def location(self, spelled: Spelled, *, key: bool = False) -> types.Location | None:
        """Where a field is, for the editor."""
        found = self.range(spelled, key=key)
        return None if found is None else types.Location(uri_of(self.folder.root, spelled.document.file), found)

    def location_of(self, place: Place) -> types.Location | None:
        """Where a field of an object is written."""
        if not place.resource.document.text:
            return None
        return self.location(Spelled(*place.resource.written(place.path)), key=place.key)

    # Objects

    @cached_property
    def _by_document(self) -> Mapping[int, list[tuple[World, Resource]]]:
        found: dict[int, list[tuple[World, Resource]]] = {}
        for world in self.snapshot.worlds:
            for one in world.cluster.resources:
                written = (part.document for part in (one.parts or {}).values())
                for document in {id(document): document for document in (one.document, *written)}.values():
                    found.setdefault(id(document), []).append((world, one))
        return found

    def objects(self, document: Document) -> Iterable[tuple[World, Resource]]:
        """The objects that a document writes, or a part of them, in each world."""
        return self._by_document.get(id(document), ())

    def held(self, document: Document, path: Path) -> Iterator[Held]:
        """The fields of objects that a field of a document writes."""
        for world, one in self.objects(document):
            own = (
                path[len(one.prefix) :] if one.document is document and path[: len(one.prefix)] == one.prefix else None
            )
            for at, part in (one.parts or {}).items():
                if part.document is document and path[: len(part.path)] == part.path:
                    own = (*at, *path[len(part.path) :])
            if own is not None:
                yield Held(world, one, own)

    # Names

    def target(self, world: World, link: Link) -> Target:
        """What a reference means."""
        resolution = world.cluster.follow(link)
        return Target(self.name_of(resolution), resolution, world)

    def name_of(self, resolution: Resolution) -> Spelled | None:
        """Where the object of a resolution writes its name; None for one that is in no file."""
        resource = resolution.resource
        if resource is None or not resource.document.text:
            return None
        at = resolution.made_at or _NAME
        return self.spelled(resource, (*at, *_NAME) if isinstance(get(resource.data, *at, *_NAME), str) else at)

    def spelled(self, resource: Resource, path: Path) -> Spelled:
        """Where a field of an object is written."""
        return Spelled(*resource.written(path))

    @cached_property
    def _uses(self) -> Mapping[object, list[tuple[World, Link]]]:
        """The references of all worlds by what they mean."""
        found: dict[object, list[tuple[World, Link]]] = {}
        for world in self.snapshot.worlds:
            for one in world.cluster.resources:
                if one.linted:
                    for link in (*links(one), *label_links(one)):
                        found.setdefault(self.key(self.target(world, link)), []).append((world, link))
        for world, link, meant in self._overridden():
            found.setdefault(self.key(self.target(world, meant)), []).append((world, link))
        return found

    def _overridden(self) -> Iterator[tuple[World, Link, Link]]:
        """The references of files in whose place a patch writes another one, or the same again.

        Each comes as its file has it, and as the object that is applied would have it.
        """
        for one in self.snapshot.repository.resources:
            for link in (*links(one), *label_links(one)) if one.linted else ():
                path = (*one.prefix, *link.path)
                for held in self.held(one.document, path):
                    applied = held.resource
                    if applied.written(held.path) == (one.document, path):
                        continue
                    moved = link.ref.namespace == one.namespace
                    ref = link.ref._replace(namespace=applied.namespace) if moved else link.ref
                    yield held.world, link, Link(link.kind, applied, held.path, ref)

    def key(self, target: Target) -> object:
        """What two names have in common that mean the same."""
        if target.spelled is not None:
            return id(target.spelled.document), target.spelled.path
        return target.resolution.ref

    def uses(self, key: object) -> Iterable[tuple[World, Link]]:
        """The references to what a key stands for."""
        return self._uses.get(key, ())

    def link_at(self, held: Held) -> Link | None:
        """The reference that a field is, by a name or by a label."""
        every = (*links(held.resource), *label_links(held.resource))
        return next((link for link in every if link.path == held.path), None)

    def named_at(self, held: Held) -> Target | None:
        """The object whose name a field is: the object itself, or what it makes."""
        resource, path = held.resource, held.path
        if resource.document.text and path == _NAME:
            return Target(self.spelled(resource, path), Resolution(State.FOUND, resource.ref, resource), held.world)
        for ref, at in resource.once(makes):
            if path in (at, (*at, *_NAME)):
                resolution = Resolution(State.FOUND, ref, resource, at)
                return Target(self.name_of(resolution), resolution, held.world)
        return None

    def local_at(self, held: Held) -> Local | None:
        """The name of a volume or network inside a workload that a field is."""
        resource, path = held.resource, held.path
        if not isinstance(resource, Workload) or (name := get(resource.data, *path)) in (None, ""):
            return None
        if not isinstance(name, str):
            return None
        for noun, patterns in _LOCALS.items():
            if any(_fits(path, (*resource.vmi_path, *pattern)) for pattern in patterns):
                return Local(held.world, resource, noun, name)
        if isinstance(resource, VirtualMachine) and path in _infers(resource):
            return Local(held.world, resource, "volume", name)
        return None

    def places(self, local: Local) -> Iterator[tuple[Path, bool]]:
        """Where a workload writes the name of a volume or network, and whether that makes it."""
        resource = local.workload
        for number, pattern in enumerate(_LOCALS[local.noun]):
            base = (*resource.vmi_path, *pattern[:-2])
            entries = get(resource.data, *base)
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(entry, dict) and entry.get("name") == local.name:
                    yield (*base, index, "name"), number == 0
        if local.noun == "volume" and isinstance(resource, VirtualMachine):
            for path in _infers(resource):
                if get(resource.data, *path) == local.name:
                    yield path, False


_LOCALS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "volume": (
        ("volumes", "*", "name"),
        ("domain", "devices", "disks", "*", "name"),
        ("domain", "devices", "filesystems", "*", "name"),
    ),
    "network": (("networks", "*", "name"), ("domain", "devices", "interfaces", "*", "name")),
}
"""The fields that name a volume or a network of a guest; those of the first one make it. Source: KubeVirt
`staging/src/kubevirt.io/api/core/v1/schema.go`."""


def _fits(path: Path, pattern: Path) -> bool:
    return len(path) == len(pattern) and all(
        step == wanted or (wanted == "*" and isinstance(step, int)) for step, wanted in zip(path, pattern, strict=True)
    )


def _infers(vm: VirtualMachine) -> tuple[Path, ...]:
    return tuple(vm.matcher_path(matcher, "inferFromVolume") for matcher in Matcher)
