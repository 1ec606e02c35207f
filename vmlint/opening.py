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

__all__ = ["Opened", "open_world", "world_of"]


class Opened(NamedTuple):
    """What was read, with the settings that held for it."""

    settings: Config
    repository: Repository
    world: World


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
    return Opened(settings, repository, world_of(repository, settings))


def world_of(repository: Repository, settings: Config) -> World:
    """The cluster of what was read, and what the settings say of it."""
    release = Release.parse(settings.target_kubevirt or "")
    cluster = Cluster(repository.resources, outside=settings.outside, catalogs=catalogs(settings.catalogs, release))
    return World(cluster, Settings(settings.closed_world, release))
