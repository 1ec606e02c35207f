"""From paths to a world of objects: the settings, the files, the cluster that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vmlint.config import Config
from vmlint.configfile import load_for
from vmlint.errors import NothingToRead
from vmlint.gitops.deployments import Deployment
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.releases import Release
from vmlint.load import Progress, Repository, load
from vmlint.model.resource import Resource
from vmlint.outside import GoldenImages, catalogs
from vmlint.rule import Rule
from vmlint.world import Settings, World

__all__ = ["Opened", "open_world", "world_of"]


class Opened(NamedTuple):
    """What was read, with the settings that held for it.

    `world` holds all objects as they are applied; `worlds` has one for each deployment of the repository.
    """

    settings: Config
    repository: Repository
    world: World
    worlds: tuple[World, ...]


def open_world(
    paths: Sequence[str | Path],
    config: Config | None,
    overrides: Mapping[str, Any],
    *,
    known_rules: Sequence[Rule] | None = None,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Read the files under the paths; see `vmlint.check` for what is read and what is raised.

    Names of rules in the settings are checked against `known_rules`, where they are given.
    """
    given = [str(path) for path in paths]
    chosen = load_for(given, known_rules=known_rules) if config is None else config
    settings = chosen.replace(known_rules=known_rules, **overrides)
    wanted = given or list(settings.paths) or ["."]
    repository = load(wanted, settings, stdin=stdin, progress=progress)
    if not repository.counts.documents and not repository.skipped:
        raise NothingToRead(f"no YAML or JSON document under {', '.join(wanted)}")
    return _opened(settings, repository)


def world_of(repository: Repository, settings: Config) -> World:
    """The cluster of all objects as the files have them, and what the settings say of it."""
    return _Around(settings).world(repository.resources)


def _opened(settings: Config, repository: Repository) -> Opened:
    """The worlds of what was read: one for each deployment, where there are several."""
    deployments = repository.deployments
    around = _Around(settings)
    world = around.world([*(found for one in deployments for found in one.resources), *repository.around])
    if len(deployments) < 2 and not any(one.unread for one in deployments):
        return Opened(settings, repository, world, (world,))
    return Opened(settings, repository, world, tuple(around.part(one, world) for one in deployments))


class _Around:
    """What the settings say that is around every world."""

    def __init__(self, settings: Config) -> None:
        release = Release.parse(settings.target_kubevirt or "")
        self._catalogs = catalogs(settings.catalogs, release)
        images = [name for one in self._catalogs if isinstance(one, GoldenImages) for name in one.unlabelled]
        self._outside = (*settings.outside, *images)
        self._said = Settings(settings.closed_world, release)

    def world(self, resources: Sequence[Resource]) -> World:
        return World(Cluster(resources, outside=self._outside, catalogs=self._catalogs), self._said)

    def part(self, deployment: Deployment, whole: World) -> World:
        """A deployment as a world of its own, beyond which the whole repository lies."""
        cluster = Cluster(
            deployment.resources,
            outside=self._outside,
            catalogs=self._catalogs,
            beyond=whole.cluster,
            unread=[unread.reason for unread in deployment.unread],
        )
        return World(cluster, self._said)
