"""Which rules are asked about a subject: those for its kind, where there is what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from vmlint.engine.subjects import Subject
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.registry.made import code_of
from vmlint.rule import Check, Question, Reach, Rule, fields_of, reach_of
from vmlint.runtime.profiling import watched
from vmlint.world import World

__all__ = ["Checks", "Plan"]

_TEMPLATES = "dataVolumeTemplates"

Checks = Sequence[tuple[Rule, Check]]
"""Rules with the functions that check for them, in their order."""


class Plan:
    """The rules of a run, by the subjects that they are asked about."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._of_kind: dict[tuple[type, bool], _OfKind] = {}

    def checks(self, subject: Subject, world: World) -> Checks:
        """The rules that may have something to say of a subject."""
        kind = type(subject), isinstance(subject, Resource) and subject.fragment
        if (of_kind := self._of_kind.get(kind)) is None:
            of_kind = self._of_kind[kind] = _OfKind(
                kind[0],
                [
                    rule
                    for rule in self._rules
                    if issubclass(kind[0], rule.meta.subject) and kind[1] <= rule.meta.fragments
                ],
            )
        return of_kind.checks(subject, world)


class _OfKind:
    """The rules for subjects of one kind, by the fields that these have anywhere."""

    def __init__(self, kind: type, rules: Sequence[Rule]) -> None:
        self._kind = kind
        self._rules = rules
        self._fields = frozenset(field for rule in rules for field in fields_of(rule.meta))
        self._by_fields: dict[frozenset[str], _Asking] = {}
        self._in_alike: dict[VirtualMachine, frozenset[str]] = {}

    def checks(self, subject: Subject, world: World) -> Checks:
        fields = self._fields
        if fields and isinstance(subject, Resource):
            fields = self._fields_of(subject, world)
        if (asking := self._by_fields.get(fields)) is None:
            rules = [rule for rule in self._rules if _fits(rule, fields)]
            asking = self._by_fields[fields] = _Asking(self._kind, rules)
        return asking.checks(subject, world)

    def _fields_of(self, subject: Resource, world: World) -> frozenset[str]:
        """Those fields of interest that an object has anywhere."""
        data, wanted = subject.data, self._fields
        if type(subject) is not VirtualMachine or not subject.vmi_spec:
            return wanted.intersection(_names(data))
        try:
            alike = world.vms.alike(subject)
        except MemoryError:
            raise
        except Exception:  # a rule that asks the same will say where it fails
            return wanted
        if alike is subject:
            return wanted.intersection(_names(data))
        # What is alike has the same fields but for those of its metadata and templates.
        if (shared := self._in_alike.get(alike)) is None:
            rest = {field: value for field, value in alike.vm_spec.items() if field != _TEMPLATES}
            shared = self._in_alike[alike] = wanted.intersection(_names(rest))
        own = {field: value for field, value in data.items() if field != "spec"}
        own[_TEMPLATES] = subject.vm_spec.get(_TEMPLATES)
        return shared.union(wanted.intersection(_names(own)))


def _fits(rule: Rule, fields: frozenset[str]) -> bool:
    """Whether a rule may have something to say of objects with these fields."""
    needed = fields_of(rule.meta)
    return not needed or not fields.isdisjoint(needed)


def _names(data: dict[str, Any]) -> set[str]:
    """The names of all fields that some data have anywhere."""
    names = set(data)
    values = list(data.values())
    for value in values:  # it gets longer on the way
        kind = type(value)
        if kind is str:  # most are
            continue
        if kind is dict:
            names.update(value)
            values += value.values()
        elif kind is list:
            values += value
    return names


class _Asking:
    """Rules by what their questions answer, each of which is asked once in its reach."""

    def __init__(self, kind: type, rules: Sequence[Rule]) -> None:
        self._rules = rules
        questions = dict.fromkeys(rule.meta.about for rule in rules if rule.meta.about is not None)
        self._bits = dict(zip(questions, _bits(), strict=False))
        are_vms = issubclass(kind, VirtualMachine)
        of_alike = [one for one in questions if are_vms and reach_of(one) is Reach.ALIKE]
        of_world = [one for one in questions if reach_of(one) is Reach.WORLD]
        self._of_alike = [(one, self._bits[one]) for one in of_alike]
        self._of_world = [(one, self._bits[one]) for one in of_world]
        self._own = [(one, bit) for one, bit in self._bits.items() if one not in (*of_alike, *of_world)]
        self._in_world: dict[World, int] = {}
        self._in_alike: dict[VirtualMachine, int] = {}
        self._by_answers: dict[int, Checks] = {}

    def checks(self, subject: Any, world: World) -> Checks:
        try:
            if (answers := self._in_world.get(world)) is None:
                answers = self._in_world[world] = _answers(self._of_world, subject, world)
            if self._of_alike:
                alike = world.vms.alike(subject)
                if (known := self._in_alike.get(alike)) is None:
                    known = self._in_alike[alike] = _answers(self._of_alike, subject, world)
                answers |= known
            for question, bit in self._own:
                if question(subject, world):
                    answers |= bit
        except MemoryError:
            raise
        except Exception:  # a rule that asks the same will say where it fails
            return _ready(self._rules)
        if (found := self._by_answers.get(answers)) is None:
            bits = self._bits
            asked = [rule for rule in self._rules if (one := rule.meta.about) is None or bits[one] & answers]
            found = self._by_answers[answers] = _ready(asked)
        return found


def _bits() -> Iterator[int]:
    return map((1).__lshift__, count())


def _answers(questions: Sequence[tuple[Question, int]], subject: Any, world: World) -> int:
    """The bits of the questions that have an answer."""
    return sum(bit for question, bit in questions if question(subject, world))


def _ready(rules: Sequence[Rule]) -> Checks:
    """The rules with their code, which is loaded now: they are about to be asked."""
    return tuple((rule, watched(rule.slug, _code(rule))) for rule in rules)


def _code(rule: Rule) -> Check:
    try:
        return code_of(rule)
    except Exception:  # a rule that can't be loaded says so when it is asked
        return rule.check
