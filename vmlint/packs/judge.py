"""A rule of a pack at work: what it says of an object."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.kinds import Kind
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.packs.condition import Condition, Item, Verdict, any_of
from vmlint.packs.query import Query, TooLarge
from vmlint.packs.template import ABSENT, filled, shown
from vmlint.packs.view import View, expanded, written
from vmlint.record import Record
from vmlint.rule import Doubt, Fault, Meta, Spot
from vmlint.world import World

__all__ = ["Judge"]


class Judge(Record):
    """What a rule wants of which objects: where each of `when` holds of a value and none of `unless`, all of `require`
    has to hold, and nothing of `forbid`.

    `kinds` are those of its subjects; `expanded` means that it looks at them as KubeVirt would run them. `each` finds
    the values in which its relative paths start; None is the object itself.
    """

    meta: Meta
    kinds: frozenset[Kind]
    expanded: bool
    each: Query | None
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    require: tuple[Condition, ...]
    forbid: tuple[Condition, ...]
    message: str
    fix: str

    def check(self, resource: Resource, world: World) -> Iterator[Fault | Doubt]:
        """The rule's `check`: a fault for each value that is not as it has to be, a doubt for each open question."""
        if resource.kind not in self.kinds:
            return
        run = self.expanded and isinstance(resource, VirtualMachine)
        subject = expanded(resource, world) if run else written(resource)  # type: ignore[arg-type]
        asked: set[tuple[Place | Spot, str]] = set()
        for result in self._results(subject, resource.named, world):
            if isinstance(result, Doubt):
                if (about := (result.place, result.reason)) in asked:
                    continue
                asked.add(about)
            yield result

    def _results(self, subject: View, named: Place, world: World) -> Iterator[Fault | Doubt]:
        try:
            items = [Item((), subject.data)] if self.each is None else self._items(subject, self.each)
        except TooLarge as error:
            yield self.meta.doubt(named, str(error))
            return
        for item in items:
            applies, reason = self._applies(subject, item, world)
            if applies is not False:
                yield from self._of(subject, item, named, world, reason)

    def _items(self, subject: View, each: Query) -> list[Item]:
        return [Item(path, value) for path, value in each.find(subject.data)]

    def _applies(self, subject: View, item: Item, world: World) -> tuple[bool | None, str]:
        """Whether the rule speaks about a value; with the reason where that is open."""
        reasons = []
        for conditions, wanted in ((self.when, True), (self.unless, False)):
            for condition in conditions:
                holds, reason = any_of(list(condition.verdicts(subject, item, world)))
                if holds is (not wanted):
                    return False, ""
                reasons += [reason] if holds is None else []
        return (None, reasons[0]) if reasons else (True, "")

    def _of(self, subject: View, item: Item, named: Place, world: World, unsure: str) -> Iterator[Fault | Doubt]:
        for conditions, wanted in ((self.require, True), (self.forbid, False)):
            for condition in conditions:
                for verdict in condition.verdicts(subject, item, world):
                    if verdict.holds is wanted:
                        continue
                    written, chain = verdict.put()
                    place = written if written and written.path else named
                    if verdict.holds is None or unsure:
                        yield Doubt(place, unsure if verdict.holds is not None else verdict.reason, chain)
                    else:
                        yield self._fault(place, subject, condition, verdict).along(chain)

    def _fault(self, place: Place, subject: View, condition: Condition, verdict: Verdict) -> Fault:
        names = {
            "name": subject.name,
            "namespace": subject.namespace,
            "kind": subject.kind,
            "field": verdict.field,
            "value": ABSENT if verdict.value is None else shown(verdict.value),
        }
        if verdict.seen is not None:
            names |= {f"via.{name}": getattr(verdict.seen, name) for name in ("name", "namespace", "kind")}
        message = filled(condition.message or self.message, names)
        return self.meta.at(place, message, fix=filled(self.fix, names))
