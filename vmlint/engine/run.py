"""Runs the rules over the objects, and turns what they say into findings with places in the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from vmlint.config.config import Config
from vmlint.engine.load import Progress
from vmlint.engine.silent import Ends, ends, lacks_nothing
from vmlint.findings.finding import Finding
from vmlint.findings.location import where
from vmlint.gitops.failed import Failed
from vmlint.model.crash import Crash, crash
from vmlint.model.field import Path
from vmlint.model.resource import Place, Resource
from vmlint.rule import Doubt, Effect, Fault, Rule, Spot
from vmlint.runtime.profiling import watched
from vmlint.source.document import Document, Skipped
from vmlint.source.span import Span
from vmlint.world import World
from vmlint.world.change import Change

__all__ = [
    "MOST_FAULTS",
    "Left",
    "Others",
    "Quiet",
    "Ran",
    "Subject",
    "left_out",
    "levelled",
    "quiet",
    "run",
    "subjects_of",
]

MOST_FAULTS = 1000
"""The most faults of one rule and effect that are reported of one object. What is more is counted."""


class Left(NamedTuple):
    """Faults that are not reported: how many like the one, which is the first of them."""

    rule: Rule
    fault: Fault
    number: int


@dataclass(slots=True)
class Ran:
    """What the rules say: faults, doubts, where a rule failed, and what was left out.

    `quiet` are the subjects, by their numbers, of which there is nothing to say, as far as others have found that out.
    `silent` are those of which no rule said anything. `stopped` is how many subjects were looked at, of how many, where
    Ctrl-C ended that; else None.
    """

    faults: list[tuple[Rule, Fault]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    quiet: dict[int, Ends] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    stopped: tuple[int, int] | None = None


Subject = Document | Failed | Resource | Change
"""What rules speak of. It has the number of its world."""


def subjects_of(
    documents: Iterable[Document | Failed], worlds: Sequence[World], changes: Iterable[tuple[int, Change]] = ()
) -> list[tuple[int, Subject]]:
    """Every subject with the number of its world, in the order of worlds; documents are the same in all."""
    return [
        *((0, document) for document in documents),
        *(
            (number, resource)
            for number, world in enumerate(worlds)
            for resource in world.cluster.resources
            if resource.linted
        ),
        *changes,
    ]


class Others(Protocol):
    """Who looks at a part of the subjects."""

    def leaves(self, subject: Subject) -> bool:
        """Whether a subject is nobody else's."""
        ...

    def heard(self, *, wait: bool) -> Iterator[tuple[int, Mapping[int, Ends]]]:
        """How many subjects they looked at meanwhile, or until their end if one waits for that, and which of these are
        quiet; all others are looked at again."""
        ...


def quiet(rules: Sequence[Rule], worlds: Sequence[World], subjects: Sequence[tuple[int, Subject]]) -> Quiet:
    """Asked with a subject's number: where its references end, or None if something may be to be said of it."""
    plan = _Plan(rules)

    def asked(index: int) -> Ends | None:
        number, subject = subjects[index]
        world = worlds[number]
        with suppress(Exception):
            if isinstance(subject, Resource) and not lacks_nothing(subject, world):
                return None
            if not any(True for rule in plan.rules(subject, world) for _ in rule.check(subject, world)):
                return ends(subject, world) if isinstance(subject, Resource) else ()
        return None

    return asked


Quiet = Callable[[int], Ends | None]


