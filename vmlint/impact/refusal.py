"""Why the cluster refuses an update of an object.

The webhooks for updates are those for creates, but for a few checks. So the rules about refusals are run on the object
as it would be stored, and what only updates are refused for is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.model.access import text
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place, Resource
from vmlint.rule import Change, Effect, Fault, Rule
from vmlint.world import World
from vmlint.world.update import Refused

__all__ = ["refusals", "rejected", "rejected_change", "tells_updates"]


def refusals(stored: Mapping[str, Any], updated: Resource, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """Why the cluster refuses to store an object in the place of another."""
    yield from _kept_revisions(stored, updated)
    yield from rejected(updated, world, rules)


def rejected(resource: Resource, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """Why the cluster refuses an object, whether it is created or updated."""
    for rule in rules:
        if not issubclass(type(resource), rule.meta.subject):
            continue
        if rule.meta.about is not None and not rule.meta.about(resource, world):
            continue
        yield from _refusals(rule, resource, world)


def rejected_change(change: Change, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """Why the cluster refuses an update that it would take as a create."""
    for rule in rules:
        if rule.meta.subject is Change:
            yield from _refusals(rule, change, world)
        elif tells_updates(rule) and isinstance(change.new, rule.meta.subject):
            known = {refused.message for refused in _refusals(rule, change.old, change.before, Effect.RISK)}
            found = _refusals(rule, change.new, world, Effect.RISK)
            yield from (refused for refused in found if refused.message not in known)


def tells_updates(rule: Rule) -> bool:
    """Whether a rule is about what the cluster refuses in updates alone, which is a risk for an object that is new."""
    return rule.slug == "kubevirt-update-refused"


def _refusals(
    rule: Rule, subject: Resource | Change, world: World, effect: Effect = Effect.REJECTED
) -> Iterator[Refused]:
    for fault in rule.check(subject, world):
        if isinstance(fault, Fault) and fault.effect is effect and isinstance(fault.place, Place):
            yield Refused(fault.place.path, fault.message, fault.fix, rule.slug)


def _kept_revisions(stored: Mapping[str, Any], updated: Resource) -> Iterator[Refused]:
    """Source: KubeVirt `pkg/instancetype/webhooks/vm/mutator.go` (validateMatcherUpdate)."""
    for matcher in Matcher:
        old, new = ((data, "spec", matcher.noun) for data in (stored, updated.data))
        revision = text(*new, "revisionName")
        renamed = text(*old, "name") != text(*new, "name")
        if revision and revision == text(*old, "revisionName") and renamed:
            yield Refused(
                ("spec", matcher.noun, "revisionName"),
                f"`revisionName` names a copy of {matcher.noun} `{text(*old, 'name')}`, and the VM now uses "
                f"`{text(*new, 'name')}`.",
                "remove `revisionName`; KubeVirt sets it",
            )
