"""Why the cluster refuses an object or an update of it, or accepts what never becomes ready.

The webhooks for updates are those for creates, but for a few checks. So the rules about refusals are run on the object
as it would be stored, and what only updates are refused for is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.model.resource import Place, Resource
from vmlint.rule import Change, Effect, Fault, Rule
from vmlint.world import World
from vmlint.world.update import Refused

__all__ = ["newly_stuck", "rejected", "rejected_change", "stuck", "unresolved"]


def rejected(resource: Resource, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """Why the cluster refuses an object, whether it is created or updated."""
    return _faults(resource, world, rules, Effect.REJECTED)


def stuck(resource: Resource, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """Why an object that the cluster accepts never becomes ready, or never starts."""
    return _faults(resource, world, rules, Effect.STUCK)


def unresolved(resource: Resource, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """What keeps an object from becoming ready where the cluster lacks an object that is not in the files either."""
    return _faults(resource, world, rules, Effect.UNRESOLVED)


def newly_stuck(change: Change, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """What keeps an object from becoming ready, or from starting again, after an edit that the cluster accepts."""
    known = {refused.message for refused in stuck(change.old, change.before, rules)}
    yield from (refused for refused in stuck(change.new, world, rules) if refused.message not in known)


def _faults(resource: Resource, world: World, rules: Sequence[Rule], effect: Effect) -> Iterator[Refused]:
    for rule in rules:
        if not issubclass(type(resource), rule.meta.subject):
            continue
        if rule.meta.about is not None and not rule.meta.about(resource, world):
            continue
        yield from _refusals(rule, resource, world, effect)


def rejected_change(change: Change, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """Why the cluster refuses an update that it would take as a create."""
    for rule in rules:
        if rule.meta.refuses_updates and issubclass(Change, rule.meta.subject):
            yield from _refusals(rule, change, world)


def _refusals(
    rule: Rule, subject: Resource | Change, world: World, effect: Effect = Effect.REJECTED
) -> Iterator[Refused]:
    for fault in rule.check(subject, world):
        if isinstance(fault, Fault) and fault.effect is effect and isinstance(fault.place, Place):
            yield Refused(fault.place.path, fault.message, fault.fix, rule.slug)
