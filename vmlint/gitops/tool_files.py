"""The files that Flux or Argo CD reads to apply a folder."""

from __future__ import annotations

from collections.abc import Set

from vmlint.gitops.applied import Applied
from vmlint.gitops.build import Builder
from vmlint.gitops.tree import Tree

__all__ = ["files_of"]


def files_of(tool: Applied, tree: Tree) -> Set[str]:
    """The files of the folder that a tool applies, and those that its kustomization includes."""
    builder = Builder(tree, {}, "", restricted=not tool.tool.forces)
    if tree.kustomization(tool.folder) is not None:
        return builder.build(tool.folder).files
    return (builder.folder(tool.folder) if tool.recurses else builder.files(tree.files_in(tool.folder))).files
