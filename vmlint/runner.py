"""Runs the rules over the objects, and turns what they say into findings with places in the files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vmlint.change import Change
from vmlint.config import Config
from vmlint.crash import Crash, crash
from vmlint.finding import Finding, ObjectId, Step, Undecided
from vmlint.gitops.failed import Failed
from vmlint.load import Progress
from vmlint.mending import mend
from vmlint.model.chain import Hop
from vmlint.model.field import Path, render
from vmlint.model.resource import Place, Resource
from vmlint.profiling import watched
from vmlint.rule import Doubt, Effect, Fault, Rule, Spot
from vmlint.source.discover import STDIN_NAME
from vmlint.source.document import Document, Skipped
from vmlint.source.span import Span
from vmlint.workers import available, silent, worthwhile
from vmlint.world import World

__all__ = [
    "MOST_FAULTS",
    "Left",
    "Ran",
    "left_out",
    "levelled",
    "located",
    "object_id",
    "reach",
    "run",
    "step",
    "undecided",
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

    `stopped` is how many subjects were looked at, of how many, where Ctrl-C ended that; else None.
    """

    faults: list[tuple[Rule, Fault]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    stopped: tuple[int, int] | None = None


def run(
    rules: Sequence[Rule],
    documents: Sequence[Document | Failed],
    worlds: Sequence[World],
    progress: Progress | None = None,
    changes: Sequence[tuple[int, Change]] = (),
    *,
    partial: bool = False,
    jobs: int | None = 1,
) -> Ran:
    """What every rule says of every subject, in the order of worlds, then subjects, then rules.

    What is said of one place in several worlds is told once. `changes` have the numbers of their worlds. A rule that
    fails on a subject takes nothing else with it. With `partial`, Ctrl-C ends the run with what was said until then.
    `jobs` is how many processes may look, None for as many as are worth it.
    """
    result = Ran()
    plan = _Plan(rules)
    told: dict[_Said, int] = {}
    total = len(documents) + sum(len(world.cluster.resources) for world in worlds) + len(changes)
    checks = {rule.id: watched(rule.slug, rule.check) for rule in rules}
    done = 0
    subjects = [*_subjects(documents, worlds), *changes]

    def is_silent(index: int) -> bool:
        number, subject = subjects[index]
        with suppress(Exception):
            asked = plan.rules(subject, worlds[number])
            return not any(True for rule in asked for _ in rule.check(subject, worlds[number]))
        return False

    def looked(done: int) -> None:
        if progress:
            progress("checking", done, total)

    try:
        workers = worthwhile(len(subjects)) if jobs is None else min(jobs, available())
        quiet = silent(len(subjects), is_silent, workers, looked)
        for done, (number, subject) in enumerate(subjects, 1):
            if done - 1 in quiet:
                continue
            own: list[tuple[Rule, Fault]] = []
            for rule in plan.rules(subject, worlds[number]):
                try:
                    for said in checks[rule.id](subject, worlds[number]):
                        if told.setdefault(_said(rule, said), number) != number:
                            continue
                        if isinstance(said, Fault):
                            own.append((rule, said))
                        else:
                            result.doubts.append(said)
                except Exception as error:
                    result.crashes.append(_crashed(error, rule, subject))
            told_best = _foremost(own) if own else own
            if len(told_best) > MOST_FAULTS:
                told_best, left = _first(told_best)
                result.left += left
            result.faults += told_best
            if not quiet:
                looked(done)
        if quiet:
            looked(total)
    except KeyboardInterrupt:
        if not partial:
            raise
        result.stopped = max(done - 1, 0), total
    return result


def _crashed(error: Exception, rule: Rule, subject: _Subject) -> Crash:
    work = f"the rule `{rule.slug}`"
    if isinstance(subject, Change):
        subject = subject.new
    if isinstance(subject, Resource):
        return crash(error, work, subject.document, subject, rule.slug, rule.pack)
    document = subject if isinstance(subject, Document) else subject.at.document
    return crash(error, work, document, None, rule.slug, rule.pack)


_Subject = Document | Failed | Resource | Change


class _Plan:
    """Which rules to ask about a subject, in their order: those for its kind, where there is what they are about."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._of_kind: dict[tuple[type, bool], _OfKind] = {}

    def rules(self, subject: _Subject, world: World) -> Sequence[Rule]:
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

    def asked(self, subject: _Subject, world: World) -> tuple[Rule, ...]:
        try:
            answers = tuple([bool(question(subject, world)) for question in self._questions])
        except Exception:  # a rule that asks the same will say where it fails
            return tuple(self._rules)
        if (found := self._by_answers.get(answers)) is None:
            empty = {question for question, answer in zip(self._questions, answers, strict=True) if not answer}
            found = tuple(rule for rule in self._rules if rule.meta.about not in empty)
            self._by_answers[answers] = found
        return found


_Said = tuple[str, type, int, Path | Span]
"""Which rule says something, whether a fault or a doubt, and where that is written."""


def _said(rule: Rule, said: Fault | Doubt) -> _Said:
    place = said.place
    if isinstance(place, Spot):
        return rule.id, type(said), id(place.document), place.span
    written = place.resource.written(place.path)
    return rule.id, type(said), id(written.document), written.path


def _subjects(documents: Iterable[Document | Failed], worlds: Sequence[World]) -> Iterator[tuple[int, _Subject]]:
    """Every subject with the number of its world; documents are the same in all."""
    for document in documents:
        yield 0, document
    for number, world in enumerate(worlds):
        for resource in world.cluster.resources:
            if resource.linted:
                yield number, resource


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
    document, span = _where(left.fault.place)
    about = left.fault.place.resource if isinstance(left.fault.place, Place) else document.file
    reason = f"`{left.rule.slug}` has {left.number:,} more findings about `{about}`, from here on"
    return Skipped(document.file, span.line, f"{reason}: the first {MOST_FAULTS:,} of one object are shown")


def located(rule: Rule, fault: Fault) -> Finding:
    """The finding of a fault: fields become lines and columns. Only here are positions looked up."""
    place = fault.place
    resource = place.resource if isinstance(place, Place) else None
    document, span = _where(place)
    return Finding(
        rule=rule.id,
        slug=rule.slug,
        effect=fault.effect,
        level=rule.meta.level_of(fault.effect),
        resource=object_id(resource) if resource is not None else None,
        field=render(place.path) if isinstance(place, Place) else "",
        message=fault.message,
        fix=fault.fix,
        file=document.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        chain=(*(step(hop) for hop in fault.chain), *_template(document)),
        excerpt=document.line_text(span.line),
        mend=mend(fault) if fault.edits else None,
    )


def _template(document: Document) -> Iterator[Step]:
    """The template of a Helm chart that made a document of standard input: Helm names it in a comment."""
    if document.file == STDIN_NAME and (found := _SOURCE.search(document.text, 0, _HEAD)):
        yield Step(f"made by the template `{found[1]}`", "", 0)


_HEAD = 2000
"""The characters of a document in which Helm's comment stands."""

_SOURCE = re.compile(r"^# Source: (\S+)$", re.MULTILINE)


def levelled(findings: Iterable[tuple[Rule, Finding]], config: Config) -> Iterator[Finding]:
    """The findings with the levels that the configuration gives them, without those that it turns off."""
    for rule, finding in findings:
        level = config.level(rule, finding.effect, finding.file)
        if level is not None:
            yield finding if level is finding.level else replace(finding, level=level)


def undecided(doubt: Doubt) -> Undecided:
    """The doubt of a rule as a report shows it."""
    document, span = _where(doubt.place)
    resource = doubt.place.resource if isinstance(doubt.place, Place) else None
    return Undecided(document.file, span.line, object_id(resource) if resource else None, doubt.reason)


def object_id(resource: Resource) -> ObjectId:
    return ObjectId(resource.api_version, resource.ref.kind, resource.ref.namespace, resource.ref.name)


def _where(place: Place | Spot) -> tuple[Document, Span]:
    if isinstance(place, Spot):
        return place.document, place.span
    document, path = place.resource.written(place.path)
    return document, document.key_span(path) if place.key else document.span(path)


def reach(place: Place | Spot) -> tuple[Document, int, int]:
    """The document of a place, and the first and last line of all that stands there."""
    if isinstance(place, Spot):
        return place.document, place.span.line, place.span.end_line
    document, path = place.resource.written(place.path)
    return document, *document.extent(path)


def step(hop: Hop) -> Step:
    """A hop as a report shows it."""
    if hop.place is None or not hop.place.resource.document.text:
        return Step(hop.text, "", 0)
    document, span = _where(hop.place)
    return Step(hop.text, document.file, span.line)
