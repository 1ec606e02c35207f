"""The files of a run by their paths, the kustomizations among them, and what is known of files beside them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from vmlint.record import Record
from vmlint.source.discover import KUSTOMIZATION_FILES
from vmlint.source.document import Document, SourceFile

if TYPE_CHECKING:
    from vmlint.gitops.kustomization import Kustomization

__all__ = ["NOTHING_BESIDE", "Beside", "Tree", "beside"]

_GROUP = "kustomize.config.k8s.io"


class Beside(Record):
    """What is known of the paths that kustomizations name, beyond the manifests that were read.

    `contents` has the bytes of files that generators name, `absent` the paths where nothing is, `folders` those of
    folders, and `outside` those beyond the repository's root `root`, which are not looked at. Of any other path nothing
    is known. `applied` maps paths of repositories that Flux or Argo CD applies to the folders here.
    """

    root: str = ""
    contents: Mapping[str, bytes] = {}
    absent: Set[str] = frozenset()
    folders: Set[str] = frozenset()
    outside: Set[str] = frozenset()
    applied: Mapping[str, bool] = {}


NOTHING_BESIDE = Beside()


class Tree:
    """The files that were read, as a tree of folders.

    Paths are those that findings show; "" is the working directory.
    """

    def __init__(self, files: Iterable[SourceFile], known: Beside = NOTHING_BESIDE) -> None:
        self._files = {file.file: file for file in files}
        self.known = known
        self._kustomizations: dict[str, Kustomization] = {}
        self._several: dict[str, str] = {}
        self._folders: dict[str, list[str]] = {}
        for name, file in self._files.items():
            above, slash, base = name.rpartition("/")
            folder = above.rstrip("/") or above + slash  # as `posixpath.split`, which costs several times as much
            self._folders.setdefault(folder, []).append(name)
            if base in KUSTOMIZATION_FILES and not (file.skipped and not file.documents):
                # kustomize refuses a file without a document, one of comments for example: it is a kustomization too.
                document = next(iter((*file.documents, *file.remarks)), None) or Document(name, 0, 1, "")
                if document.problem or _is_own(document.data):
                    if folder in self._kustomizations:
                        self._several.setdefault(folder, name)
                        continue
                    from vmlint.gitops.kustomization import Kustomization

                    self._kustomizations[folder] = Kustomization(document, folder)
        self._children = self._linked()
        self.kustomizations: Sequence[Kustomization] = [found for _, found in sorted(self._kustomizations.items())]
        """All of them, in the order of their folders."""

    def _linked(self) -> dict[str, list[str]]:
        """The folders below each folder, those without files of their own too."""
        below: dict[str, list[str]] = {}
        known = set()
        for folder in list(self._folders):
            while folder not in known:
                known.add(folder)
                parent = posixpath.dirname(folder)
                if parent == folder:
                    break
                below.setdefault(parent, []).append(folder)
                folder = parent
        return below

    def file(self, path: str) -> SourceFile | None:
        return self._files.get(path)

    def content(self, path: str) -> bytes | None:
        """The bytes of a file that a generator names, None where they are not known."""
        return self.known.contents.get(path)

    def has_folder(self, folder: str) -> bool:
        """Whether files were read in the folder or below it."""
        return folder in self._folders or folder in self._children

    def kustomization(self, folder: str) -> Kustomization | None:
        return self._kustomizations.get(folder)

    def second_file(self, folder: str) -> str:
        """The name of another kustomization file in a folder that has one, "" for none."""
        return self._several.get(folder, "")

    @property
    def paths(self) -> Iterable[str]:
        """The paths of all files and folders that were read."""
        yield from self._files
        yield from self._folders

    def files_in(self, folder: str) -> Sequence[str]:
        return sorted(self._folders.get(folder, ()))

    def folders_in(self, folder: str) -> Sequence[str]:
        return sorted(self._children.get(folder, ()))

    def above(self, path: str) -> Iterator[str]:
        """The folders above a file or folder, the outermost first."""
        parents = [path]
        while (parent := posixpath.dirname(parents[-1])) != parents[-1]:
            parents.append(parent)
        yield from reversed(parents[1:])


def beside(folder: str, entry: str) -> str:
    """The path that an entry means which is written in a file of the folder."""
    path = posixpath.normpath(posixpath.join(folder, entry))
    return "" if path == "." else path


def _is_own(data: object) -> bool:
    """Whether the file is kustomize's own, and not another object that bears its name."""
    if data is None:
        return True
    if not isinstance(data, dict):
        return False
    version = data.get("apiVersion") or _GROUP
    return isinstance(version, str) and version.partition("/")[0] == _GROUP