def run(
    rules: Sequence[Rule],
    worlds: Sequence[World],
    subjects: Sequence[tuple[int, Subject]],
    progress: Progress | None = None,
    *,
    partial: bool = False,
    quiet: Mapping[int, Ends] | None = None,
    others: Others | None = None,
) -> Ran:
    """What every rule says of every subject, in the order of subjects, then rules.

    What is said of one place in several worlds is told once. A rule that fails on a subject takes nothing else with it.
    With `partial`, Ctrl-C ends the run with what was said until then. Subjects that are known to be `quiet` are not
    looked at, nor those of which `others` find that out.
    """
    result = Ran(quiet=dict(quiet or {}))
    looking = _Looking(rules, worlds, subjects)
    looked = len(result.quiet)

    def look(index: int) -> None:
        nonlocal looked
        looking.look(index)
        if others is None:
            looking.sum_up(index, result)
        looked += 1
        if progress:
            progress("checking", min(looked, len(subjects)), len(subjects))

    def hear(others: Others, *, wait: bool) -> None:
        nonlocal looked
        for count, found in others.heard(wait=wait):
            result.quiet.update(found)
            looked += count
            if progress:
                progress("checking", looked, len(subjects))

    try:
        if others is not None:
            for index, (_, subject) in enumerate(subjects):
                if index not in result.quiet and others.leaves(subject) and looking.lacks_nothing(index):
                    look(index)
                    if len(looking.said) % _OFTEN == 0:
                        hear(others, wait=False)
            hear(others, wait=True)
        for index in result.quiet:
            number, subject = subjects[index]
            worlds[number].settled.add(id(subject))
        for index in range(len(subjects)):
            if index not in result.quiet and index not in looking.said:
                look(index)
    except KeyboardInterrupt:
        if not partial:
            raise
        result.stopped = looked, len(subjects)
    for index in sorted(looking.said) if others is not None else ():
        looking.sum_up(index, result)
    return result


_OFTEN = 64
"""After how many subjects the others are heard: what they tell must not pile up."""


class _Looking:
    """What the rules say of the subjects that were looked at, by their numbers."""

    def __init__(self, rules: Sequence[Rule], worlds: Sequence[World], subjects: Sequence[tuple[int, Subject]]) -> None:
        self._plan = _Plan(rules)
        self._checks = {rule.id: watched(rule.slug, rule.check) for rule in rules}
        self._worlds = worlds
        self._subjects = subjects
        self.said: dict[int, Sequence[tuple[Rule, Fault | Doubt, _SaidAt]]] = {}
        self._told: dict[_SaidAt, int] = {}
        self._crashes: dict[int, list[Crash]] = {}

    def look(self, index: int) -> None:
        number, subject = self._subjects[index]
        world = self._worlds[number]
        said: list[tuple[Rule, Fault | Doubt, _SaidAt]] = []
        for rule in self._plan.rules(subject, world):
            try:
                for one in self._checks[rule.id](subject, world):
                    said.append((rule, one, _place(rule, one)))  # noqa: PERF401 - mostly there is nothing to extend by
            except MemoryError:
                raise
            except Exception as error:
                self._crashes.setdefault(index, []).append(_crashed(error, rule, subject))
        self.said[index] = said

    def lacks_nothing(self, index: int) -> bool:
        number, subject = self._subjects[index]
        with suppress(Exception):  # whoever looks will say where it fails
            return not isinstance(subject, Resource) or lacks_nothing(subject, self._worlds[number])
        return False

    def sum_up(self, index: int, result: Ran) -> None:
        """Add what was said of a subject; those before it have their turn first."""
        number, _ = self._subjects[index]
        own: list[tuple[Rule, Fault]] = []
        for rule, said, at in self.said[index]:
            if self._told.setdefault(at, number) != number:
                continue
            if isinstance(said, Fault):
                own.append((rule, said))
            else:
                result.doubts.append(said)
        told_best = _foremost(own) if own else own
        if len(told_best) > MOST_FAULTS:
            told_best, left = _first(told_best)
            result.left += left
        result.faults += told_best
        result.crashes += self._crashes.get(index, ())
        if not self.said[index] and index not in self._crashes:
            result.silent.add(index)
        self.said[index] = ()


def _crashed(error: Exception, rule: Rule, subject: Subject) -> Crash:
    work = f"the rule `{rule.slug}`"
    if isinstance(subject, Change):
        subject = subject.new
    if isinstance(subject, Resource):
        return crash(error, work, subject.document, subject, rule.slug, rule.pack)
    document = subject if isinstance(subject, Document) else subject.at.document
    return crash(error, work, document, None, rule.slug, rule.pack)


