"""The engine's front: load, link, run, filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from vmlint.config import Config
from vmlint.configfile import load_for
from vmlint.errors import NothingToRead
from vmlint.finding import Counts, Report
from vmlint.graph.cluster import Cluster
from vmlint.graph.links import links
from vmlint.graph.resolution import State
from vmlint.kubevirt.releases import Release
from vmlint.load import Progress, load
from vmlint.outside import catalogs
from vmlint.registry import rules
from vmlint.runner import levelled, located, run, undecided
from vmlint.world import Settings, World

__all__ = ["check"]


def check(
    paths: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    **overrides: Any,
) -> Report:
    """Lint the manifests under some paths; `-` is standard input, no path means the configuration's, else `.`.

    Without a configuration the one that stands above the first path is used; keywords override single settings, by
    the names of `Config`. Raises UsageError, ConfigError and NothingToRead. What can't be read is a finding.
    """
    given = [str(path) for path in paths]
    known = rules()
    chosen = load_for(given, known_rules=known) if config is None else config
    settings = chosen.replace(**overrides)
    wanted = given or list(settings.paths) or ["."]
    repository = load(wanted, settings, stdin=stdin, progress=progress)
    if not repository.counts.documents and not repository.skipped:
        raise NothingToRead(f"no YAML or JSON document under {', '.join(wanted)}")
    release = Release.parse(settings.target_kubevirt or "")
    cluster = Cluster(repository.resources, outside=settings.outside, catalogs=catalogs(settings.catalogs, release))
    world = World(cluster, Settings(settings.closed_world, release))
    running = tuple(rule for rule in known if settings.runs(rule))
    faults, doubts = run(running, repository.documents, world, progress)
    findings = levelled(((rule, located(rule, fault)) for rule, fault in faults), settings)
    return Report(
        version=version("vmlint"),
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        skipped=repository.skipped,
        undecided=tuple(sorted({undecided(doubt) for doubt in doubts}, key=repr)),
        counts=_counted(repository.counts, world),
        rules=running,
    )


def _counted(counts: Counts, world: World) -> Counts:
    """The references of the linted objects that lead outside, and those that nobody can follow."""
    cluster = world.cluster
    states = [cluster.follow(link).state for one in cluster.resources if one.linted for link in links(one)]
    return replace(counts, outside=states.count(State.OUTSIDE), unknown=states.count(State.UNKNOWN))
