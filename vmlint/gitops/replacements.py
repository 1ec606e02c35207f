"""The replacements of a kustomization, which copy values from one object into fields of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.gitops.budget import Budget
from vmlint.gitops.copied_values import NotReplaced, blank, copied, replace, wants
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.made import Build
from vmlint.gitops.named import NamedFiles
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.select import Invalid, Unclear
from vmlint.gitops.tree import Tree
from vmlint.model.access import each, sequence, text
from vmlint.model.resource import Written

__all__ = ["Replacements"]

_SELECTED = 4
"""What it costs to see whether a replacement selects an object, in objects that are looked at."""


class Replacements:
    """The replacements of a tree's kustomizations."""

    def __init__(self, tree: Tree, named: NamedFiles, budget: Budget) -> None:
        self._tree = tree
        self._named = named
        self._budget = budget

    def copy(self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build) -> None:
        """Copy a value into the fields that a replacement names. Raises Unbuildable."""
        build.replaced = True
        for data, place in self._replacements(kustomization, entry, at, build):
            try:
                self._copy_one(kustomization, data, place, build)
            except NotReplaced as error:
                where = Written(place.document, (*place.path, *error.path))
                values = {"reason": error.reason}
                raise Unbuildable(
                    BuildProblem(BuildCode.REPLACEMENT_FAILS, where, kustomization.folder, values)
                ) from None

    def _copy_one(self, kustomization: Kustomization, entry: Mapping[str, Any], at: Written, build: Build) -> None:
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
            if not self._budget.allows(len(build.parts) * (1 + rejects) * _SELECTED, kustomization.file, build):
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
        path = self._named.file(kustomization, written, place, build)
        file = self._tree.file(path) if path else None
        for document in file.documents[:1] if file else ():
            if isinstance(document.data, dict):
                yield document.data, Written(document, ())
            for index, data in each(document.data):
                yield data, Written(document, (index,))
