"""What the files of a workspace describe at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vmlint.config.config import Config
from vmlint.engine.repository import Repository
from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.world import World

if TYPE_CHECKING:
    from vmlint.source.git import Difference

__all__ = ["Comparison", "Snapshot"]


class Snapshot(Record):
    """What the files of a workspace describe, with the settings that hold for it.

    `world` holds all objects as they are applied; `worlds` has one for each deployment of the repository.
    `paths` are those that were read. `comparison` is there where the files are compared with a commit.
    """

    settings: Config
    repository: Repository
    world: World
    worlds: tuple[World, ...]
    paths: tuple[str, ...] = ()
    comparison: Comparison | None = None

    def relative(self, file: str) -> str:
        """A file or folder without the path under which it was read: two snapshots of two folders have it alike."""
        return next((file[len(path) :] for path in self.paths if file == path or file.startswith(f"{path}/")), file)

    def with_updates(self, updates: Iterable[tuple[int, Resource]]) -> Snapshot:
        """The same snapshot, in whose worlds rules about updates check these objects, each with the number of its
        world, against what they were before."""
        by_world: dict[int, list[Resource]] = {}
        for number, resource in updates:
            by_world.setdefault(number, []).append(resource)
        worlds = [world.with_updates(by_world.get(number, ())) for number, world in enumerate(self.worlds)]
        return self._replace(world=worlds[0] if self.world is self.worlds[0] else self.world, worlds=tuple(worlds))

    @property
    def names(self) -> Sequence[str]:
        """The name of each world: that of its deployment."""
        return [deployment.name for deployment in self.repository.deployments] or [""]


class Comparison(Record):
    """Two versions of a repository: `difference` says which files differ; `after` is built as `before` is."""

    difference: Difference
    before: Snapshot
    after: Snapshot
