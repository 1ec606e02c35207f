"""What a kustomization makes of its files: kustomize's build, as far as it can be told without running it.

Sources: kustomize `api/internal/target/kusttarget.go` (the order of things), `kusttarget_configplugin.go` (the order of
the transformers), `api/internal/accumulator` (names and references).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vmlint.gitops.kustomization import Kustomization, PatchEntry, is_remote
from vmlint.gitops.part import Identity, Part
from vmlint.gitops.patching import Draft, NotApplicable
from vmlint.gitops.references import NameReference, configured, rewrite
from vmlint.gitops.replacing import blank
from vmlint.gitops.select import Unclear, selects
from vmlint.gitops.tree import Tree, beside
from vmlint.graph.build import objects, resource
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource, Written
from vmlint.source.decode import decode_text
from vmlint.source.document import Document

__all__ = ["Build", "Builder", "Unread"]

_DEEPEST = 100
"""How deep kustomizations may include each other. Real ones are below ten."""

_MOST_PARTS = 200_000
"""How many objects all builds of a run may make: what includes itself twice a level grows without end."""

_MOST_CHANGES = 4_000_000
"""How much patches, labels and replacements of a run may do, in objects that are looked at for one of them."""

_SELECTED = 4
"""What it costs to see whether a replacement selects an object, in the same measure."""

_APPLIED = 20
"""What it costs to apply a patch, in objects that are looked at."""

_LEVEL = 20
"""What it costs to include a component once, in objects."""

HASH = "<hash>"
"""What stands for the hash behind a generated object's name."""


class Unread(NamedTuple):
    """Something of a build that is not known: why, and where it is named."""

    reason: str
    at: Written


