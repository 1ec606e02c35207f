"""What kustomizations make of files beside the objects in them: patches of others, and what they refuse."""

from __future__ import annotations

from collections.abc import Mapping, Set

from vmlint.gitops.problem import BuildCode
from vmlint.gitops.tree import NOTHING_BESIDE, Beside, Tree, beside
from vmlint.runtime.cached import cached_property
from vmlint.source.document import Document

__all__ = ["NO_USES", "Uses", "is_called_patch"]


class Uses:
    """How the kustomizations of a tree use its files.

    `read` are the files that their builds read, and `refused` the documents that kustomize refuses, each with why.
    """

    def __init__(
        self, tree: Tree | None = None, read: Set[str] = frozenset(), refused: Mapping[Document, BuildCode] = {}
    ) -> None:
        self._tree = tree
        self._read = read
        self._refused = refused

    @property
    def known(self) -> Beside:
        """What is known of the paths that the kustomizations name."""
        return self._tree.known if self._tree else NOTHING_BESIDE

    def refusal(self, document: Document) -> BuildCode | None:
        """Why kustomize refuses an object of a document, None where it does not."""
        return self._refused.get(document)

    def is_patch(self, file: str) -> bool:
        """Whether nobody applies the objects of a file as they are: a kustomization names it as a patch, or as another
        of its parts, or it waits to be one."""
        if file in self.parts:
            return True
        return file not in self._read and (self._is_beside_a_kustomization(file) or is_called_patch(file))

    def _is_beside_a_kustomization(self, file: str) -> bool:
        return self._tree is not None and self._tree.kustomization(file.rpartition("/")[0]) is not None

    @cached_property
    def parts(self) -> Set[str]:
        """The files that kustomizations name as patches, or for another purpose, and none of them for its objects."""
        parts: set[str] = set()
        resources: set[str] = set()
        for kustomization in self._tree.kustomizations if self._tree else ():
            parts.update(beside(kustomization.folder, path) for path in kustomization.parts)
            resources.update(beside(kustomization.folder, entry.text) for entry in kustomization.resources)
        return parts - resources


NO_USES = Uses()


def is_called_patch(file: str) -> bool:
    """Whether a file's path says that it is a patch."""
    return any("patch" in word for word in file.lower().replace("\\", "/").split("/")[-3:])
