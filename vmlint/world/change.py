"""An object before and after a change: the subject of the rules about what an update may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.record import Record

if TYPE_CHECKING:
    from vmlint.schema.differences import Difference
    from vmlint.world import World

__all__ = ["Change"]

_RECREATED = (
    ("argocd.argoproj.io/sync-options", "Force=true"),
    ("kustomize.toolkit.fluxcd.io/force", "enabled"),
)
"""Annotations by which Argo CD and Flux make an object anew where it can't be updated."""


class Change(Record):
    """One object whose content differs: as a commit had it, in the world of that commit, and as the files have it."""

    old: Resource
    new: Resource
    before: World

    @property
    def is_update(self) -> bool:
        """Whether the object that a cluster has is updated: nobody has to delete it first."""
        annotations = self.new.annotations
        return not any(
            isinstance(annotations.get(name), str) and word in annotations[name] for name, word in _RECREATED
        )

    def of(self, path: Path, before: Path | None = None) -> Iterator[Difference]:
        """The fields of a kind of KubeVirt or CDI, at a path and below, that hold something else now.

        `before` is the path that the same had, where it is another one.
        """
        from vmlint.schema.differences import differences
        from vmlint.schema.load import schema_of

        schema = schema_of(self.new.api_version, self.new.kind.name)
        node = schema.root if schema else None
        for step in path:
            node = node and (node.items if isinstance(step, int) else node.field(step))
        yield from differences(get(self.old.data, *(before or path)), get(self.new.data, *path), node, path)
