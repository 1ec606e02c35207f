"""Several objects of one identity: which of them a reference means depends on where it is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from vmlint.graph.resolution import Resolution, State
from vmlint.model.field import Path
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource

__all__ = ["Candidate", "Several", "found_as", "written_once"]

Candidate = tuple[Resource, Path]
"""An object that a reference may mean, and the field that makes it, () where it is the object itself."""

_MOST_FILES = 20
"""How many of the files that are equally near are named."""


class Several:
    """The objects of an identity, of which the nearest by folder counts.

    Nobody walks over all of them for each reference: there may be as many as there are references.
    """

    def __init__(self, ref: Ref, candidates: Sequence[Candidate]) -> None:
        self._ref = ref
        self._own: dict[int, Candidate] = {}
        self._root = _Folder()
        self._by_folder: dict[str, Resolution] = {}
        for candidate in candidates:
            self._own.setdefault(id(candidate[0]), candidate)
            self._root.add(candidate)

    def seen_from(self, resource: Resource) -> Resolution:
        """What the identity means in an object: the object itself where it is one of them."""
        if own := self._own.get(id(resource)):
            return found_as(self._ref, own)
        folder = resource.document.file.rpartition("/")[0]
        if (known := self._by_folder.get(folder)) is None:
            known = self._by_folder[folder] = self._resolved(self._root.nearest(resource.document.file))
        return known

    def _resolved(self, nearest: Sequence[Candidate]) -> Resolution:
        if len(nearest) == 1:
            return found_as(self._ref, nearest[0])
        files = sorted({found.document.file for found, _ in nearest})
        more = [f"{len(files) - _MOST_FILES} more"] if len(files) > _MOST_FILES else []
        named = ", ".join([*files[:_MOST_FILES], *more])
        reason = f"several objects have this identity: {named}"
        return Resolution(State.UNKNOWN, self._ref, reason=reason)


class _Folder:
    """A folder: the candidates that lie the least deep in it or below, that depth, and the folders in it."""

    __slots__ = ("depth", "first", "folders")

    def __init__(self) -> None:
        self.depth = -1
        self.first: list[Candidate] = []
        self.folders: dict[str, _Folder] = {}

    def add(self, candidate: Candidate) -> None:
        parts = _parts(candidate[0].document.file)
        here = self
        here._note(candidate, len(parts))
        for part in parts:
            if (below := here.folders.get(part)) is None:
                below = here.folders[part] = _Folder()
            here = below
            here._note(candidate, len(parts))

    def _note(self, candidate: Candidate, depth: int) -> None:
        if depth < self.depth or self.depth < 0:
            self.depth, self.first = depth, []
        if depth == self.depth:
            self.first.append(candidate)

    def nearest(self, file: str) -> list[Candidate]:
        """Those between which and the file the fewest folders lie."""
        parts = _parts(file)
        way = [self]
        for part in parts:
            if (below := way[-1].folders.get(part)) is None:
                break
            way.append(below)
        # Up to a common folder and down again; where the two have more in common, a later folder of the way is less.
        distances = [len(parts) + folder.depth - 2 * shared for shared, folder in enumerate(way)]
        least = min(distances)
        found = [folder.first for folder, far in zip(way, distances, strict=True) if far == least]
        return list({id(pair): pair for first in found for pair in first}.values())


def found_as(ref: Ref, candidate: Candidate) -> Resolution:
    """The one object that an identity means."""
    found, path = candidate
    state = State.FOUND if found.linted else State.OUTSIDE
    return Resolution(state, ref, found, path, "" if found.linted else "from the context")


def written_once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without those that are written in one place and applied in several."""
    return list(
        {(id(resource.document), resource.prefix, path): (resource, path) for resource, path in candidates}.values()
    )


def _parts(file: str) -> tuple[str, ...]:
    return PurePosixPath(file).parent.parts
