"""The files that a kustomization names, and whether it may."""

from __future__ import annotations

import os
import posixpath

from vmlint.gitops.kustomization import Kustomization, is_remote
from vmlint.gitops.made import Build, Unread
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.tree import Tree, beside
from vmlint.model.resource import Written

__all__ = ["NamedFiles", "lies_in"]


class NamedFiles:
    """The files of a tree as kustomizations name them; `restricted` ones may name none outside their folder."""

    def __init__(self, tree: Tree, *, restricted: bool) -> None:
        self._tree = tree
        self._restricted = restricted

    def file(self, kustomization: Kustomization, entry: str, at: Written, build: Build) -> str:
        """The path of a file that a kustomization names, "" where nothing is known of it. Raises Unbuildable."""
        folder = kustomization.folder
        path = beside(folder, entry)
        build.files.add(path)
        if is_remote(entry):
            build.unread.append(Unread(f"the remote file `{entry}` is not fetched", at))
            return ""
        if not entry or self._is_folder(path):
            raise Unbuildable(BuildProblem(BuildCode.MISSING, at, folder, {"name": entry, "what": "file"}))
        if not self.is_there(kustomization, entry, path, at, build, "file"):
            return ""
        if self._restricted and not lies_in(path, folder):
            raise Unbuildable(BuildProblem(BuildCode.RESTRICTED, at, folder, {"name": entry}))
        return path

    def _is_folder(self, path: str) -> bool:
        if self._tree.file(path) is not None:
            return False
        return self._tree.has_folder(path) or path in self._tree.known.folders

    def is_there(
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


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it. Both are relative to the working directory."""
    inner, outer = os.path.abspath(path or "."), os.path.abspath(folder or ".")  # noqa: PTH100 - links stay what they are
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _stem(name: str) -> str:
    """The name of a file without the suffix of a manifest."""
    stem, suffix = posixpath.splitext(name)
    return stem if suffix in (".yaml", ".yml", ".json") else name
