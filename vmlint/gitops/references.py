"""The references that kustomize keeps in step with the names that it changes: its own few, and configured ones.

Source: kustomize `api/internal/konfig/builtinpluginconsts/namereference.go`; KubeVirt's kinds stand in none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from vmlint.gitops.part import Part
from vmlint.model.access import each, text
from vmlint.model.field import Path

__all__ = ["NameReference", "configured", "rewrite"]


class NameReference(NamedTuple):
    """A field of a kind of object that holds the name of another kind's object."""

    target: str
    kind: str
    steps: tuple[str, ...]


_OWN = (
    NameReference("StorageClass", "PersistentVolumeClaim", ("spec", "storageClassName")),
    NameReference("StorageClass", "PersistentVolume", ("spec", "storageClassName")),
    NameReference("PersistentVolume", "PersistentVolumeClaim", ("spec", "volumeName")),
)


def configured(data: Any) -> Iterator[NameReference]:
    """The references that a file of `configurations` adds."""
    for _, entry in each(data, "nameReference"):
        for _, field in each(entry, "fieldSpecs"):
            steps = tuple(step for step in text(field, "path").split("/") if step)
            if steps and text(entry, "kind"):
                yield NameReference(text(entry, "kind"), text(field, "kind"), steps)


def rewrite(parts: Sequence[Part], references: Sequence[NameReference]) -> None:
    """Write the final names into the fields that refer to renamed objects."""
    renamed: dict[str, list[Part]] = {}
    for part in parts:
        if "name" in part.by and part.was[0].name != part.identity.name:
            renamed.setdefault(part.kind.name, []).append(part)
    if not renamed:
        return
    for reference in (*_OWN, *references):
        targets = renamed.get(reference.target, ())
        for part in parts if targets else ():
            if reference.kind in ("", part.kind.name):
                _rewrite(part, reference, targets)


def _rewrite(part: Part, reference: NameReference, targets: Sequence[Part]) -> None:
    for path, name in list(_places(part.draft.data, reference.steps, ())):
        found = {
            target.identity.name
            for target in targets
            if any(one.name == name for one in target.was)
            and (not target.kind.namespaced or target.identity.namespace == part.identity.namespace)
        }
        if len(found) == 1:
            part.draft.put(path, found.pop(), part.draft.written(path))


def _places(data: Any, steps: tuple[str, ...], path: Path) -> Iterator[tuple[Path, str]]:
    """Each string that the steps lead to; they pass through lists."""
    if isinstance(data, list):
        for index, entry in enumerate(data):
            yield from _places(entry, steps, (*path, index))
    elif steps and isinstance(data, dict):
        step = steps[0].removesuffix("[]")
        if step in data:
            yield from _places(data[step], steps[1:], (*path, step))
    elif not steps and isinstance(data, str):
        yield path, data
