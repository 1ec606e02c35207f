"""From a name to what it means, to everybody who means the same, and to all names of a file or folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from lsprotocol import types

from vmlint.graph.build import objects
from vmlint.model.access import get, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.server.uris import uri_of
from vmlint.server.view import Cursor, Local, Spelled, Target, View
from vmlint.source.discover import KUSTOMIZATION_FILES
from vmlint.source.document import Document

__all__ = [
    "definitions",
    "document_symbols",
    "given_by",
    "highlights",
    "links_of_file",
    "meant",
    "occurrences",
    "pattern_for",
    "references",
    "workspace_symbols",
]

_MOST_SYMBOLS = 500
"""The most symbols that are sent for one search in a folder."""


# What a name means


def meant(view: View, cursor: Cursor) -> Iterator[Target | Local]:
    """What the name at a place means: objects, or a volume or network of the same workload."""
    for held in cursor.held:
        if (link := view.link_at(held)) is not None:
            yield view.target(held.world, link)
        elif (target := view.named_at(held)) is not None:
            yield target
        elif (local := view.local_at(held)) is not None:
            yield local


def definitions(view: View, cursor: Cursor) -> list[types.Location]:
    """Where the name at a place is given to what it means; the files that an entry of a kustomization includes."""
    if not cursor.on_word:
        return []
    found: dict[object, types.Location | None] = {}
    for one in meant(view, cursor):
        if isinstance(one, Local):
            places = [path for path, makes in view.places(one) if makes]
            for path in places:
                spelled = view.spelled(one.workload, path)
                found[id(spelled.document), spelled.path] = view.location(spelled)
        elif one.spelled is not None:
            found[view.key(one)] = view.location(one.spelled)
    locations = [one for one in found.values() if one is not None]
    return locations or [
        types.Location(uri, types.Range(types.Position(0, 0), types.Position(0, 0)))
        for path, uri in _named_files(view, cursor.document)
        if path == cursor.path
    ]


def given_by(view: View, cursor: Cursor) -> list[types.Location]:
    """Where the instancetype or preference is that the matcher at a place comes to, however it is found."""
    found: dict[object, types.Location | None] = {}
    for held in cursor.held:
        vm = held.resource
        if not isinstance(vm, VirtualMachine) or vm.fragment:
            continue
        for matcher in Matcher:
            base = vm.matcher_path(matcher)
            match = held.world.vms.match(vm, matcher) if held.path[: len(base)] == base else None
            if match is not None and match.resolution is not None:
                spelled = view.name_of(match.resolution)
                if spelled is not None:
                    found[id(spelled.document), spelled.path] = view.location(spelled)
    return [one for one in found.values() if one is not None]


# Who means the same


def occurrences(view: View, one: Target | Local) -> Iterator[tuple[Spelled, bool]]:
    """Where the name of something is written, and whether that gives it the name. A place may come more than once."""
    if isinstance(one, Local):
        for path, makes in view.places(one):
            yield view.spelled(one.workload, path), makes
        return
    if one.spelled is not None:
        yield one.spelled, True
        yield from ((spelled, True) for spelled in _parts(view, one.spelled))
    for _, link in view.uses(view.key(one)):
        yield view.spelled(link.source, link.path), False


def _parts(view: View, spelled: Spelled) -> Iterator[Spelled]:
    """Where patches name the object that writes its name at a place: those in files, and targets of a kustomization."""
    name = get(spelled.document.data, *spelled.path)
    kinds: set[str] = set()
    for held in view.held(spelled.document, spelled.path):
        resource = held.resource
        if held.path != ("metadata", "name"):
            continue
        kinds.add(resource.ref.kind)
        for path, part in (resource.parts or {}).items():
            size = len(path)
            root = part.path[: len(part.path) - size] if size and part.path[-size:] == path else None
            if root is not None and get(part.document.data, *root, "metadata", "name") == name:
                yield Spelled(part.document, (*root, "metadata", "name"))
        for other in held.world.cluster.resources:
            if other.fragment and other.ref == resource.ref:
                yield view.spelled(other, ("metadata", "name"))
    for document in _kustomizations(view) if kinds else ():
        yield from (Spelled(document, path) for path in _targets(document, kinds, name))


def _kustomizations(view: View) -> Iterator[Document]:
    for file in view.files():
        if file.rpartition("/")[2] in KUSTOMIZATION_FILES:
            yield from view.documents(file)


def _targets(document: Document, kinds: Iterable[str], name: object) -> Iterator[Path]:
    """The fields of a kustomization that select an object by its name."""
    return (path for path in _selectors(document, kinds) if get(document.data, *path) == name)


def _selectors(document: Document, kinds: Iterable[str]) -> Iterator[Path]:
    """The fields of a kustomization that select objects of some kinds by a name or a pattern."""
    kinds = {*kinds, ""}
    patches = [
        (field, index, "target") for field in ("patches", "patchesJson6902") for index in _indexes(document, field)
    ]
    replacements = [("replacements", index) for index in _indexes(document, "replacements")]
    bases: list[Path] = [
        *patches,
        *((*base, "source") for base in replacements),
        *(
            (*base, "targets", number, "select")
            for base in replacements
            for number in _indexes(document, *base, "targets")
        ),
    ]
    for base in bases:
        if text(document.data, *base, "kind") in kinds and text(document.data, *base, "name"):
            yield *base, "name"


def _indexes(document: Document, *path: str | int) -> range:
    entries = get(document.data, *path)
    return range(len(entries) if isinstance(entries, list) else 0)


def pattern_for(view: View, one: Target) -> Spelled | None:
    """Where a kustomization selects the object by a pattern that is not its name; None where none does."""
    if one.spelled is None:
        return None
    name = get(one.spelled.document.data, *one.spelled.path)
    for document in _kustomizations(view):
        for path in _selectors(document, {one.resolution.ref.kind}):
            pattern = text(document.data, *path)
            if pattern != name and isinstance(name, str) and not _NAME.fullmatch(pattern) and _matches(pattern, name):
                return Spelled(document, path)
    return None


_NAME = re.compile(r"[A-Za-z0-9.-]+", re.ASCII)
"""Patterns that mean the name itself, as nearly all do."""


def _matches(pattern: str, name: str) -> bool:
    import re2

    try:
        return re2.fullmatch(f"(?:{pattern})", name) is not None
    except re2.error:  # kustomize refuses it
        return False


def references(view: View, cursor: Cursor, *, declaration: bool) -> list[types.Location]:
    """Where the name at a place is written, in all files."""
    found = {
        (id(spelled.document), spelled.path): spelled
        for one in (meant(view, cursor) if cursor.on_word else ())
        for spelled, makes in occurrences(view, one)
        if declaration or not makes
    }
    located = (view.location(spelled) for spelled in found.values())
    return sorted((one for one in located if one is not None), key=lambda one: (one.uri, one.range.start.line))


def highlights(view: View, cursor: Cursor) -> list[types.DocumentHighlight]:
    """Where the name at a place is written in the same file."""
    found: dict[tuple[int, Path], tuple[Spelled, bool]] = {}
    for one in meant(view, cursor) if cursor.on_word else ():
        for spelled, makes in occurrences(view, one):
            if spelled.document.file == cursor.document.file:
                found[id(spelled.document), spelled.path] = spelled, makes
    kinds = {True: types.DocumentHighlightKind.Write, False: types.DocumentHighlightKind.Read}
    ranges = [(view.range(spelled), kinds[makes]) for spelled, makes in found.values()]
    return [types.DocumentHighlight(there, kind) for there, kind in ranges if there is not None]


# All names


_KINDS = {True: types.SymbolKind.Class, False: types.SymbolKind.Object}


def document_symbols(view: View, name: str) -> list[types.DocumentSymbol]:
    """The objects of a file, with the volumes, networks and templates of each workload."""
    found = []
    for document in view.documents(name):
        for path, data in objects(document.data):
            label = text(data, "metadata", "name") or "?"
            made = _symbol(view, document, path, label, data["kind"], isinstance(data.get("spec"), dict))
            if made is not None:
                made.children = list(_children(view, document, path))
                found.append(made)
    return found


def _symbol(
    view: View, document: Document, path: Path, label: str, detail: str, whole: bool
) -> types.DocumentSymbol | None:
    extent = view.extent(document, path)
    named = view.range(Spelled(document, (*path, "metadata", "name") if whole else (*path, "name")))
    if extent is None:
        return None
    inside = named is not None and extent.start <= named.start and named.end <= extent.end
    return types.DocumentSymbol(label, _KINDS[whole], extent, named if inside and named else extent, detail)


_PARTS = ("volumes", "networks")


def _children(view: View, document: Document, path: Path) -> Iterator[types.DocumentSymbol]:
    """The named parts of a workload."""
    for _, resource in view.objects(document):
        if resource.prefix == path and resource.document is document and isinstance(resource, Workload):
            bases = [(part, (*resource.vmi_path, part)) for part in _PARTS]
            if isinstance(resource, VirtualMachine):
                bases.append(("dataVolumeTemplates", (*resource.vm_path, "dataVolumeTemplates")))
            for part, base in bases:
                entries = get(document.data, *path, *base)
                for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                    label = text(entry, "name") or text(entry, "metadata", "name")
                    made = _symbol(view, document, (*path, *base, index), label, part, "metadata" in entry)
                    if label and made is not None:
                        yield made
            return


def workspace_symbols(view: View, query: str) -> list[types.WorkspaceSymbol]:
    """The objects of a folder whose kind or name has the letters of a search in this order."""
    found: dict[tuple[int, Path], types.WorkspaceSymbol] = {}
    letters = query.lower()
    for world in view.snapshot.worlds:
        for one in world.cluster.resources:
            if not one.linted or one.fragment or not _has_in_order(letters, f"{one.ref.kind} {one.ref.short}".lower()):
                continue
            key = id(one.document), one.prefix
            location = None if key in found else view.location(view.spelled(one, ("metadata", "name")))
            if location is not None:
                container = f"{one.ref.kind} in {one.namespace}" if one.namespace else one.ref.kind
                found[key] = types.WorkspaceSymbol(location, one.name, types.SymbolKind.Class, container_name=container)
                if len(found) == _MOST_SYMBOLS:
                    return list(found.values())
    return list(found.values())


def _has_in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters if letter != " ")


# Links


def links_of_file(view: View, name: str) -> list[types.DocumentLink]:
    """The files that a kustomization names."""
    found = []
    for document in view.documents(name):
        for path, uri in _named_files(view, document):
            there = view.range(Spelled(document, path))
            if there is not None:
                found.append(types.DocumentLink(there, uri))
    return found


def _named_files(view: View, document: Document) -> Iterator[tuple[Path, str]]:
    """The fields of a kustomization that name files or folders with one, and the address of each."""
    if document.file.rpartition("/")[2] not in KUSTOMIZATION_FILES or not isinstance(document.data, dict):
        return
    folder = posixpath.dirname(document.file)
    known = set(view.files())
    for path, entry in _entries(document):
        target = posixpath.normpath(posixpath.join(folder, entry))
        inside = (posixpath.join(target, file) for file in KUSTOMIZATION_FILES)
        file = next((one for one in (target, *inside) if one in known), None)
        if file is None and (view.folder.root / target).is_file():
            file = target
        if file is not None:
            yield path, uri_of(view.folder.root, file)


_LISTS = ("resources", "bases", "components", "patchesStrategicMerge", "crds", "configurations", "transformers")


def _entries(document: Document) -> Iterator[tuple[Path, str]]:
    for field in _LISTS:
        entries = get(document.data, field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, str) and "\n" not in entry:
                yield (field, index), entry
    for field in ("patches", "patchesJson6902", "replacements"):
        entries = get(document.data, field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(path := get(entry, "path"), str):
                yield (field, index, "path"), path
