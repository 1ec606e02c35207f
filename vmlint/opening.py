"""From paths to a world of objects: the settings, the files, the cluster that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vmlint.config import Config
from vmlint.configfile import load_for
from vmlint.errors import NothingToRead
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.releases import Release
from vmlint.load import Progress, Repository, load
from vmlint.outside import catalogs
from vmlint.rule import Rule
from vmlint.world import Settings, World

__all__ = ["Opened", "open_world", "worlds_of"]


class Opened(NamedTuple):
    """What was read, with the settings that held for it, and a world for each of the repository's deployments."""

    settings: Config
    repository: Repository
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
    return Opened(settings, repository, worlds_of(repository, settings))


def worlds_of(repository: Repository, settings: Config) -> tuple[World, ...]:
    """The clusters of what was read, one for each deployment, and what the settings say of them."""
    release = Release.parse(settings.target_kubevirt or "")
    known = catalogs(settings.catalogs, release)
    said = Settings(settings.closed_world, release)
    deployments = repository.deployments
    applied = [resource for one in deployments for resource in one.resources]
    all_of_it = Cluster((*applied, *repository.around), outside=settings.outside, catalogs=known)
    if len(deployments) < 2 and not any(one.unread for one in deployments):
        return (World(all_of_it, said),)
    return tuple(
        World(
            Cluster(
                one.resources,
                outside=settings.outside,
                catalogs=known,
                beyond=all_of_it,
                unread=[unread.reason for unread in one.unread],
            ),
            said,
        )
        for one in deployments
    )
