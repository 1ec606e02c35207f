"""What a kustomization makes of its files, or why kustomize refuses to make anything.

Sources: kustomize `api/internal/target/kusttarget.go` (the order of things), `kusttarget_configplugin.go` (the order of
the transformers), `api/internal/accumulator` (names and references), `api/internal/builtins` (the transformers).
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from vmlint.gitops import generating
from vmlint.gitops.field_specs import Blocked, Conflict, FieldSpec, Transformer, configured_fields, merged, specs_of
from vmlint.gitops.field_types import CONFIGURATION, FieldFault, faults, is_empty
from vmlint.gitops.generating import NotGenerated, data_of, generated, hash_of, sources
from vmlint.gitops.images import images_of, retagged
from vmlint.gitops.kustomization import Kustomization, PatchEntry, is_remote
from vmlint.gitops.manifests import Manifests, objects_of
from vmlint.gitops.part import Identity, Part
from vmlint.gitops.patching import Draft, NotApplicable, merges_surely
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.references import Ambiguous, NameReference, configured, rewrite
from vmlint.gitops.replacing import NotReplaced, blank, copied, replace, wants
from vmlint.gitops.scopes import sort_key
from vmlint.gitops.select import Invalid, Unclear, selects
from vmlint.gitops.tree import Tree, beside
from vmlint.graph.build import resource
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.resource import Resource, Written
from vmlint.record import Record
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

_DEFINITION = BY_GROUP_KIND["apiextensions.k8s.io", "CustomResourceDefinition"]
_PLACED = (("metadata", "namespace"), ("metadata", "name"))
"""What a namespace is written to by other means."""

_LOCAL = "config.kubernetes.io/local-config"

HASH = "<hash>"
"""What stands for the hash behind a generated object's name, where its content is not known."""


class Unread(Record):
    """Something of a build that is not known: why, and where it is named."""

    reason: str
    at: Written


class _Inclusion(Record):
    """That a kustomization includes another one: the folder of this one, the entry and where that is written."""

    folder: str
    entry: str
    at: Written


class Build:
    """What a kustomization makes: its objects, what is not known of it, and why it has no result.

    `problems` are refusals, and patches that select nothing. One that `failed` has no result; what is left of it is
    only good for saying which files it reads.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.patches: list[Resource] = []
        self.unread: list[Unread] = []
        self.embedded: list[Unread] = []
        """Objects that are no more than text in another one."""
        self.references: list[NameReference] = []
        self.added: dict[Transformer, list[FieldSpec]] = {}
        """The fields that configurations add."""
        self.problems: list[BuildProblem] = []
        self.failed = False
        self.variables: set[str] = set()
        """The names of `vars`, which are filled in last."""
        self.replaced = False
        """Whether replacements may have changed names."""
        self.files: set[str] = set()
        """Every file that the build reads: objects, patches, configurations."""
        self.inclusions: list[_Inclusion] = []
        """Every kustomization that is included, however deep."""

    def add(self, other: Build) -> None:
        self.parts += (part.copy() for part in other.parts)
        for own, more in (
            (self.patches, other.patches),
            (self.unread, other.unread),
            (self.embedded, other.embedded),
            (self.references, other.references),
            (self.problems, other.problems),
            (self.inclusions, other.inclusions),
        ):
            _join(own, more)
        for transformer, specs in other.added.items():
            own_specs = self.added.setdefault(transformer, [])
            own_specs += (spec for spec in specs if spec not in own_specs)
        self.variables |= other.variables
        self.replaced = self.replaced or other.replaced
        self.failed = self.failed or other.failed
        self.files |= other.files


_Key = tuple[str, Identity]
"""What no two objects of one result share."""


def _join(own: list[Any], more: Sequence[Any]) -> None:
    """Add what is not there yet: a base that is included twice at each of many levels has its problems once."""
    known = set(map(id, own))
    own += (entry for entry in more if id(entry) not in known)


class _Fitting:
    """The fields of a transformer that objects have, found once for each of their types."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self._specs = specs
        self._of_type: dict[tuple[str, str], Sequence[FieldSpec]] = {}

    def of(self, part: Part) -> Sequence[FieldSpec]:
        of_type = part.api_version, part.kind.name
        if (found := self._of_type.get(of_type)) is None:
            found = self._of_type[of_type] = [spec for spec in self._specs if spec.fits(*of_type)]
        return found


class _Patch(Record):
    """A patch that merges, or the operations of one."""

    data: Any
    source: Written


