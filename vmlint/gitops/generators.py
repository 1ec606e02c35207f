"""The ConfigMaps and Secrets that a kustomization generates, among the objects that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vmlint.gitops.draft import Draft
from vmlint.gitops.generated_data import NotGenerated, data_of, generated, merged, sources
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.made import NAME, Build, Unread
from vmlint.gitops.named import NamedFiles
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.tree import Tree, beside
from vmlint.model.access import mapping, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource, Written

__all__ = ["Generators"]


class Generators:
    """The generators of a tree's kustomizations."""

    def __init__(self, tree: Tree, named: NamedFiles, objects_by_file: Mapping[str, Sequence[Resource]]) -> None:
        self._tree = tree
        self._named = named
        self._held = objects_by_file

    def generate(self, kustomization: Kustomization, build: Build) -> None:
        """Add the ConfigMaps and Secrets that a kustomization generates. Raises Unbuildable."""
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
            draft = Draft(generated(kind_name, entry, common, data), at, {("metadata",): at, NAME: named})
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
        part.draft.data = merged(part.draft.data, old.draft.data, part.behavior)
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
            path = self._named.file(kustomization, written, place, build)
            if path and self._held.get(path):
                build.embedded.append(Unread(f"`{path}` is text in {what}, and is not checked", place))
