"""What kustomizations make of the files beside them.

Source: kustomize `api/types/kustomization.go`, `api/types/patch.go`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from vmlint.source.document import SourceFile

__all__ = ["Kustomized", "kustomized"]

_NAMES = frozenset(("kustomization.yaml", "kustomization.yml"))
_API = "kustomize.config.k8s.io/"  # Flux keeps a kind of its own in files of the same name
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_CHANGES = (*_PATCHES, "components", "transformers", "replacements")
_RESOURCES = ("resources", "bases", "components")


class Kustomized(NamedTuple):
    """The files that hold patches, and those whose objects are not applied as they are written: a kustomization
    changes them, or stands beside them and does not name them."""

    patches: frozenset[str]
    patched: frozenset[str]


def kustomized(files: Iterable[SourceFile]) -> Kustomized:
    """What the kustomizations among some files say of the others."""
    files = list(files)
    folders = {
        posixpath.dirname(file.file): data
        for file in files
        if posixpath.basename(file.file) in _NAMES and (data := _kustomization(file)) is not None
    }
    named = {folder: set(_from(folder, _entries(data, _RESOURCES))) for folder, data in folders.items()}
    patches = {path for folder, data in folders.items() for path in _from(folder, _entries(data, _PATCHES))}
    resources = {path for paths in named.values() for path in paths}
    changed = _below({folder for folder, data in folders.items() if any(data.get(key) for key in _CHANGES)}, named)
    left_out = {file.file for file in files if posixpath.dirname(file.file) in folders} - resources
    # A patch that is a resource elsewhere is whole.
    return Kustomized(frozenset(patches - resources), frozenset(changed | left_out))


def _kustomization(file: SourceFile) -> dict[str, Any] | None:
    for document in file.documents:
        data = document.data
        if isinstance(data, dict) and str(data.get("apiVersion", _API)).startswith(_API):
            return data
    return None


def _below(folders: set[str], named: dict[str, set[str]]) -> set[str]:
    """What some kustomizations name, and what the kustomizations among that name."""
    found: set[str] = set()
    waiting = list(folders)
    while waiting:
        for path in named[waiting.pop()]:
            if path not in found:
                found.add(path)
                if path in named:
                    waiting.append(path)
    return found


def _entries(data: dict[str, Any], keys: Iterable[str]) -> Iterator[str]:
    """The paths in some lists of a kustomization; an entry of several lines is a patch itself."""
    for key in keys:
        value = data.get(key)
        for entry in value if isinstance(value, list) else ():
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str) and path and "\n" not in path:
                yield path


def _from(folder: str, paths: Iterable[str]) -> Iterator[str]:
    """Paths that start at a folder, from where the names of files start."""
    return (posixpath.normpath(posixpath.join(folder, path)) for path in paths)
