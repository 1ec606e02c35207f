"""The engine's front: open the world, run the rules, filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from vmlint.config import Config
from vmlint.finding import Counts, Report, Undecided
from vmlint.graph.links import links
from vmlint.graph.resolution import State
from vmlint.load import Progress
from vmlint.opening import Opened, open_world
from vmlint.registry import rules
from vmlint.runner import levelled, located, run, undecided
from vmlint.world import World

__all__ = ["check", "judge"]


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
    opened = open_world(list(paths), config, overrides, known_rules=rules(), stdin=stdin, progress=progress)
    return judge(opened, progress)


def judge(opened: Opened, progress: Progress | None = None) -> Report:
    """What the rules say of a world that is open already."""
    settings, repository, _, worlds = opened
    running = tuple(rule for rule in rules() if settings.runs(rule))
    faults, doubts = run(running, (*repository.documents, *repository.failed), worlds, progress)
    findings = levelled(((rule, located(rule, fault)) for rule, fault in faults), settings)
    return Report(
        version=version("vmlint"),
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        skipped=repository.skipped,
        undecided=tuple(sorted({undecided(doubt) for doubt in doubts}, key=_order)),
        counts=_counted(repository.counts, worlds),
        rules=running,
    )


def _order(item: Undecided) -> tuple[str, int, str, str]:
    return item.file, item.line, str(item.resource or ""), item.reason


def _counted(counts: Counts, worlds: Iterable[World]) -> Counts:
    """The references of the linted objects that lead outside, and those that nobody can follow; each place once."""
    states = {
        (id(written.document), written.path, world.cluster.follow(link).state)
        for world in worlds
        for one in world.cluster.resources
        if one.linted
        for link in links(one)
        if (written := one.written(link.path))
    }
    found = [state for _, _, state in states]
    return replace(counts, outside=found.count(State.OUTSIDE), unknown=found.count(State.UNKNOWN))