class Builder:
    """Builds the kustomizations of a tree, each once."""

    def __init__(
        self,
        tree: Tree,
        objects_by_file: Mapping[str, Sequence[Resource]],
        default_namespace: str,
        *,
        restricted: bool = True,
    ) -> None:
        """`restricted` means that kustomizations may not name files outside their folder, as in `kubectl kustomize`."""
        self._tree = tree
        self._held = objects_by_file
        self._restricted = restricted
        self._manifests = Manifests(tree, objects_by_file)
        self._default = default_namespace
        self._built: dict[tuple[str, frozenset[str]], Build] = {}
        self._begun: list[str] = []
        """The folders whose kustomizations are being built, each for the one before it."""
        self._open: list[str] = []
        """The last one of these, and the components in it."""
        self._made = 0
        self._changed = 0
        self._deepest = 0

    def build(self, folder: str, without: frozenset[str] = frozenset()) -> Build:
        """What the folder's kustomization makes, before hashes and references are settled.

        That is the same for all that include it: what else one of these must not include is for itself to see. A tool
        may replace fields of it, which it is built `without`.
        """
        if (folder, without) not in self._built:
            kustomization = self._tree.kustomization(folder)
            if kustomization is not None and without:
                kustomization = kustomization.without(without)
            build = Build()
            if kustomization is not None:
                outer, self._open = self._open, []
                try:
                    with self._inside(folder):
                        self._level(kustomization, build)
                finally:
                    self._open = outer
                for part in build.parts:
                    part.write_annotations_as_text()
            self._built[folder, without] = build
        return self._built[folder, without]

    @contextmanager
    def _inside(self, folder: str) -> Iterator[None]:
        """While the kustomization of a folder is built."""
        self._begun.append(folder)
        self._open.append(folder)
        self._deepest = max(self._deepest, len(self._begun))
        try:
            yield
        finally:
            self._open.pop()
            self._begun.pop()

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
                self._loose(name, build, is_made=is_made)
            waiting += reversed(self._tree.folders_in(here))
        return build

    def files(self, names: Iterable[str]) -> Build:
        """The objects of some files as they are, none where no more may be made."""
        build = Build()
        is_made = self.affords(0)
        for name in names:
            self._loose(name, build, is_made=is_made)
        return build

    def _loose(self, path: str, build: Build, *, is_made: bool) -> None:
        build.files.add(path)
        if is_made:
            build.parts += self._manifests.relevant(path)

    def around(self, kustomization: Kustomization, build: Build) -> None:
        """Change a build as a tool does that has a kustomization's fields of its own."""
        with self._refusing(kustomization, build):
            for entry in kustomization.components:
                self._component(kustomization, entry.text, entry.at, build)
            if not build.failed:
                self._transform(kustomization, build)

    def finish(self, build: Build, kustomization: Kustomization | None = None) -> Build:
        """The build with the hashes of its names, and with the references that kustomize keeps in step with them."""
        done = Build()
        done.add(build)
        if done.failed:
            return done
        for part in done.parts:
            if part.hashed:
                part.remember()
                part.rename(f"{part.name}-{_hash(part)}", part.draft.own)
        try:
            rewrite(done.parts, done.references)
        except Ambiguous as error:
            at = kustomization.at() if kustomization else error.part.draft.written(error.path)
            values = {
                "object": f"{error.part.kind.name} `{error.part.name}`",
                "field": ".".join(map(str, error.path)),
                "names": ", ".join(f"`{name}`" for name in error.names),
            }
            _refuse(done, BuildProblem(BuildCode.REFERENCE_AMBIGUOUS, at, _folder(kustomization), values))
        done.parts = [part for part in done.parts if part.labels("annotations").get(_LOCAL, "false") == "false"]
        for part in done.parts if done.variables else ():
            if any(f"$({name})" in written for name in done.variables for written in _texts_in(part.draft.data)):
                part.unclear = part.unclear or "variables of `vars` in it are not filled in"
        if done.replaced and kustomization:
            with self._refusing(kustomization, done):
                self._check_identities(done.parts, kustomization, kustomization.at("replacements"))
        done.parts.sort(key=lambda part: sort_key(part.api_version, part.kind.name, part.namespace, part.name))
        return done

    # One kustomization

    @contextmanager
    def _refusing(self, kustomization: Kustomization, build: Build) -> Iterator[None]:
        """What ends a build is a problem of it."""
        try:
            yield
        except Unbuildable as error:
            _refuse(build, error.problem)

    def _level(self, kustomization: Kustomization, build: Build) -> None:
        """Add what a kustomization includes, and change all that has come together so far."""
        build.files.add(kustomization.file)
        found = list(self._faults(kustomization))
        if found:
            for problem in found:
                _refuse(build, problem)
            self._note_files(kustomization, build)
            return
        there = {part.key: part for part in build.parts}
        for entry in kustomization.resources:
            with self._refusing(kustomization, build):
                self._include(kustomization, entry.text, entry.at, build, there)
        build.unread += (Unread(reason, at) for reason, at in kustomization.beyond)
        self._configure(kustomization, build)
        with self._refusing(kustomization, build):
            self._generate(kustomization, build)
        for entry in kustomization.components:
            with self._refusing(kustomization, build):
                self._component(kustomization, entry.text, entry.at, build)
        patches = self._loaded(kustomization, build)
        if build.failed:
            self._note_files(kustomization, build)
            return
        with self._refusing(kustomization, build):
            self._transform(kustomization, build, patches)

    def _note_files(self, kustomization: Kustomization, build: Build) -> None:
        """The files of a kustomization without a result count as read: nothing else is said of them as objects."""
        named = [entry.text for entry in (*kustomization.resources, *kustomization.components)]
        for entry in (*named, *_misplaced(kustomization)):
            path = beside(kustomization.folder, entry)
            if self._tree.file(path) is not None:
                build.files.add(path)
            elif self._tree.kustomization(path) is not None and path not in self._begun:
                build.files |= self.build(path).files
        for patch in (*kustomization.merges, *kustomization.patches, *kustomization.operations):
            if patch.path:
                build.files.add(beside(kustomization.folder, patch.path))

    def _faults(self, kustomization: Kustomization) -> Iterator[BuildProblem]:
        """What kustomize refuses in the file itself."""
        folder, document = kustomization.folder, kustomization.document

        def problem(code: BuildCode, path: Path = (), *, key: bool = False, **values: str) -> BuildProblem:
            return BuildProblem(code, Written(document, path), folder, values, key)

        if second := self._tree.second_file(folder):
            yield problem(
                BuildCode.SEVERAL_FILES, name=posixpath.basename(document.file), other=posixpath.basename(second)
            )
            return
        if document.problem is not None:
            yield problem(BuildCode.OBJECT_INVALID, reason=document.problem.reason)
            return
        data = document.data
        if data is None or (isinstance(data, dict) and is_empty(data)):
            yield problem(BuildCode.EMPTY)
            return
        any_fault = False
        for fault in faults(data):
            any_fault = True
            yield _fault(document, fault, folder)
        if any_fault:
            return
        kind, version = text(kustomization.data, "kind") or "Kustomization", text(kustomization.data, "apiVersion")
        if kind not in ("Kustomization", "Component"):
            yield problem(BuildCode.INVALID, ("kind",), reason=f"`{kind}` is neither `Kustomization` nor `Component`")
        wanted = f"kustomize.config.k8s.io/{'v1alpha1' if kind == 'Component' else 'v1beta1'}"
        if version and version != wanted:
            yield problem(
                BuildCode.INVALID, ("apiVersion",), reason=f"a {kind} has the version `{wanted}`, not `{version}`"
            )

    def _configure(self, kustomization: Kustomization, build: Build) -> None:
        for field, configure in (("configurations", self._add_fields), ("crds", self._check_definitions)):
            for index, entry in enumerate(sequence(kustomization.data, field)):
                if not isinstance(entry, str):
                    continue
                with self._refusing(kustomization, build):
                    path = self._named_file(kustomization, entry, kustomization.at(field, index), build)
                    for document in file.documents[:1] if path and (file := self._tree.file(path)) else ():
                        if document.problem is not None:
                            at, values = Written(document, ()), {"reason": document.problem.reason}
                            problem = BuildProblem(BuildCode.OBJECT_INVALID, at, kustomization.folder, values)
                            raise Unbuildable(problem)
                        configure(document, kustomization, build)
        with self._refusing(kustomization, build):
            if schema := text(kustomization.data, "openapi", "path"):
                self._named_file(kustomization, schema, kustomization.at("openapi", "path"), build)

    def _add_fields(self, document: Document, kustomization: Kustomization, build: Build) -> None:
        """Add the fields of a configuration to those of the transformers. Raises Unbuildable."""
        if document.data is not None and not isinstance(document.data, dict):
            raise Unbuildable(_invalid(Written(document, ()), "the configuration is not a mapping", kustomization))
        for twice in () if document.json else document.duplicates:
            reason = f"`{twice.path[-1]}` appears twice in the configuration"
            raise Unbuildable(_invalid(Written(document, twice.path), reason, kustomization))
        for fault in faults(document.data, CONFIGURATION):
            raise Unbuildable(_fault(document, fault, kustomization.folder))
        build.references += configured(document.data)
        for transformer, index, spec in configured_fields(document.data):
            known = specs_of(transformer, build.added)
            try:
                is_new = len(merged(known, (spec,))) > len(known)
            except Conflict as conflict:
                at = Written(document, (transformer, index))
                raise Unbuildable(_invalid(at, conflict.reason, kustomization)) from None
            if is_new:
                build.added.setdefault(transformer, []).append(spec)

    def _check_definitions(self, document: Document, kustomization: Kustomization, build: Build) -> None:
        """Check a file of `crds`. Raises Unbuildable for one that has objects instead of definitions."""
        data = document.data
        if data is not None and not (
            isinstance(data, dict) and all(isinstance(one, dict | None) for one in data.values())
        ):
            reason = "`crds` names files with OpenAPI definitions, not with objects"
            raise Unbuildable(_invalid(Written(document, ()), reason, kustomization))

    def _named_file(self, kustomization: Kustomization, entry: str, at: Written, build: Build) -> str:
        """The path of a file that a kustomization names, "" where nothing is known of it. Raises Unbuildable."""
        folder = kustomization.folder
        path = beside(folder, entry)
        build.files.add(path)
        if is_remote(entry):
            build.unread.append(Unread(f"the remote file `{entry}` is not fetched", at))
            return ""
        if not entry or self._is_folder(path):
            raise Unbuildable(BuildProblem(BuildCode.MISSING, at, folder, {"name": entry, "what": "file"}))
        if not self._is_there(kustomization, entry, path, at, build, "file"):
            return ""
        if self._restricted and not _lies_in(path, folder):
            raise Unbuildable(BuildProblem(BuildCode.RESTRICTED, at, folder, {"name": entry}))
        return path

    def _is_folder(self, path: str) -> bool:
        if self._tree.file(path) is not None:
            return False
        return self._tree.has_folder(path) or path in self._tree.known.folders

    def _is_there(
        self, kustomization: Kustomization, entry: str, path: str, at: Written, build: Build, what: str
    ) -> bool:
        """Whether a path may be read. One outside the repository is a problem, and the rest of the build goes on.

        Raises Unbuildable for a path at which nothing is.
        """
        known, values = self._tree.known, {"name": entry}
        if posixpath.isabs(entry):
            raise Unbuildable(BuildProblem(BuildCode.RESTRICTED, at, kustomization.folder, values))
        if path in known.outside:
            build.problems.append(BuildProblem(BuildCode.OUTSIDE, at, kustomization.folder, values))
            build.unread.append(Unread(f"`{entry}` is outside the repository, and is not read", at))
            return False
        if path in known.absent and self._tree.file(path) is None:
            values |= {"what": what, "near": self._nearest(kustomization, entry, path, what)}
            raise Unbuildable(BuildProblem(BuildCode.MISSING, at, kustomization.folder, values))
        return True

    def _nearest(self, kustomization: Kustomization, entry: str, path: str, what: str) -> str:
        """The entry with almost the name of a file or folder beside the one that is missing, "" for none.

        The suffix does not count, which most manifests share, and neither does what the kustomization lists already.
        """
        from difflib import get_close_matches  # only a fault needs it

        folder, base = posixpath.split(path)
        others = () if what == "file" else self._tree.folders_in(folder)
        entries = (*kustomization.resources, *kustomization.components)
        listed = {beside(kustomization.folder, other.text) for other in entries}
        there = sorted({*self._tree.files_in(folder), *others} - listed - {kustomization.file})
        by_stem = {_stem(posixpath.basename(name)): posixpath.basename(name) for name in there}
        near = get_close_matches(_stem(base), by_stem, 1, 0.75)
        return posixpath.join(posixpath.dirname(entry), by_stem[near[0]]) if near else ""

    def _include(
        self, kustomization: Kustomization, entry: str, at: Written, build: Build, there: dict[_Key, Part]
    ) -> None:
        """Add what an entry of `resources` means, to what is `there`. Raises Unbuildable."""
        path = beside(kustomization.folder, entry)
        file = self._tree.file(path) if entry else None
        if file is not None:
            self._named_file(kustomization, entry, at, build)
            build.unread += (Unread(f"`{entry}` is not read: {skipped.reason}", at) for skipped in file.skipped)
            self._add(self._manifests.parts(path, kustomization), build, there, at, kustomization)
        elif entry and self._tree.kustomization(path) is not None:
            self._included(kustomization, entry, path, at, build)
            self._check_kind(kustomization, entry, path, at, is_component=False)
            if len(self._begun) >= _DEEPEST:
                build.unread.append(Unread(f"`{entry}` includes too many others", at))
                return
            base = self.build(path)
            if not self.affords(len(base.parts)):
                build.unread.append(Unread(f"`{entry}` creates more objects than vmlint checks", at))
                return
            if again := base.variables & build.variables:
                raise Unbuildable(
                    _invalid(at, f"the variable `{min(again)}` comes with it a second time", kustomization)
                )
            parts = [part.copy() for part in base.parts]
            rest = Build()
            rest.add(base)
            rest.parts = []
            build.add(rest)
            for inclusion in base.inclusions:
                self._check_cycle(kustomization, inclusion)
            self._add(parts, build, there, at, kustomization)
        else:
            self._not_read(kustomization, entry, path, at, build)

    def _not_read(self, kustomization: Kustomization, entry: str, path: str, at: Written, build: Build) -> None:
        """What an entry means that no file was read of. Raises Unbuildable."""
        if is_remote(entry):
            build.unread.append(Unread(f"the remote resource `{entry}` is not fetched", at))
            return
        if not entry:
            raise Unbuildable(BuildProblem(BuildCode.MISSING, at, kustomization.folder, {"name": "", "what": "path"}))
        if not self._is_there(kustomization, entry, path, at, build, "file or folder"):
            return
        if path in self._tree.known.folders:
            self._included(kustomization, entry, path, at, build)
            raise Unbuildable(BuildProblem(BuildCode.NO_KUSTOMIZATION, at, kustomization.folder, {"name": entry}))
        build.unread.append(Unread(f"`{entry}` is not among the files that were read", at))

    def _included(self, kustomization: Kustomization, entry: str, path: str, at: Written, build: Build) -> None:
        """Take note of a folder that is included. Raises Unbuildable for one that must not be."""
        inclusion = _Inclusion(path, entry, at)
        self._check_cycle(kustomization, inclusion)
        if path in self._begun:
            raise Unbuildable(_cycle(kustomization, inclusion, path))
        build.inclusions.append(inclusion)

    def _check_cycle(self, kustomization: Kustomization, inclusion: _Inclusion) -> None:
        """A kustomization can't include one whose folder it lies in, nor one that includes it, however deep."""
        for folder in reversed(self._open):
            if _lies_in(folder, inclusion.folder):
                raise Unbuildable(_cycle(kustomization, inclusion, folder))

    def _check_kind(
        self, kustomization: Kustomization, entry: str, path: str, at: Written, *, is_component: bool
    ) -> None:
        other = self._tree.kustomization(path)
        if other is not None and other.is_component != is_component and not list(self._faults(other)):
            code = BuildCode.NOT_A_COMPONENT if is_component else BuildCode.IS_A_COMPONENT
            values = {"name": entry, "file": other.file}
            raise Unbuildable(BuildProblem(code, at, kustomization.folder, values))

    @property
    def refused(self) -> dict[Document, BuildCode]:
        """The documents that kustomize refuses, each with why."""
        return self._manifests.refused

    @property
    def effort(self) -> float:
        """How much was done of what builds may do: 1 is all."""
        if 2 * self._deepest > _DEEPEST:
            return 1
        return max(self._made / _MOST_PARTS, self._changed / _MOST_CHANGES)

    def affords(self, parts: int) -> bool:
        """Whether so many more objects may be made."""
        self._made += parts
        return self._made <= _MOST_PARTS

    def _component(self, kustomization: Kustomization, entry: str, at: Written, build: Build) -> None:
        """Apply a component to what has come together. Raises Unbuildable."""
        path = beside(kustomization.folder, entry)
        component = self._tree.kustomization(path) if entry else None
        if component is None:
            if entry and self._tree.file(path) is not None:
                values = {"name": entry, "what": "folder"}
                raise Unbuildable(BuildProblem(BuildCode.MISSING, at, kustomization.folder, values))
            self._not_read(kustomization, entry, path, at, build)
            return
        self._included(kustomization, entry, path, at, build)
        self._check_kind(kustomization, entry, path, at, is_component=True)
        if len(self._begun) >= _DEEPEST or not self.affords(len(build.parts) + _LEVEL):
            build.unread.append(Unread(f"`{entry}` creates more objects than vmlint checks", at))
            return
        with self._inside(path):
            self._level(component, build)
        if not build.failed:
            self._check_identities(build.parts, kustomization, at)

    # Objects

    def _add(
        self,
        parts: Iterable[Part],
        build: Build,
        there: dict[_Key, Part],
        at: Written,
        kustomization: Kustomization,
    ) -> None:
        """Add objects, none of which may have the identity of another. Raises Unbuildable."""
        for part in parts:
            if (other := there.setdefault(part.key, part)) is not part:
                raise Unbuildable(_taken(part, other, at, kustomization))
            build.parts.append(part)

    def _check_identities(self, parts: Sequence[Part], kustomization: Kustomization, at: Written) -> None:
        known: dict[Any, Part] = {}
        for part in parts:
            if (other := known.setdefault(part.key, part)) is not part:
                raise Unbuildable(_taken(part, other, at, kustomization))

    def _generate(self, kustomization: Kustomization, build: Build) -> None:
        common = mapping(kustomization.data, "generatorOptions")
        for kind_name, at, entry in kustomization.generated():
            kind = BY_GROUP_KIND["", kind_name]
            name, behavior = text(entry, "name"), text(entry, "behavior").lower()
            if not name:
                values = {"reason": f"the {kind_name} has no `name`", "object": kind_name}
                raise Unbuildable(BuildProblem(BuildCode.GENERATOR_FAILS, at, kustomization.folder, values))
            self._text_of(kustomization, entry, f"{kind_name} `{name}`", at, build)
            try:
                data = data_of(entry, lambda path: self._tree.content(beside(kustomization.folder, path)))
            except NotGenerated as error:
                place = Written(at.document, (*at.path, *error.path))
                values = {"reason": error.reason, "object": f"{kind_name} `{name}`"}
                raise Unbuildable(
                    BuildProblem(BuildCode.GENERATOR_FAILS, place, kustomization.folder, values)
                ) from None
            named = Written(at.document, (*at.path, "name"))
            draft = Draft(generated(kind_name, entry, common, data), at, {("metadata",): at, _NAME: named})
            part = Part(kind, draft, hashed=kustomization.hashes(entry), generated=True, behavior=behavior)
            if data is None:
                part.unclear = "the content of its files is not known"
            self._absorb(part, build, named, kustomization)

    def _absorb(self, part: Part, build: Build, at: Written, kustomization: Kustomization) -> None:
        """Add a generated object, or let it change one that is there. Raises Unbuildable."""
        same = [other for other in build.parts if other.has_had(part.api_version, part.identity)]
        changes = part.behavior in ("merge", "replace")
        if not same and (not changes or build.unread):
            if not changes:
                build.parts.append(part)
            return
        what = f"{part.kind.name} `{part.name}`"
        if len(same) != 1 or not changes:
            reason = "exists already: set `behavior: merge` or `behavior: replace`"
            if not same:
                reason = f"does not exist, and `behavior: {part.behavior}` needs it"
            elif len(same) > 1:
                reason = "matches several existing objects"
            values = {"reason": f"{what} {reason}", "object": what}
            raise Unbuildable(BuildProblem(BuildCode.GENERATOR_FAILS, at, kustomization.folder, values))
        old = same[0]
        part.draft.data = generating.merged(part.draft.data, old.draft.data, part.behavior)
        part.was, part.prefixes, part.suffixes, part.first = old.was, old.prefixes, old.suffixes, old.first
        part.by = dict(old.by)
        # What is merged into an object keeps that object's notes, a hash only if both have one.
        part.hashed, part.generated = part.hashed and old.hashed, old.generated
        part.unclear = part.unclear or (old.unclear if part.behavior == "merge" else "")
        build.parts[build.parts.index(old)] = part

    def _text_of(
        self, kustomization: Kustomization, entry: Mapping[str, Any], what: str, at: Written, build: Build
    ) -> None:
        """Files that are text in a generated object are not applied. Raises Unbuildable for one that is missing."""
        try:
            files = list(sources(entry))
        except NotGenerated:
            return
        for field, _, written in files:
            place = Written(at.document, (*at.path, *field))
            path = self._named_file(kustomization, written, place, build)
            if path and self._held.get(path):
                build.embedded.append(Unread(f"`{path}` is text in {what}, and is not checked", place))

    # Changes

    def _changes(self, cost: int, kustomization: Kustomization, build: Build) -> bool:
        """Whether a change can be afforded. The objects of a build that is not changed as it should be are unclear."""
        self._changed += cost
        if self._changed > _MOST_CHANGES:
            for part in build.parts:
                part.unclear = part.unclear or f"`{kustomization.file}` makes more changes than vmlint follows"
        return self._changed <= _MOST_CHANGES

    def _loaded(self, kustomization: Kustomization, build: Build) -> dict[int, Sequence[_Patch]]:
        """The patches of each entry, by its identity. What can't be one is a problem of the build."""
        found: dict[int, Sequence[_Patch]] = {}
        for entry in (*kustomization.merges, *kustomization.patches, *kustomization.operations):
            with self._refusing(kustomization, build):
                found[id(entry)] = self._patches_of(kustomization, entry, build)
        return found

    def _transform(
        self, kustomization: Kustomization, build: Build, loaded: Mapping[int, Sequence[_Patch]] | None = None
    ) -> None:
        """Change what has come together. Raises Unbuildable."""
        if loaded is None:
            loaded = self._loaded(kustomization, build)
            if build.failed:
                return
        try:
            self._pass_through(kustomization, build, loaded)
        except Blocked as error:
            field = ".".join(map(str, error.path))
            reason = (
                f"`{field}` is a single value, and the kustomization in `{kustomization.file}` changes a field in it"
            )
            raise Unbuildable(_invalid(error.at or kustomization.at(), reason, kustomization)) from None

    def _pass_through(self, kustomization: Kustomization, build: Build, loaded: Mapping[int, Sequence[_Patch]]) -> None:
        """The transformers in kustomize's order. Raises Unbuildable and Blocked."""
        for entry in (*kustomization.merges, *kustomization.patches):
            self._patch(kustomization, entry, loaded[id(entry)], build)
        if kustomization.namespace:
            source = kustomization.at("namespace")
            fitting = _Fitting(specs_of(Transformer.NAMESPACE, build.added))
            for part in build.parts:
                part.place_in(kustomization.namespace, source)
                for spec in fitting.of(part):
                    if spec.steps not in _PLACED:
                        part.fill(spec, kustomization.namespace, source)
            self._check_identities(build.parts, kustomization, source)
        self._rename(kustomization, build)
        self._label(kustomization, build)
        for entry in kustomization.operations:
            self._patch(kustomization, entry, loaded[id(entry)], build)
        self._scale(kustomization, build)
        self._retag(kustomization, build)
        for at, replacement in kustomization.replacements:
            self._replace(kustomization, replacement, at, build)
        if kustomization.transforms:
            for part in build.parts:
                part.unclear = f"`{kustomization.file}` has custom transformers"
        self._variables(kustomization, build)

    def _variables(self, kustomization: Kustomization, build: Build) -> None:
        """Take note of the names of `vars`. Raises Unbuildable for one whose object is not there."""
        for index, entry in each(kustomization.data, "vars"):
            name, ref = text(entry, "name"), mapping(entry, "objref")
            version = text(ref, "apiVersion") or "/".join(filter(None, (text(ref, "group"), text(ref, "version"))))
            found = [part for part in build.parts if part.api_version == version and _is_referred_to(ref, part)]
            if len(found) > 1 or not (found or build.unread):
                reason = (
                    f"the object of the variable `{name}` in `vars` {'is not unique' if found else 'does not exist'}"
                )
                raise Unbuildable(_invalid(kustomization.at("vars", index), reason, kustomization))
            if name in build.variables:
                reason = f"the variable `{name}` appears twice in `vars`"
                raise Unbuildable(_invalid(kustomization.at("vars", index), reason, kustomization))
            build.variables.add(name)

    def _rename(self, kustomization: Kustomization, build: Build) -> None:
        for affix, transformer, rename, form in (
            (kustomization.prefix, Transformer.PREFIX, Part.prefix, "{affix}{value}"),
            (kustomization.suffix, Transformer.SUFFIX, Part.suffix, "{value}{affix}"),
        ):
            source = kustomization.at(transformer)
            fitting = _Fitting(specs_of(transformer, build.added))
            for part in build.parts if affix else ():
                for spec in fitting.of(part) if part.may_be_renamed else ():
                    if spec.steps == _NAME:
                        rename(part, affix, source)
                        continue
                    for path in part.places(spec, create=spec.create):
                        value = get(part.draft.data, *path)
                        if not isinstance(value, dict | list):
                            text_of = "" if value is None else _shown_plain(value)
                            part.draft.put(path, form.format(affix=affix, value=text_of), source)

    def _label(self, kustomization: Kustomization, build: Build) -> None:
        try:
            sets = list(kustomization.pairs(build.added))
        except Conflict as conflict:
            raise Unbuildable(_invalid(kustomization.at("labels"), conflict.reason, kustomization)) from None
        for pairs, specs, at in sets:
            # Each label copies those that are there.
            cost = len(pairs) * (len(pairs) // 10 + 1) * len(build.parts)
            if not self._changes(cost, kustomization, build):
                return
            fitting = _Fitting(specs)
            written = [(key, value, Written(at.document, (*at.path, key))) for key, value in pairs.items()]
            for part in build.parts:
                for spec in fitting.of(part):
                    for path in part.places(spec, create=spec.create):
                        for key, value, source in written:
                            part.draft.put((*path, key), value, source)

    def _scale(self, kustomization: Kustomization, build: Build) -> None:
        """Set what `replicas` has for objects of a name. Without an object to change kustomize refuses it."""
        specs = specs_of(Transformer.REPLICAS, build.added)
        for index, entry in each(kustomization.data, "replicas"):
            name, met = text(entry, "name"), False
            for part in build.parts:
                kinds = {identity.kind for identity in (*part.was, part.identity) if identity.name == name}
                for spec in specs if kinds else ():
                    if any(spec.fits(part.api_version, kind) for kind in kinds):
                        met = True
                        part.fill(spec, entry.get("count") or 0, kustomization.at("replicas", index, "count"))
            if not met and not build.unread:
                kinds_known = list(dict.fromkeys(spec.kind or "object" for spec in specs))
                values = {"reason": f"no {_or(kinds_known)} is called `{name}`", "field": "replicas"}
                at = kustomization.at("replicas", index, "name")
                raise Unbuildable(BuildProblem(BuildCode.INVALID, at, kustomization.folder, values))

    def _retag(self, kustomization: Kustomization, build: Build) -> None:
        """Change the images that `images` names."""
        entries = each(kustomization.data, "images")
        if not entries:
            return
        fitting = _Fitting(specs_of(Transformer.IMAGES, build.added))
        for index, entry in entries:
            if not self._changes(len(build.parts), kustomization, build):
                return
            for part in build.parts:
                if part.kind is not _DEFINITION:
                    for path in images_of(part, fitting.of(part)):
                        image = get(part.draft.data, *path)
                        if isinstance(image, str) and (new := retagged(image, entry)) != image:
                            part.draft.put(path, new, kustomization.at("images", index))

    # Patches

    def _patches_of(self, kustomization: Kustomization, entry: PatchEntry, build: Build) -> Sequence[_Patch]:
        """The patches of an entry. Raises Unbuildable for what is none."""
        folder, at = kustomization.folder, entry.at

        def invalid(reason: str, place: Written = at) -> Unbuildable:
            return Unbuildable(BuildProblem(BuildCode.PATCH_INVALID, place, folder, {"reason": reason}))

        documents: Sequence[Document]
        if entry.path and entry.inline.strip():
            raise invalid("it has both `path` and `patch`")
        if entry.path:
            path = self._named_file(kustomization, entry.path, at, build)
            file = self._tree.file(path) if path else None
            if file is None:
                if path:
                    reason = f"the patch `{entry.path}` is not among the files that were read"
                    build.unread.append(Unread(reason, at))
                return ()
            if file.skipped:
                build.unread += (
                    Unread(f"`{entry.path}` is not read: {skipped.reason}", at) for skipped in file.skipped
                )
                return ()
            documents = file.documents
        elif entry.inline.strip():
            documents = _inline(entry)
        else:
            raise invalid("it has neither `path` nor `patch`")
        broken = next((document for document in documents if document.problem is not None), None)
        if broken is not None and broken.problem is not None:
            raise invalid(f"it can't be read: {broken.problem.reason}", Written(broken, ()))
        is_list = bool(documents) and isinstance(documents[0].data, list)
        if is_list or entry in kustomization.operations:
            may_be_empty = entry not in kustomization.operations
            return [self._operations(documents, entry, invalid, may_be_empty=may_be_empty)]
        found: list[_Patch] = []
        for document in documents:
            for problem, path_in, data in objects_of(document):
                if problem:
                    raise invalid(problem, Written(document, path_in))
                found.append(_Patch(data, Written(document, path_in)))
        if not found and entry in kustomization.merges:
            raise invalid("it is empty")
        if entry.target is not None and len(found) > 1:
            raise invalid("it contains several objects and has a `target`; only a patch without `target` may")
        return found

    def _operations(
        self, documents: Sequence[Document], entry: PatchEntry, invalid: Any, *, may_be_empty: bool
    ) -> _Patch:
        """The operations of a JSON patch. Raises Unbuildable."""
        data = documents[0].data if documents else None
        written = documents[0].text if entry.path and documents else entry.inline.strip()
        if written.startswith("[") and not _is_json(written):
            raise invalid("it starts with `[`, and is not valid JSON", Written(documents[0], ()))
        if data == [] and may_be_empty:
            return _Patch([], Written(documents[0], ()))  # it changes nothing, and needs no target
        if not isinstance(data, list) or not data:
            raise invalid("a JSON patch is a list of operations", Written(documents[0], ()) if documents else entry.at)
        for index, operation in enumerate(data):
            if not isinstance(operation, dict):
                raise invalid("an operation of a JSON patch is a mapping", Written(documents[0], (index,)))
        if entry.target is None:
            raise invalid("a JSON patch needs a `target`")
        return _Patch(data, Written(documents[0], ()))

    def _patch(self, kustomization: Kustomization, entry: PatchEntry, patches: Sequence[_Patch], build: Build) -> None:
        """Apply the patches of an entry. Raises Unbuildable."""
        for patch in patches:
            if not self._changes(len(build.parts), kustomization, build):
                return
            try:
                meant = self._meant(kustomization, entry, patch, build)
            except Unclear as error:
                for part in build.parts:
                    part.unclear = part.unclear or f"a patch of `{kustomization.file}` may change it: {error}"
                continue
            except Invalid as error:
                at, values = entry.selected_at or entry.at, {"reason": str(error)}
                raise Unbuildable(BuildProblem(BuildCode.PATCH_INVALID, at, kustomization.folder, values)) from None
            if not self._changes(len(meant) * _APPLIED, kustomization, build):
                return
            for part in meant:
                self._apply(part, entry, patch, kustomization)
            if any(not part.draft.data for part in meant):
                build.parts = [part for part in build.parts if part.draft.data]
            if entry.target is not None or entry in kustomization.merges:
                self._check_identities(build.parts, kustomization, entry.at)

    def _meant(self, kustomization: Kustomization, entry: PatchEntry, patch: _Patch, build: Build) -> list[Part]:
        """The objects that a patch is for. Raises Unbuildable, Unclear and Invalid."""
        folder = kustomization.folder
        if entry.target is not None:
            if not text(entry.target, "name") and entry in kustomization.operations:
                at, values = entry.selected_at or entry.at, {"reason": "its `target` has no `name`"}
                raise Unbuildable(BuildProblem(BuildCode.PATCH_INVALID, at, folder, values))
            found = [part for part in build.parts if selects(entry.target, part)]
            if not found and not build.unread:
                at = entry.selected_at or entry.at
                build.problems.append(
                    BuildProblem(BuildCode.TARGET_UNMATCHED, at, folder, _wanted(entry.target, build.parts))
                )
            return found
        kind, metadata = text(patch.data, "kind"), mapping(patch.data, "metadata")
        probe = Part(Kind("", kind, ""), Draft(patch.data, patch.source))
        found = [part for part in build.parts if part.has_had(probe.api_version, probe.identity)]
        if len(found) == 1:
            return found
        if not found and build.unread:
            if orphan := self._fragment(patch):
                build.patches.append(orphan)
            return []
        selector = {
            "kind": kind,
            "name": text(metadata, "name"),
            "namespace": text(metadata, "namespace"),
            "apiVersion": probe.api_version,
        }
        values = {**_wanted(selector, build.parts), "kustomization": kustomization.file}
        code = BuildCode.PATCH_AMBIGUOUS if found else BuildCode.PATCH_UNMATCHED
        path = (*patch.source.path, "metadata", "name")
        raise Unbuildable(BuildProblem(code, Written(patch.source.document, path), folder, values))

    def _apply(self, part: Part, entry: PatchEntry, patch: _Patch, kustomization: Kustomization) -> None:
        """Apply a patch to an object. Raises Unbuildable where it does not fit."""
        before = (part.namespace, part.name)
        is_operations = isinstance(patch.data, list)
        try:
            if is_operations:
                if entry not in kustomization.operations:
                    part.remember()
                self._operate(part, patch)
            else:
                if entry.renames or entry.retypes:
                    part.remember()
                if kustomization.has_schema and _has_list(patch.data):
                    part.unclear = "a patch of it contains a list, and a custom schema defines how lists merge"
                if not merges_surely(part.draft.data, patch.data):
                    part.unclear = "a patch of it has entries of lists that kustomize merges in no settled way"
                is_copied = entry.target is not None or entry in kustomization.merges
                part.draft.merge(_content(patch.data, entry, is_copied=is_copied), patch.source)
        except NotApplicable as error:
            values = {"object": f"{part.kind.name} `{part.name}`", "reason": str(error)}
            place = Written(patch.source.document, (*patch.source.path, *error.path))
            raise Unbuildable(BuildProblem(BuildCode.PATCH_FAILS, place, kustomization.folder, values)) from None
        if part.draft.data:
            part.settle(patch.source, before)

    def _operate(self, part: Part, patch: _Patch) -> None:
        """Apply operations. Notes that kustomize keeps in the annotations make these exist."""
        annotations: Path = ("metadata", "annotations")
        made = part.has_notes and not isinstance(get(part.draft.data, *annotations), dict)
        if made:
            parts = dict(part.draft.parts)
            part.draft.set(annotations, {}, part.draft.own)
            part.draft.parts = parts
        part.draft.operate(patch.data, patch.source)
        if part.has_notes and get(part.draft.data, *annotations) == {}:
            metadata = {key: value for key, value in part.draft.data["metadata"].items() if key != "annotations"}
            part.draft.data = {**part.draft.data, "metadata": metadata}

    # Replacements

    def _replace(self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build) -> None:
        """Copy a value into the fields that a replacement names. Raises Unbuildable."""
        build.replaced = True
        for data, place in self._replacements(kustomization, entry, at, build):
            try:
                self._replace_one(kustomization, data, place, build)
            except NotReplaced as error:
                where = Written(place.document, (*place.path, *error.path))
                values = {"reason": error.reason}
                raise Unbuildable(
                    BuildProblem(BuildCode.REPLACEMENT_FAILS, where, kustomization.folder, values)
                ) from None

    def _replace_one(self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build) -> None:
        if not sequence(entry, "targets"):
            raise NotReplaced("it has no `targets`")
        value: Any = None
        is_known = True
        try:
            value = copied(build.parts, entry)
        except (NotReplaced, Unclear):
            if not build.unread:
                raise
            is_known = False
        source = text(entry, "source", "name")
        if any(part.unclear for part in build.parts if part.name == source):
            is_known = False
        for index, target in each(entry, "targets"):
            place = Written(at.document, (*at.path, "targets", index))
            rejects = len(sequence(target, "reject"))
            if not self._changes(len(build.parts) * (1 + rejects) * _SELECTED, kustomization, build):
                return
            for part in build.parts:
                self._fill(part, target, value, place, index, is_known=is_known)

    def _fill(
        self, part: Part, target: Mapping[str, Any], value: Any, place: Written, index: int, *, is_known: bool
    ) -> None:
        try:
            if wants(target, part):
                if is_known:
                    replace(part, target, value, place)
                else:
                    blank(part, target, place)
        except (Unclear, Invalid) as error:
            part.unclear = part.unclear or str(error)
        except NotReplaced as error:
            raise NotReplaced(error.reason, "targets", index, *error.path) from None

    def _replacements(
        self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build
    ) -> Iterator[tuple[Mapping[str, Any], Written]]:
        """The replacements of an entry: its own, or those in a file, one or a list. Raises Unbuildable."""
        written = text(entry, "path")
        if not written:
            yield entry, at
            return
        place = Written(at.document, (*at.path, "path"))
        if entry.get("source") is not None or entry.get("targets"):
            values = {"reason": "it has both `path` and an inline replacement"}
            raise Unbuildable(BuildProblem(BuildCode.REPLACEMENT_FAILS, place, kustomization.folder, values))
        path = self._named_file(kustomization, written, place, build)
        file = self._tree.file(path) if path else None
        for document in file.documents[:1] if file else ():
            if isinstance(document.data, dict):
                yield document.data, Written(document, ())
            for index, data in each(document.data):
                yield data, Written(document, (index,))

    def _fragment(self, patch: _Patch) -> Resource | None:
        return resource(
            patch.source.document,
            patch.source.path,
            patch.data,
            default_namespace=self._default,
            fragment=True,
        )


_NAME: Path = ("metadata", "name")


def _misplaced(kustomization: Kustomization) -> Iterator[str]:
    """What a kustomization lists under keys that kustomize does not know, such as `resource`."""
    data = kustomization.document.data
    for fault in faults(data) if isinstance(data, dict) else ():
        if not fault.expected and len(fault.path) == 1:
            yield from (entry for entry in sequence(data, *fault.path) if isinstance(entry, str))


def _refuse(build: Build, problem: BuildProblem) -> None:
    build.problems.append(problem)
    build.failed = True


def _is_referred_to(ref: Mapping[str, Any], part: Part) -> bool:
    """Whether the object of a variable is meant, by any identity that it has had."""
    kind, name, namespace = (text(ref, field) for field in ("kind", "name", "namespace"))
    return any(
        identity.kind == kind and identity.name == name and namespace in ("", identity.namespace)
        for identity in (*part.was, part.identity)
    )


def _texts_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts_in(value)


def _fault(document: Document, fault: FieldFault, folder: str) -> BuildProblem:
    """A field of a kustomization or of a configuration that kustomize does not take."""
    at = Written(document, fault.path)
    if fault.expected:
        values = {
            "field": ".".join(map(str, fault.path)),
            "expected": fault.expected,
            "value": _shown(get(document.data, *fault.path)),
        }
        return BuildProblem(BuildCode.WRONG_TYPE, at, folder, values)
    values = {"field": str(fault.path[-1]), "known": " ".join(fault.known)}
    return BuildProblem(BuildCode.UNKNOWN_FIELD, at, folder, values, key=True)


def _invalid(at: Written, reason: str, kustomization: Kustomization) -> BuildProblem:
    return BuildProblem(BuildCode.INVALID, at, kustomization.folder, {"reason": reason})


def _cycle(kustomization: Kustomization, inclusion: _Inclusion, folder: str) -> BuildProblem:
    """`folder` is the one that must not include it; `above` is that folder where it only lies in what is included, and
    is not the one that names it."""
    is_above = folder not in (inclusion.folder, posixpath.dirname(inclusion.at.document.file))
    values = {"name": inclusion.entry, "above": (folder or ".") if is_above else ""}
    return BuildProblem(BuildCode.CYCLE, inclusion.at, kustomization.folder, values)


def _lies_in(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it. Both are relative to the working directory."""
    inner, outer = os.path.abspath(path or "."), os.path.abspath(folder or ".")  # noqa: PTH100 - links stay what they are
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _folder(kustomization: Kustomization | None) -> str:
    return kustomization.folder if kustomization else ""


def _taken(part: Part, other: Part, at: Written, kustomization: Kustomization) -> BuildProblem:
    """Two objects of one identity; `other` was there first."""
    own, its = part.draft.own, other.draft.own
    values = {
        "object": f"{part.kind.name} `{'/'.join(filter(None, (part.namespace, part.name)))}`",
        "file": own.document.file,
        "line": str(own.document.span((*own.path, *_NAME)).line),
        "other": its.document.file,
        "other_line": str(its.document.span((*its.path, *_NAME)).line),
        "moved": "yes" if part.was or other.was else "",
    }
    return BuildProblem(BuildCode.IDENTITY_TAKEN, at, kustomization.folder, values)


def _hash(part: Part) -> str:
    return HASH if part.unclear else hash_of(part.draft.data)


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _shown_plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _wanted(selector: Mapping[str, Any], parts: Sequence[Part]) -> dict[str, str]:
    """What a patch looks for, and the nearest object of its kind: what a sentence about it needs."""
    kind, name, namespace = text(selector, "kind"), text(selector, "name"), text(selector, "namespace")
    selection = {key: value for key, value in selector.items() if isinstance(value, str) and value}
    same = [part for part in parts if part.kind.name == kind] if kind else list(parts)
    values = {"kind": kind, "name": name, "namespace": namespace, "asked": _pairs(selection)}
    if same:
        from difflib import get_close_matches  # only a fault needs it

        exact = [part for part in same if name in (part.name, part.original.name)]
        names = {part.original.name: part for part in same}
        close = get_close_matches(name, list(names), 1, 0.6) if name and not exact else []
        near = exact[0] if exact else names[close[0]] if close else same[0] if len(same) == 1 else None
        if near is not None:
            first = near.first
            values |= {
                "near": f"{near.kind.name} `{'/'.join(filter(None, first))}`",
                "near_name": first[1],
                "near_namespace": first[0],
                "near_version": near.api_version,
                "near_file": near.draft.own.document.file,
            }
    return values


def _pairs(selection: Mapping[str, str]) -> str:
    return ", ".join(f"{key} `{value}`" for key, value in selection.items())


def _content(patch: Mapping[str, Any], entry: PatchEntry, *, is_copied: bool) -> dict[str, Any]:
    """A patch without what finds its target: name, namespace and kind change only where an option allows it.

    kustomize copies a patch that has a `target`, or that is in `patchesStrategicMerge`, and writes the null of a
    label or an annotation as text.
    """
    content = dict(patch)
    if not entry.retypes:
        content.pop("kind", None)
    content.pop("apiVersion", None)
    metadata = get(content, "metadata")
    if isinstance(metadata, dict):
        kept = ("name",) if entry.renames else ()
        content["metadata"] = {
            key: _texts(value) if is_copied and key in ("labels", "annotations") else value
            for key, value in metadata.items()
            if key in kept or key not in ("name", "namespace")
        }
    return content


def _stem(name: str) -> str:
    """The name of a file without the suffix of a manifest."""
    stem, suffix = posixpath.splitext(name)
    return stem if suffix in (".yaml", ".yml", ".json") else name


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _texts(pairs: Any) -> Any:
    if not isinstance(pairs, dict):
        return pairs
    return {key: "null" if value is None else value for key, value in pairs.items()}


def _has_list(data: Any) -> bool:
    if isinstance(data, dict):
        return any(_has_list(value) for value in data.values())
    return isinstance(data, list)


def _inline(entry: PatchEntry) -> Sequence[Document]:
    """The documents of a patch that is in its kustomization, at their own lines there.

    A literal block is read from the file's own lines, so that columns are right too.
    """
    outer = entry.at.document
    head = outer.span(entry.at.path).line
    lines = outer.text.split("\n")[head + 1 - outer.line :]
    wanted = entry.inline.rstrip("\n").split("\n")
    block = lines[: len(wanted)]
    stripped = [line.strip() for line in block]
    if stripped == [line.strip() for line in wanted]:
        return decode_text("\n".join(block), outer.file, line=head + 1, inside=True).documents
    return decode_text(entry.inline, outer.file, line=head, inside=True).documents