class Build:
    """What a kustomization makes: its objects, the patches that met none of them, and what is not known of it."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.patches: list[Resource] = []
        self.unread: list[Unread] = []
        self.embedded: list[Unread] = []
        """Objects that are no more than text in another one."""
        self.references: list[NameReference] = []
        self.files: set[str] = set()
        """Every file that the build reads: objects, patches, configurations."""

    def add(self, other: Build) -> None:
        self.parts += (part.copy() for part in other.parts)
        self.patches += other.patches
        self.unread += other.unread
        self.embedded += other.embedded
        self.references += other.references
        self.files |= other.files


class _Patch(NamedTuple):
    data: Any
    source: Written


class Builder:
    """Builds the kustomizations of a tree, each once."""

    def __init__(self, tree: Tree, held: Mapping[str, Sequence[Resource]], default_namespace: str) -> None:
        self._tree = tree
        self._held = held
        self._default = default_namespace
        self._built: dict[str, Build] = {}
        self._open: list[str] = []
        self._made = 0
        self._changed = 0

    def build(self, folder: str) -> Build:
        """What the folder's kustomization makes, before hashes and references are settled."""
        if folder not in self._built:
            kustomization = self._tree.kustomization(folder)
            build = Build()
            if kustomization is not None:
                self._open.append(folder)
                try:
                    self._level(kustomization, build)
                finally:
                    self._open.pop()
            self._built[folder] = build
        return self._built[folder]

    def folder(self, folder: str) -> Build:
        """Everything in a folder and below it, where kustomizations count as what they make: Flux reads it so."""
        build = Build()
        is_made = self.affords(0)
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            if self._tree.kustomization(here) is not None:
                build.add(self.build(here))
                continue
            for name in self._tree.files_in(here):
                self._file(name, build, is_made=is_made)
            waiting += reversed(self._tree.folders_in(here))
        return build

    def files(self, names: Iterable[str]) -> Build:
        """The objects of some files as they are, none where no more may be made."""
        build = Build()
        is_made = self.affords(0)
        for name in names:
            self._file(name, build, is_made=is_made)
        return build

    def around(self, kustomization: Kustomization, build: Build) -> None:
        """Change a build as a tool does that has a kustomization's fields of its own."""
        for entry in kustomization.components:
            self._component(kustomization, entry.text, entry.at, build)
        self._transform(kustomization, build)

    def finish(self, build: Build) -> Build:
        """The build with the hashes of its names, and with the references that kustomize keeps in step with them."""
        done = Build()
        done.add(build)
        for part in done.parts:
            if part.hashed:
                part.rename(f"{part.identity.name}-{HASH}", part.draft.own)
        rewrite(done.parts, done.references)
        return done

    # One kustomization

    def _level(self, kustomization: Kustomization, build: Build) -> None:
        """Add what a kustomization includes, and change all that has come together so far."""
        build.files.add(kustomization.file)
        for entry in kustomization.resources:
            self._include(kustomization, entry.text, entry.at, build)
        self._generate(kustomization, build)
        for entry in kustomization.components:
            self._component(kustomization, entry.text, entry.at, build)
        build.unread += (Unread(reason, at) for reason, at in kustomization.beyond)
        for entry in kustomization.configurations:
            path = beside(kustomization.folder, entry.text)
            build.files.add(path)
            if file := self._tree.file(path):
                build.references += (found for document in file.documents for found in configured(document.data))
        self._transform(kustomization, build)

    def _include(self, kustomization: Kustomization, entry: str, at: Written, build: Build) -> None:
        path = beside(kustomization.folder, entry)
        if self._tree.file(path) is not None:
            self._file(path, build)
        elif self._tree.kustomization(path) is not None:
            if path in self._open or len(self._open) >= _DEEPEST:
                build.unread.append(Unread(f"`{entry}` includes itself, or too many others", at))
                return
            base = self.build(path)
            if not self.affords(len(base.parts)):
                build.unread.append(Unread(f"`{entry}` makes more objects than are looked at", at))
                return
            build.add(base)
        elif is_remote(entry):
            build.unread.append(Unread(f"the remote resource `{entry}` is not fetched", at))
        else:
            build.unread.append(Unread(f"`{entry}` is not among the files that were read", at))

    def affords(self, parts: int) -> bool:
        """Whether so many more objects may be made."""
        self._made += parts
        return self._made <= _MOST_PARTS

    def _component(self, kustomization: Kustomization, entry: str, at: Written, build: Build) -> None:
        path = beside(kustomization.folder, entry)
        component = self._tree.kustomization(path)
        if component is None:
            self._include(kustomization, entry, at, build)
        elif path in self._open or len(self._open) >= _DEEPEST:
            build.unread.append(Unread(f"`{entry}` includes itself, or too many others", at))
        elif not self.affords(len(build.parts) + _LEVEL):
            build.unread.append(Unread(f"`{entry}` makes more objects than are looked at", at))
        else:
            self._open.append(path)
            try:
                self._level(component, build)
            finally:
                self._open.pop()

    def _file(self, path: str, build: Build, *, is_made: bool = True) -> None:
        build.files.add(path)
        if is_made:
            build.parts += (Part.of(found) for found in self._held.get(path, ()))

    def _generate(self, kustomization: Kustomization, build: Build) -> None:
        for kind_name, at, entry in kustomization.generated():
            kind = BY_GROUP_KIND["", kind_name]
            name, behavior = text(entry, "name"), text(entry, "behavior")
            self._text_of(kustomization, entry, f"{kind_name} `{name}`", at, build)
            if behavior in ("merge", "replace"):
                continue
            metadata = {"name": name, **({"namespace": entry["namespace"]} if text(entry, "namespace") else {})}
            data = {"apiVersion": "v1", "kind": kind_name, "metadata": metadata}
            draft = Draft(data, at, {("metadata",): at, ("metadata", "name"): Written(at.document, (*at.path, "name"))})
            build.parts.append(Part(kind, draft, hashed=kustomization.hashes(entry)))

    def _text_of(
        self, kustomization: Kustomization, entry: Mapping[str, Any], what: str, at: Written, build: Build
    ) -> None:
        """Files that are text in a generated object are not applied."""
        for index, named in enumerate(sequence(entry, "files")):
            if isinstance(named, str):
                path = beside(kustomization.folder, named.rpartition("=")[2])
                build.files.add(path)
                if self._held.get(path):
                    place = Written(at.document, (*at.path, "files", index))
                    build.embedded.append(Unread(f"`{path}` is text in {what}, and not looked into", place))

    # Changes

    def _changes(self, cost: int, kustomization: Kustomization, build: Build) -> bool:
        """Whether a change can be afforded. The objects of a build that is not changed as it should be are unclear."""
        self._changed += cost
        if self._changed > _MOST_CHANGES:
            for part in build.parts:
                part.unclear = part.unclear or f"`{kustomization.file}` makes more changes than are looked at"
        return self._changed <= _MOST_CHANGES

    def _transform(self, kustomization: Kustomization, build: Build) -> None:
        for entry in (*kustomization.merges, *kustomization.patches):
            self._patch(kustomization, entry, build)
        if kustomization.namespace:
            source = kustomization.at("namespace")
            for part in build.parts:
                part.place_in(kustomization.namespace, source)
        self._rename(kustomization, build)
        self._label(kustomization, build)
        for entry in kustomization.operations:
            self._patch(kustomization, entry, build)
        for at, replacement in kustomization.replacements:
            self._replace(kustomization, replacement, at, build)
        if kustomization.transforms:
            for part in build.parts:
                part.unclear = f"`{kustomization.file}` has transformers of its own"

    def _rename(self, kustomization: Kustomization, build: Build) -> None:
        for field, change in (("namePrefix", _before), ("nameSuffix", _behind)):
            affix = text(kustomization.data, field)
            if affix:
                for part in build.parts:
                    part.rename(change(affix, part.identity.name), kustomization.at(field))

    def _label(self, kustomization: Kustomization, build: Build) -> None:
        said = [("labels", at, pairs) for at, pairs in kustomization.labels]
        said.append(("annotations", *kustomization.annotations))
        for field, at, pairs in said:
            # Each label copies those that are there.
            if not self._changes(len(pairs) * (len(pairs) // 10 + 1) * len(build.parts), kustomization, build):
                return
            for key, value in pairs.items():
                for part in build.parts:
                    part.draft.set(("metadata", field, key), value, Written(at.document, (*at.path, key)))

    def _patch(self, kustomization: Kustomization, entry: PatchEntry, build: Build) -> None:
        for patch in self._patches_of(kustomization, entry, build):
            if not self._changes(len(build.parts), kustomization, build):
                return
            try:
                meant = self._meant(entry, patch, build)
            except Unclear as error:
                for part in build.parts:
                    part.unclear = part.unclear or f"a patch of `{kustomization.file}` may change it: {error}"
                continue
            if not self._changes(len(meant) * _APPLIED, kustomization, build):
                return
            for part in meant:
                self._apply(part, entry, patch, kustomization)
            if any(part.draft.data.get("$patch") == "delete" for part in meant):
                build.parts = [part for part in build.parts if part.draft.data.get("$patch") != "delete"]
            if not meant and entry.target is None and (orphan := self._fragment(patch)):
                build.patches.append(orphan)

    def _patches_of(self, kustomization: Kustomization, entry: PatchEntry, build: Build) -> Iterator[_Patch]:
        documents: Sequence[Document] = ()
        if entry.path:
            path = beside(kustomization.folder, entry.path)
            build.files.add(path)
            file = self._tree.file(path)
            if file is None:
                build.unread.append(Unread(f"the patch `{entry.path}` is not among the files that were read", entry.at))
            documents = file.documents if file else ()
        elif entry.inline:
            documents = _inline(entry)
        for document in documents:
            if isinstance(document.data, list):
                yield _Patch(document.data, Written(document, ()))
            else:
                for path_in, data in objects(document.data):
                    yield _Patch(data, Written(document, path_in))
                if entry.target is not None and isinstance(document.data, dict) and not _is_object(document.data):
                    yield _Patch(document.data, Written(document, ()))

    def _meant(self, entry: PatchEntry, patch: _Patch, build: Build) -> list[Part]:
        """The objects that a patch is for."""
        if entry.target is not None:
            return [part for part in build.parts if selects(entry.target, part)]
        if not isinstance(patch.data, dict):
            return []
        group, _, version = text(patch.data, "apiVersion").rpartition("/")
        kind = text(patch.data, "kind")
        metadata = mapping(patch.data, "metadata")
        wanted = Identity(text(metadata, "namespace"), text(metadata, "name"))
        return [
            part
            for part in build.parts
            if (part.kind.group, part.kind.name, part.version) == (group, kind, version)
            and any(one.effective == wanted.effective and one.name == wanted.name for one in part.identities)
        ]

    def _apply(self, part: Part, entry: PatchEntry, patch: _Patch, kustomization: Kustomization) -> None:
        part.remember()
        try:
            if isinstance(patch.data, list):
                part.draft.operate(patch.data, patch.source)
            elif patch.data.get("$patch") in ("delete", "replace"):
                part.draft.data = {**part.draft.data, "$patch": "delete"}
                if patch.data["$patch"] == "replace":
                    raise NotApplicable("it replaces the whole object")
            else:
                if kustomization.has_schema and _has_list(patch.data):
                    raise NotApplicable("it holds a list, and a schema of its own says how lists merge")
                part.draft.merge(_content(patch.data, entry), patch.source)
        except NotApplicable as error:
            part.draft.data = {key: value for key, value in part.draft.data.items() if key != "$patch"}
            part.unclear = f"a patch of `{kustomization.file}` does not fit it: {error}"
        part.settle(patch.source)

    def _replace(self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build) -> None:
        """Fields that a replacement fills in are unknown: what it copies may come from anywhere."""
        for target, source in self._targets(kustomization, entry, at, build):
            select, rejects = mapping(target, "select"), [mapping(one) for one in sequence(target, "reject")]
            if not self._changes(len(build.parts) * (1 + len(rejects)) * _SELECTED, kustomization, build):
                return
            for part in build.parts:
                try:
                    wanted = selects(select, part) and not any(one and selects(one, part) for one in rejects)
                except Unclear as error:
                    part.unclear = part.unclear or str(error)
                    continue
                if wanted:
                    part.remember()
                    blank(part.draft, sequence(target, "fieldPaths") or ["metadata.name"], source)

    def _targets(
        self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build
    ) -> Iterator[tuple[Mapping[str, Any], Written]]:
        """What a replacement fills in; it may stand in a file of its own, alone or in a list."""
        held: list[tuple[Any, Written]] = [(entry, at)]
        if path := text(entry, "path"):
            name = beside(kustomization.folder, path)
            build.files.add(name)
            file = self._tree.file(name)
            for document in file.documents if file else ():
                held.append((document.data, Written(document, ())))
                held += ((one, Written(document, (index,))) for index, one in each(document.data))
        for data, place in held:
            for index, target in each(data, "targets"):
                yield target, Written(place.document, (*place.path, "targets", index))

    def _fragment(self, patch: _Patch) -> Resource | None:
        if not isinstance(patch.data, dict) or not _is_object(patch.data):
            return None
        return resource(
            patch.source.document,
            patch.source.path,
            patch.data,
            default_namespace=self._default,
            fragment=True,
        )


def _before(affix: str, name: str) -> str:
    return f"{affix}{name}"


def _behind(affix: str, name: str) -> str:
    return f"{name}{affix}"


def _is_object(data: Mapping[str, Any]) -> bool:
    return bool(text(data, "apiVersion")) and bool(text(data, "kind"))


def _content(patch: Mapping[str, Any], entry: PatchEntry) -> dict[str, Any]:
    """A patch without what finds its target: name, namespace and kind change only where an option allows it."""
    content = {key: value for key, value in patch.items() if entry.renames or key not in ("apiVersion", "kind")}
    metadata = get(content, "metadata")
    if isinstance(metadata, dict) and not entry.renames:
        content["metadata"] = {key: value for key, value in metadata.items() if key not in ("name", "namespace")}
    return content


def _has_list(data: Any) -> bool:
    if isinstance(data, dict):
        return any(_has_list(value) for value in data.values())
    return isinstance(data, list)


def _inline(entry: PatchEntry) -> Sequence[Document]:
    """The documents of a patch that stands in its kustomization, at their own lines there.

    A literal block is read from the file's own lines, so that columns are right too.
    """
    outer = entry.at.document
    head = outer.span(entry.at.path).line
    lines = outer.text.split("\n")[head + 1 - outer.line :]
    wanted = entry.inline.rstrip("\n").split("\n")
    block = lines[: len(wanted)]
    stripped = [line.strip() for line in block]
    if stripped == [line.strip() for line in wanted]:
        return decode_text("\n".join(block), outer.file, line=head + 1).documents
    return decode_text(entry.inline, outer.file, line=head).documents