class _Plan:
    """Which rules to ask about a subject, in their order: those for its kind, where there is what they are about."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._of_kind: dict[tuple[type, bool], _OfKind] = {}

    def rules(self, subject: Subject, world: World) -> Sequence[Rule]:
        kind = type(subject), isinstance(subject, Resource) and subject.fragment
        if (of_kind := self._of_kind.get(kind)) is None:
            of_kind = self._of_kind[kind] = _OfKind(
                [
                    rule
                    for rule in self._rules
                    if issubclass(kind[0], rule.meta.subject) and kind[1] <= rule.meta.fragments
                ]
            )
        return of_kind.asked(subject, world)


class _OfKind:
    """The rules for subjects of one kind, by what their questions answer."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._questions = tuple({rule.meta.about: None for rule in rules if rule.meta.about is not None})
        self._by_answers: dict[tuple[bool, ...], tuple[Rule, ...]] = {}

    def asked(self, subject: Subject, world: World) -> tuple[Rule, ...]:
        try:
            answers = tuple([bool(question(subject, world)) for question in self._questions])
        except MemoryError:
            raise
        except Exception:  # a rule that asks the same will say where it fails
            return tuple(self._rules)
        if (found := self._by_answers.get(answers)) is None:
            empty = {question for question, answer in zip(self._questions, answers, strict=True) if not answer}
            found = tuple(rule for rule in self._rules if rule.meta.about not in empty)
            self._by_answers[answers] = found
        return found


_SaidAt = tuple[str, type, int, Path | Span]
"""Which rule says something, whether a fault or a doubt, and where that is written."""


def _place(rule: Rule, said: Fault | Doubt) -> _SaidAt:
    place = said.place
    if isinstance(place, Spot):
        return rule.id, type(said), id(place.document), place.span
    written = place.resource.written(place.path)
    return rule.id, type(said), id(written.document), written.path


def _foremost(faults: list[tuple[Rule, Fault]]) -> list[tuple[Rule, Fault]]:
    """The faults over which none of a higher rank stands, so that each is told once, and by who tells it best."""
    at: dict[tuple[int, Path], list[tuple[Rule, Fault]]] = {}
    idle: set[tuple[int, Path]] = set()
    for rule, fault in faults:
        if isinstance(fault.place, Place):
            field = (id(fault.place.resource), fault.place.path)
            at.setdefault(field, []).append((rule, fault))
            if rule.meta.rank > 0 and fault.effect is Effect.IGNORED:
                idle.add(field)

    def is_behind(rule: Rule, fault: Fault) -> bool:
        if isinstance(fault.place, Spot):
            return False
        owner, path = id(fault.place.resource), fault.place.path
        if rule.meta.rank < 1 and any((owner, path[:length]) in idle for length in range(1, len(path))):
            return True
        return any(_stands_over(other, said, rule, fault) for other, said in at[owner, path])

    return [(rule, fault) for rule, fault in faults if not is_behind(rule, fault)]


def _stands_over(higher: Rule, said: Fault, rule: Rule, fault: Fault) -> bool:
    """Whether the one makes the other superfluous at the same field; a refusal gives way to refusals alone, but for a
    field that is gone before."""
    if higher.meta.rank <= rule.meta.rank:
        return False
    return higher.meta.rank > 0 or fault.effect is not Effect.REJECTED or said.effect is Effect.REJECTED


def _first(faults: list[tuple[Rule, Fault]]) -> tuple[list[tuple[Rule, Fault]], list[Left]]:
    """The first faults of each rule and effect, and what is left of them."""
    numbers: Counter[tuple[str, Effect]] = Counter()
    first: list[tuple[Rule, Fault]] = []
    beyond: dict[tuple[str, Effect], tuple[Rule, Fault]] = {}
    for rule, fault in faults:
        kind = rule.id, fault.effect
        numbers[kind] += 1
        if numbers[kind] <= MOST_FAULTS:
            first.append((rule, fault))
        else:
            beyond.setdefault(kind, (rule, fault))
    return first, [Left(*one, numbers[kind] - MOST_FAULTS) for kind, one in beyond.items()]


def left_out(left: Left) -> Skipped:
    """What a report says of faults that it does not show."""
    document, span = where(left.fault.place)
    about = left.fault.place.resource if isinstance(left.fault.place, Place) else document.file
    reason = f"`{left.rule.slug}` has {left.number:,} more findings about `{about}`, from here on"
    return Skipped(document.file, span.line, f"{reason}: the first {MOST_FAULTS:,} of one object are shown")


def levelled(findings: Iterable[tuple[Rule, Finding]], config: Config) -> Iterator[Finding]:
    """The findings with the levels that the configuration gives them, without those that it turns off."""
    for rule, finding in findings:
        level = config.level(rule, finding.effect, finding.file)
        if level is not None:
            yield finding if level is finding.level else replace(finding, level=level)
