"""Edits that the cluster refuses: rules about edits judge the others with the objects that the cluster keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from vmlint.engine.analysis import Analysis
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import with_objects
from vmlint.impact.refusal import rejected, rejected_change
from vmlint.impact.users import is_vm
from vmlint.model.resource import Place, Resource
from vmlint.rule import Change, Effect, Fault, Rule
from vmlint.world import World

__all__ = ["judge_refused_updates"]


def judge_refused_updates(analysis: Analysis, changes: Sequence[tuple[int, Change]]) -> None:
    """Take from an analysis what edits would do that the cluster refuses, and judge the others anew in a cluster that
    keeps what it has of these. Each edit comes with the number of its world."""
    snapshot = analysis.snapshot
    about_edits = [rule for rule in analysis.rules if rule.meta.subject is Change]
    if not about_edits:
        return
    settings = snapshot.settings
    rules = [rule for rule in settings.all_rules() if rule.meta.refuses_updates or rule.meta.effect is Effect.REJECTED]
    found = {id(_resource(fault)) for rule, fault in analysis.violations if rule in about_edits}
    refused = {
        id(change.new): change
        for number, change in changes
        if (id(change.new) in found or not is_vm(change.new)) and _is_refused(change, snapshot.worlds[number], rules)
    }
    if not refused:
        return
    kept = {number: change.old for number, change in refused.items() if not is_vm(change.new)}
    judged_anew = [(number, change) for number, change in changes if kept and id(change.new) not in refused]
    anew = {id(change.new) for _, change in judged_anew}

    def happens(rule: Rule, fault: Fault) -> bool:
        resource = id(_resource(fault))
        if rule not in about_edits:
            return True
        return resource not in anew and (resource not in refused or fault.effect is Effect.REJECTED)

    analysis.violations[:] = [(rule, fault) for rule, fault in analysis.violations if happens(rule, fault)]
    analysis.violations += _anew(snapshot, kept, judged_anew, about_edits)


def _is_refused(change: Change, world: World, rules: Sequence[Rule]) -> bool:
    refusals = (*rejected_change(change, world, rules), *rejected(change.new, world, rules))
    return change.is_update and bool(refusals)


def _anew(
    snapshot: Snapshot, kept: Mapping[int, Resource], changes: Sequence[tuple[int, Change]], rules: Sequence[Rule]
) -> Iterator[tuple[Rule, Fault]]:
    """What the rules about edits report where the cluster has these objects in the place of others."""
    if not changes:
        return
    worlds = with_objects(snapshot, kept).worlds
    for number, change in changes:
        for rule in rules:
            with suppress(Exception):  # the rule that fails is reported already
                yield from [(rule, fault) for fault in rule.check(change, worlds[number]) if isinstance(fault, Fault)]


def _resource(fault: Fault) -> Resource | None:
    return fault.place.resource if isinstance(fault.place, Place) else None
