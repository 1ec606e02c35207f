"""The patches of a kustomization: which there are, which objects they are for, and what they make of these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from vmlint.gitops.budget import Budget
from vmlint.gitops.draft import Draft, NotApplicable, merges_surely
from vmlint.gitops.kustomization import Kustomization, PatchEntry
from vmlint.gitops.made import Build, Unread, check_identities
from vmlint.gitops.manifests import objects_of
from vmlint.gitops.named import NamedFiles
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.select import Invalid, Unclear, selects
from vmlint.gitops.tree import Tree
from vmlint.graph.build import resource
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import Kind
from vmlint.model.resource import Resource, Written
from vmlint.record import Record
from vmlint.source.decode import decode_text
from vmlint.source.document import Document

__all__ = ["Patch", "Patches"]

_APPLIED = 20
"""What it costs to apply a patch, in objects that are looked at."""


class Patch(Record):
    """A patch that merges, or the operations of one."""

    data: Any
    source: Written


class Patches:
    """The patches of a tree's kustomizations."""

    def __init__(self, tree: Tree, named: NamedFiles, budget: Budget, default_namespace: str) -> None:
        self._tree = tree
        self._named = named
        self._budget = budget
        self._default = default_namespace

    def loaded(self, kustomization: Kustomization, build: Build) -> dict[int, Sequence[Patch]]:
        """The patches of each entry, by its identity. What can't be one is a problem of the build."""
        found: dict[int, Sequence[Patch]] = {}
        for entry in (*kustomization.merges, *kustomization.patches, *kustomization.operations):
            with build.refusing():
                found[id(entry)] = self._of(kustomization, entry, build)
        return found

    def _of(self, kustomization: Kustomization, entry: PatchEntry, build: Build) -> Sequence[Patch]:
        """The patches of an entry. Raises Unbuildable for what is none."""
        folder, at = kustomization.folder, entry.at

        def invalid(reason: str, place: Written = at) -> Unbuildable:
            return Unbuildable(BuildProblem(BuildCode.PATCH_INVALID, place, folder, {"reason": reason}))

        documents: Sequence[Document]
        if entry.path and entry.inline.strip():
            raise invalid("it has both `path` and `patch`")
        if entry.path:
            path = self._named.file(kustomization, entry.path, at, build)
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
        found: list[Patch] = []
        for document in documents:
            for problem, path_in, data in objects_of(document):
                if problem:
                    raise invalid(problem, Written(document, path_in))
                found.append(Patch(data, Written(document, path_in)))
        if not found and entry in kustomization.merges:
            raise invalid("it is empty")
        if entry.target is not None and len(found) > 1:
            raise invalid("it contains several objects and has a `target`; only a patch without `target` may")
        return found

    def _operations(
        self, documents: Sequence[Document], entry: PatchEntry, invalid: Any, *, may_be_empty: bool
    ) -> Patch:
        """The operations of a JSON patch. Raises Unbuildable."""
        data = documents[0].data if documents else None
        written = documents[0].text if entry.path and documents else entry.inline.strip()
        if written.startswith("[") and not _is_json(written):
            raise invalid("it starts with `[`, and is not valid JSON", Written(documents[0], ()))
        if data == [] and may_be_empty:
            return Patch([], Written(documents[0], ()))  # it changes nothing, and needs no target
        if not isinstance(data, list) or not data:
            raise invalid("a JSON patch is a list of operations", Written(documents[0], ()) if documents else entry.at)
        for index, operation in enumerate(data):
            if not isinstance(operation, dict):
                raise invalid("an operation of a JSON patch is a mapping", Written(documents[0], (index,)))
        if entry.target is None:
            raise invalid("a JSON patch needs a `target`")
        return Patch(data, Written(documents[0], ()))

    def apply(self, kustomization: Kustomization, entry: PatchEntry, patches: Sequence[Patch], build: Build) -> None:
        """Apply the patches of an entry. Raises Unbuildable."""
        for patch in patches:
            if not self._budget.allows(len(build.parts), kustomization.file, build):
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
            if not self._budget.allows(len(meant) * _APPLIED, kustomization.file, build):
                return
            for part in meant:
                self._apply(part, entry, patch, kustomization)
            if any(not part.draft.data for part in meant):
                build.parts = [part for part in build.parts if part.draft.data]
            if entry.target is not None or entry in kustomization.merges:
                check_identities(build.parts, kustomization, entry.at)

    def _meant(self, kustomization: Kustomization, entry: PatchEntry, patch: Patch, build: Build) -> list[Part]:
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

    def _apply(self, part: Part, entry: PatchEntry, patch: Patch, kustomization: Kustomization) -> None:
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

    def _operate(self, part: Part, patch: Patch) -> None:
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

    def _fragment(self, patch: Patch) -> Resource | None:
        return resource(
            patch.source.document,
            patch.source.path,
            patch.data,
            default_namespace=self._default,
            fragment=True,
        )


def _wanted(selector: Mapping[str, Any], parts: Sequence[Part]) -> dict[str, str]:
    """What a patch looks for, and the nearest object of its kind: what a sentence about it needs."""
    kind, name, namespace = text(selector, "kind"), text(selector, "name"), text(selector, "namespace")
    selection = {key: value for key, value in selector.items() if isinstance(value, str) and value}
    same = [part for part in parts if part.kind.name == kind] if kind else list(parts)
    version = text(selector, "apiVersion")
    values = {"kind": kind, "name": name, "namespace": namespace, "version": version, "asked": _pairs(selection)}
    from difflib import get_close_matches  # only a fault needs it

    if not same and name:
        kinds = get_close_matches(kind, sorted({part.kind.name for part in parts if part.name == name}), 1, 0.85)
        same = [part for part in parts if part.name == name and part.kind.name in kinds]
    if same:
        exact = [part for part in same if name in (part.name, part.original.name)]
        names = {part.original.name: part for part in same}
        close = get_close_matches(name, list(names), 1, 0.6) if name and not exact else []
        near = exact[0] if exact else names[close[0]] if close else same[0] if len(same) == 1 else None
        if near is not None:
            first = near.first
            values |= {
                "near": f"{near.kind.name} `{'/'.join(filter(None, first))}`",
                "near_kind": near.kind.name,
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
