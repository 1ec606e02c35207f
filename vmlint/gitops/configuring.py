"""The files with which a kustomization configures kustomize: fields, references and definitions."""

from __future__ import annotations

from vmlint.gitops.field_specs import Conflict, configured_fields, merged, specs_of
from vmlint.gitops.field_types import CONFIGURATION, faults
from vmlint.gitops.flaws import flaw
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.made import Build
from vmlint.gitops.named import NamedFiles
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable, invalid
from vmlint.gitops.references import configured
from vmlint.gitops.tree import Tree
from vmlint.model.access import sequence, text
from vmlint.model.resource import Written
from vmlint.source.document import Document

__all__ = ["Configuring"]


class Configuring:
    """Reads the configurations of a tree's kustomizations."""

    def __init__(self, tree: Tree, named: NamedFiles) -> None:
        self._tree = tree
        self._named = named

    def read(self, kustomization: Kustomization, build: Build) -> None:
        """Take note of what `configurations` adds, and look at the definitions of `crds` and `openapi`."""
        for field, configure in (("configurations", self._add_fields), ("crds", self._check_definitions)):
            for index, entry in enumerate(sequence(kustomization.data, field)):
                if not isinstance(entry, str):
                    continue
                with build.refusing():
                    path = self._named.file(kustomization, entry, kustomization.at(field, index), build)
                    for document in file.documents[:1] if path and (file := self._tree.file(path)) else ():
                        if document.problem is not None:
                            at, values = Written(document, ()), {"reason": document.problem.reason}
                            problem = BuildProblem(BuildCode.OBJECT_INVALID, at, kustomization.folder, values)
                            raise Unbuildable(problem)
                        configure(document, kustomization, build)
        with build.refusing():
            if schema := text(kustomization.data, "openapi", "path"):
                self._named.file(kustomization, schema, kustomization.at("openapi", "path"), build)

    def _add_fields(self, document: Document, kustomization: Kustomization, build: Build) -> None:
        """Add the fields of a configuration to those of the transformers. Raises Unbuildable."""
        if document.data is not None and not isinstance(document.data, dict):
            raise Unbuildable(
                invalid(Written(document, ()), "the configuration is not a mapping", kustomization.folder)
            )
        for twice in () if document.json else document.duplicates:
            reason = f"`{twice.path[-1]}` appears twice in the configuration"
            raise Unbuildable(invalid(Written(document, twice.path), reason, kustomization.folder))
        for fault in faults(document.data, CONFIGURATION):
            raise Unbuildable(flaw(document, fault, kustomization.folder))
        build.references += configured(document.data)
        for transformer, index, spec in configured_fields(document.data):
            known = specs_of(transformer, build.added)
            try:
                is_new = len(merged(known, (spec,))) > len(known)
            except Conflict as conflict:
                at = Written(document, (transformer, index))
                raise Unbuildable(invalid(at, conflict.reason, kustomization.folder)) from None
            if is_new:
                build.added.setdefault(transformer, []).append(spec)

    def _check_definitions(self, document: Document, kustomization: Kustomization, build: Build) -> None:
        """Check a file of `crds`. Raises Unbuildable for one that has objects instead of definitions."""
        data = document.data
        if data is not None and not (
            isinstance(data, dict) and all(isinstance(one, dict | None) for one in data.values())
        ):
            reason = "`crds` names files with OpenAPI definitions, not with objects"
            raise Unbuildable(invalid(Written(document, ()), reason, kustomization.folder))
