"""What a kustomization makes of its files, or why kustomize refuses to make anything.

Here are the levels: what a kustomization includes, and the order of things. `made` is what comes out, `budget` how much
of it there may be; `flaws`, `named`, `configuring`, `generators`, `patches`, `transformers` and `replacements` have a
field or two of the kustomization each.

Sources: kustomize `api/internal/target/kusttarget.go` (the order of things), `kusttarget_configplugin.go` (the order of
the transformers), `api/internal/accumulator` (names and references).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from vmlint.gitops.budget import DEEPEST, LEVEL, Budget
from vmlint.gitops.configuring import Configuring
from vmlint.gitops.field_specs import Blocked
from vmlint.gitops.flaws import flaws, misplaced
from vmlint.gitops.generated_data import hash_of
from vmlint.gitops.generators import Generators
from vmlint.gitops.kustomization import Kustomization, is_remote
from vmlint.gitops.made import Build, Inclusion, Key, Unread, check_identities, taken
from vmlint.gitops.manifests import Manifests
from vmlint.gitops.named import NamedFiles, lies_in
from vmlint.gitops.part import Part
from vmlint.gitops.patches import Patch, Patches
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable, invalid
from vmlint.gitops.references import Ambiguous, rewrite
from vmlint.gitops.replacements import Replacements
from vmlint.gitops.scopes import sort_key
from vmlint.gitops.transformers import Transformers
from vmlint.gitops.tree import Tree, beside
from vmlint.model.resource import Resource, Written
from vmlint.source.document import Document

__all__ = ["HASH", "Builder"]

_LOCAL = "config.kubernetes.io/local-config"

HASH = "<hash>"
"""What stands for the hash behind a generated object's name, where its content is not known."""


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
        self._manifests = Manifests(tree, objects_by_file)
        self.budget = budget = Budget()
        self._named = named = NamedFiles(tree, restricted=restricted)
        self._configuring = Configuring(tree, named)
        self._generators = Generators(tree, named, objects_by_file)
        self._patches = Patches(tree, named, budget, default_namespace)
        self._replacements = Replacements(tree, named, budget)
        self._transformers = Transformers(budget)
        self._built: dict[tuple[str, frozenset[str]], Build] = {}
        self._begun: list[str] = []
        """The folders whose kustomizations are being built, each for the one before it."""
        self._open: list[str] = []
        """The last one of these, and the components in it."""

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
        self.budget.nested(len(self._begun))
        try:
            yield
        finally:
            self._open.pop()
            self._begun.pop()

    def folder(self, folder: str) -> Build:
        """Everything in a folder and below it, where kustomizations count as what they make: Flux reads it so."""
        build = Build()
        is_made = self.budget.affords(0)
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
        is_made = self.budget.affords(0)
        for name in names:
            self._loose(name, build, is_made=is_made)
        return build

    def _loose(self, path: str, build: Build, *, is_made: bool) -> None:
        build.files.add(path)
        if is_made:
            build.parts += self._manifests.relevant(path)

    def around(self, kustomization: Kustomization, build: Build) -> None:
        """Change a build as a tool does that has a kustomization's fields of its own."""
        with build.refusing():
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
            done.refuse(BuildProblem(BuildCode.REFERENCE_AMBIGUOUS, at, _folder(kustomization), values))
        done.parts = [part for part in done.parts if part.labels("annotations").get(_LOCAL, "false") == "false"]
        for part in done.parts if done.variables else ():
            if any(f"$({name})" in written for name in done.variables for written in _texts_in(part.draft.data)):
                part.unclear = part.unclear or "variables of `vars` in it are not filled in"
        if done.replaced and kustomization:
            with done.refusing():
                check_identities(done.parts, kustomization, kustomization.at("replacements"))
        done.parts.sort(key=lambda part: sort_key(part.api_version, part.kind.name, part.namespace, part.name))
        return done

    @property
    def refused(self) -> dict[Document, BuildCode]:
        """The documents that kustomize refuses, each with why."""
        return self._manifests.refused

    def _level(self, kustomization: Kustomization, build: Build) -> None:
        """Add what a kustomization includes, and change all that has come together so far."""
        build.files.add(kustomization.file)
        found = list(flaws(kustomization, self._tree))
        if found:
            for problem in found:
                build.refuse(problem)
            self._note_files(kustomization, build)
            return
        there = {part.key: part for part in build.parts}
        for entry in kustomization.resources:
            with build.refusing():
                self._include(kustomization, entry.text, entry.at, build, there)
        build.unread += (Unread(reason, at) for reason, at in kustomization.beyond)
        self._configuring.read(kustomization, build)
        with build.refusing():
            self._generators.generate(kustomization, build)
        for entry in kustomization.components:
            with build.refusing():
                self._component(kustomization, entry.text, entry.at, build)
        patches = self._patches.loaded(kustomization, build)
        if build.failed:
            self._note_files(kustomization, build)
            return
        with build.refusing():
            self._transform(kustomization, build, patches)

    def _note_files(self, kustomization: Kustomization, build: Build) -> None:
        """The files of a kustomization without a result count as read: nothing else is said of them as objects."""
        named = [entry.text for entry in (*kustomization.resources, *kustomization.components)]
        for entry in (*named, *misplaced(kustomization)):
            path = beside(kustomization.folder, entry)
            if self._tree.file(path) is not None:
                build.files.add(path)
            elif self._tree.kustomization(path) is not None and path not in self._begun:
                build.files |= self.build(path).files
        for patch in (*kustomization.merges, *kustomization.patches, *kustomization.operations):
            if patch.path:
                build.files.add(beside(kustomization.folder, patch.path))

    def _include(
        self, kustomization: Kustomization, entry: str, at: Written, build: Build, there: dict[Key, Part]
    ) -> None:
        """Add what an entry of `resources` means, to what is `there`. Raises Unbuildable."""
        path = beside(kustomization.folder, entry)
        file = self._tree.file(path) if entry else None
        if file is not None:
            self._named.file(kustomization, entry, at, build)
            build.unread += (Unread(f"`{entry}` is not read: {skipped.reason}", at) for skipped in file.skipped)
            self._add(self._manifests.parts(path, kustomization), build, there, at, kustomization)
        elif entry and self._tree.kustomization(path) is not None:
            self._included(kustomization, entry, path, at, build)
            self._check_kind(kustomization, entry, path, at, is_component=False)
            if len(self._begun) >= DEEPEST:
                build.unread.append(Unread(f"`{entry}` includes too many others", at))
                return
            base = self.build(path)
            if not self.budget.affords(len(base.parts)):
                build.unread.append(Unread(f"`{entry}` creates more objects than vmlint checks", at))
                return
            if again := base.variables & build.variables:
                raise Unbuildable(
                    invalid(at, f"the variable `{min(again)}` comes with it a second time", kustomization.folder)
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
        if not self._named.is_there(kustomization, entry, path, at, build, "file or folder"):
            return
        if path in self._tree.known.folders:
            self._included(kustomization, entry, path, at, build)
            raise Unbuildable(BuildProblem(BuildCode.NO_KUSTOMIZATION, at, kustomization.folder, {"name": entry}))
        build.unread.append(Unread(f"`{entry}` is not among the files that were read", at))

    def _included(self, kustomization: Kustomization, entry: str, path: str, at: Written, build: Build) -> None:
        """Take note of a folder that is included. Raises Unbuildable for one that must not be."""
        inclusion = Inclusion(path, entry, at)
        self._check_cycle(kustomization, inclusion)
        if path in self._begun:
            raise Unbuildable(_cycle(kustomization, inclusion, path))
        build.inclusions.append(inclusion)

    def _check_cycle(self, kustomization: Kustomization, inclusion: Inclusion) -> None:
        """A kustomization can't include one whose folder it lies in, nor one that includes it, however deep."""
        for folder in reversed(self._open):
            if lies_in(folder, inclusion.folder):
                raise Unbuildable(_cycle(kustomization, inclusion, folder))

    def _check_kind(
        self, kustomization: Kustomization, entry: str, path: str, at: Written, *, is_component: bool
    ) -> None:
        other = self._tree.kustomization(path)
        if other is not None and other.is_component != is_component and not list(flaws(other, self._tree)):
            code = BuildCode.NOT_A_COMPONENT if is_component else BuildCode.IS_A_COMPONENT
            values = {"name": entry, "file": other.file}
            raise Unbuildable(BuildProblem(code, at, kustomization.folder, values))

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
        if len(self._begun) >= DEEPEST or not self.budget.affords(len(build.parts) + LEVEL):
            build.unread.append(Unread(f"`{entry}` creates more objects than vmlint checks", at))
            return
        with self._inside(path):
            self._level(component, build)
        if not build.failed:
            check_identities(build.parts, kustomization, at)

    def _add(
        self,
        parts: Iterable[Part],
        build: Build,
        there: dict[Key, Part],
        at: Written,
        kustomization: Kustomization,
    ) -> None:
        """Add objects, none of which may have the identity of another. Raises Unbuildable."""
        for part in parts:
            if (other := there.setdefault(part.key, part)) is not part:
                raise Unbuildable(taken(part, other, at, kustomization))
            build.parts.append(part)

    def _transform(
        self, kustomization: Kustomization, build: Build, loaded: Mapping[int, Sequence[Patch]] | None = None
    ) -> None:
        """Change what has come together. Raises Unbuildable."""
        if loaded is None:
            loaded = self._patches.loaded(kustomization, build)
            if build.failed:
                return
        try:
            self._pass_through(kustomization, build, loaded)
        except Blocked as error:
            field = ".".join(map(str, error.path))
            reason = (
                f"`{field}` is a single value, and the kustomization in `{kustomization.file}` changes a field in it"
            )
            raise Unbuildable(invalid(error.at or kustomization.at(), reason, kustomization.folder)) from None

    def _pass_through(self, kustomization: Kustomization, build: Build, loaded: Mapping[int, Sequence[Patch]]) -> None:
        """The transformers in kustomize's order. Raises Unbuildable and Blocked."""
        for entry in (*kustomization.merges, *kustomization.patches):
            self._patches.apply(kustomization, entry, loaded[id(entry)], build)
        self._transformers.place(kustomization, build)
        self._transformers.rename(kustomization, build)
        self._transformers.label(kustomization, build)
        for entry in kustomization.operations:
            self._patches.apply(kustomization, entry, loaded[id(entry)], build)
        self._transformers.scale(kustomization, build)
        self._transformers.retag(kustomization, build)
        for at, replacement in kustomization.replacements:
            self._replacements.copy(kustomization, replacement, at, build)
        if kustomization.transforms:
            for part in build.parts:
                part.unclear = f"`{kustomization.file}` has custom transformers"
        self._transformers.note_variables(kustomization, build)


def _texts_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts_in(value)


def _cycle(kustomization: Kustomization, inclusion: Inclusion, folder: str) -> BuildProblem:
    """`folder` is the one that must not include it; `above` is that folder where it only lies in what is included, and
    is not the one that names it."""
    is_above = folder not in (inclusion.folder, posixpath.dirname(inclusion.at.document.file))
    values = {"name": inclusion.entry, "above": (folder or ".") if is_above else ""}
    return BuildProblem(BuildCode.CYCLE, inclusion.at, kustomization.folder, values)


def _folder(kustomization: Kustomization | None) -> str:
    return kustomization.folder if kustomization else ""


def _hash(part: Part) -> str:
    return HASH if part.unclear else hash_of(part.draft.data)
