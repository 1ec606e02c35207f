"""The engine's front: open the world, run the rules, filter."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from vmlint import registry
from vmlint.baseline import Baseline
from vmlint.change import Change
from vmlint.config import Config
from vmlint.configfile import load_for
from vmlint.finding import Counts, Report, Undecided
from vmlint.graph.links import links
from vmlint.graph.resolution import State
from vmlint.load import Progress
from vmlint.opening import Opened, open_world
from vmlint.rule import Fault, Rule
from vmlint.runner import levelled, located, run, undecided
from vmlint.suppress import Silence, Told, marks
from vmlint.suppression import Suppression
from vmlint.touched import Touched
from vmlint.world import World

__all__ = ["check", "judge"]


def check(
    paths: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    rules: Iterable[str] = (),
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    changed: str | None = None,
    instead: Mapping[str, bytes] | None = None,
    **overrides: Any,
) -> Report:
    """Lint the manifests under some paths; `-` is standard input, no path means the configuration's, else `.`.

    Without a configuration the one that stands above the first path is used; keywords override single settings, by
    the names of `Config`. `rules` are packs of rules besides those of the configuration and those that are installed:
    paths, and names of modules. With `changed`, a revision of git, only what the files touch that differ from the last
    commit in common with it is reported. `instead` has the contents of files, by their names in findings, that count in
    the place of those on disk. Raises UsageError, ConfigError and NothingToRead. What can't be read is a finding.
    """
    given = list(paths)
    chosen = load_for(given, known_rules=registry.known(rules)) if config is None else config.knowing(rules)
    opened = open_world(given, chosen, overrides, stdin=stdin, progress=progress, changed=changed, instead=instead)
    return judge(opened, progress)


def judge(opened: Opened, progress: Progress | None = None, *, today: datetime.date | None = None) -> Report:
    """What the rules say of a world that is open already. `today` tells which suppressions have expired."""
    settings, repository, world, worlds, past = opened
    touched = Touched(opened, past) if past else None
    rules = settings.all_rules()
    running = tuple(rule for rule in rules if settings.runs(rule) and (touched or rule.meta.subject is not Change))
    changes = list(touched.changes) if touched else ()
    faults, doubts = run(running, (*repository.documents, *repository.failed), worlds, progress, changes)
    silence = Silence(
        marks(repository, settings),
        settings,
        known=rules,
        running=running,
        today=today or datetime.date.today(),
    )
    told = list(_told(faults, settings))
    shown, suppressed = silence.split(told)
    suppressions = silence.judged(shown, doubts, world.cluster.resources)
    said = [(rule, fault) for one in suppressions for rule in running for fault in _said(rule, one, world)]
    about = list(_told(said, settings))
    more, also = silence.split(about)
    findings = sorted((told.finding for told in (*shown, *more)), key=lambda finding: finding.order)
    known = Baseline.of(settings.baseline).taken_from(findings, {rule.id for rule in rules if rule not in running})
    asked = [doubt for doubt in doubts if touched is None or touched.has(doubt.place)]
    report = Report(
        version=version("vmlint"),
        findings=tuple(known.new),
        skipped=repository.skipped,
        undecided=tuple(sorted({undecided(doubt) for doubt in asked}, key=_order)),
        counts=_counted(repository.counts, worlds),
        rules=running,
        suppressed=tuple(sorted((*suppressed, *also, *known.suppressed), key=lambda one: one.finding.order)),
        suppressions=tuple(suppressions),
        stale=known.stale,
        baseline=settings.baseline,
    )
    return touched.part_of(report, [*told, *about]) if touched else report


def _told(faults: Iterable[tuple[Rule, Fault]], settings: Config) -> Iterator[Told]:
    """The faults as findings, without those that the settings turn off."""
    for rule, fault in faults:
        for finding in levelled([(rule, located(rule, fault))], settings):
            yield Told(rule, fault, finding)


def _said(rule: Rule, suppression: Suppression, world: World) -> Iterator[Fault]:
    """What a rule about suppressions says of one."""
    if rule.meta.subject is Suppression:
        yield from (said for said in rule.check(suppression, world) if isinstance(said, Fault))


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
