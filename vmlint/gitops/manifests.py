"""The objects of files as kustomize reads them: all kinds of them, and what it refuses to read.

Sources: kustomize `api/resource/factory.go`, `kyaml/yaml/rnode.go` (GetValidatedMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.gitops.booleans import as_kustomize_reads
from vmlint.gitops.draft import Draft
from vmlint.gitops.keys import key_without_text
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.tree import Tree
from vmlint.model.access import get, text
from vmlint.model.field import Path
from vmlint.model.kinds import Kind, kind_of, stranger
from vmlint.model.resource import Resource, Written
from vmlint.source.document import Document

__all__ = ["Manifests", "objects_of"]


def objects_of(document: Document) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The objects of a document, the items of a list last; instead of one that kustomize refuses, why it does, and
    where."""
    waiting: list[tuple[Path, Any]] = [((), as_kustomize_reads(document))]
    while waiting:
        path, data = waiting.pop(0)
        if data is None or data == {}:
            continue
        if reason := _flaw(data):
            yield reason[0], (*path, *reason[1]), {}
            return
        kind = data["kind"]
        if kind.endswith("List") and "items" in data:
            items = data["items"]
            if items is None:
                continue
            if not isinstance(items, list):
                yield f"`items` of the {kind} is not a list", (*path, "items"), {}
                return
            waiting += (((*path, "items", index), item) for index, item in enumerate(items))
            continue
        yield "", path, data


def _flaw(data: Any) -> tuple[str, Path] | None:
    """Why kustomize does not take a value for an object, and the field that is at fault."""
    if not isinstance(data, dict):
        return "it is not an object", ()
    kind = get(data, "kind")
    if not isinstance(kind, str) or not kind:
        return "the object has no `kind`", ("kind",) if "kind" in data else ()
    if not kind.endswith("List") and get(data, "metadata", "name") in (None, ""):
        return f"the {kind} has no `metadata.name`", ("metadata", "name") if "metadata" in data else ()
    return None


class Manifests:
    """The objects of the files of a tree, by the paths of these; `held` are those of kinds that vmlint knows."""

    def __init__(self, tree: Tree, objects_by_file: Mapping[str, Sequence[Resource]]) -> None:
        self._tree = tree
        self._held = objects_by_file
        self.refused: dict[Document, BuildCode] = {}
        """The documents that kustomize refuses, each with why."""

    def relevant(self, path: str) -> Iterator[Part]:
        """The objects of a file that vmlint knows the kinds of."""
        for found in self._held.get(path, ()):
            yield _part(found.kind, found.data, Written(found.document, found.prefix), found)

    def parts(self, path: str, kustomization: Kustomization) -> Iterator[Part]:
        """All objects of a file that a kustomization names there. Raises Unbuildable."""
        file = self._tree.file(path)
        known = {(id(found.document), found.prefix): found for found in self._held.get(path, ())}
        for document in file.documents if file else ():
            if document.problem is not None:
                values = {"reason": document.problem.reason}
                at = Written(document, ())
                raise Unbuildable(BuildProblem(BuildCode.OBJECT_INVALID, at, kustomization.folder, values))
            if document.duplicates and not document.json:
                self.refused[document] = BuildCode.KEY_TWICE  # `duplicate-key` reports each key
                twice = document.duplicates[0]
                at = Written(document, twice.path)
                raise Unbuildable(
                    BuildProblem(BuildCode.KEY_TWICE, at, kustomization.folder, {"key": str(twice.path[-1])})
                )
            if odd := key_without_text(document):
                at, values = Written(document, odd), {"key": str(odd[-1])}
                raise Unbuildable(BuildProblem(BuildCode.KEY_NOT_TEXT, at, kustomization.folder, values, key=True))
            for reason, prefix, data in objects_of(document):
                if reason:
                    self.refused[document] = BuildCode.OBJECT_INVALID
                    values = {"reason": reason, "kustomization": kustomization.file}
                    at = Written(document, prefix)
                    raise Unbuildable(BuildProblem(BuildCode.OBJECT_INVALID, at, kustomization.folder, values))
                found = known.get((id(document), prefix))
                version, kind = text(data, "apiVersion"), data["kind"]
                row = found.kind if found else kind_of(version, kind) or stranger(version, kind)
                row = row or Kind(version.rpartition("/")[0], kind, "")
                yield _part(row, data, Written(document, prefix), found)


def _part(kind: Kind, data: dict[str, Any], own: Written, found: Resource | None) -> Part:
    draft = Draft(data, own, found.parts if found else None)
    return Part(kind, draft, relevant=found is not None, linted=found is None or found.linted)
