"""Runs the rules over the objects of a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from itertools import zip_longest

from vmlint.config.config import Config
from vmlint.engine.consequences import Faults, first_causes
from vmlint.engine.plan import Plan
from vmlint.engine.request import Progress
from vmlint.engine.reuse import NO_FINDING, Judged, Reuse
from vmlint.engine.silent import Ends, ends, is_complete
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject, Subject, subjects_of
from vmlint.findings.finding import Finding, Undecided
from vmlint.findings.location import document_of, located
from vmlint.model.crash import Crash, crash
from vmlint.model.field import Path
from vmlint.model.resource import Place, Resource
from vmlint.record import Record
from vmlint.rule import Change, Doubt, Effect, Fault, Rule, Spot
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.world import World

__all__ = [
    "MOST_FAULTS",
    "Analysis",
    "SubjectCheck",
    "Truncated",
    "analyse",
    "rules_of",
    "subject_check",
    "subjects_in",
]

MOST_FAULTS = 1000
"""The most faults of one rule and effect that are reported of one object. What is more is counted."""


class Truncated(Record):
    """Violations that are not reported: how many like this one, the first of them, beside those that are `shown`."""

    rule: Rule
    fault: Fault
    number: int
    shown: int


class Analysis:
    """What the rules find in a snapshot: violations, undecided questions, and where a rule failed.

    `reused` are the subjects, by their numbers, that others have found to be without findings, with the ends of their
    references; `ends` has those of subjects in which others found something, and `located` the findings that they made
    of it, by the ids of the faults. `silent` are the subjects for which no rule had anything to report. `judged` is
    what was found in each subject, where a later analysis wants that. `stopped` is how many subjects were looked at, of
    how many, where Ctrl-C ended the analysis; else None.
    """

    def __init__(self, snapshot: Snapshot, rules: Sequence[Rule], subjects: Sequence[NumberedSubject]) -> None:
        self.snapshot = snapshot
        self.rules = rules
        self.subjects = subjects
        self.violations: list[tuple[Rule, Fault]] = []
        self.doubts: list[Doubt] = []
        self.crashes: list[Crash] = []
        self.truncated: list[Truncated] = []
        self.reused: dict[int, Ends] = {}
        self.ends: dict[int, Ends] = {}
        self.located: dict[int, Finding] = {}
        self.undecided: dict[int, Undecided] = {}
        self.silent: set[int] = set()
        self.judged: dict[int, Judged] = {}
        self.found: dict[int, Judged] = {}
        self.stopped: tuple[int, int] | None = None


def rules_of(settings: Config, *, about_changes: bool) -> tuple[Rule, ...]:
    """The rules that are checked under some settings; those about changes only where there are any."""
    rules = (rule for rule in settings.all_rules() if about_changes or rule.meta.subject is not Change)
    return tuple(rule for rule in rules if settings.runs(rule))


def subjects_in(snapshot: Snapshot, changes: Iterable[tuple[int, Change]] = ()) -> list[NumberedSubject]:
    """What the rules are asked about in a snapshot."""
    repository = snapshot.repository
    return subjects_of((*repository.documents, *repository.problems), snapshot.worlds, changes)


SubjectCheck = Callable[[int], tuple[Judged, Ends] | None]


def subject_check(snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> SubjectCheck:
    """Called with a subject's number: what the rules find in it, with the findings, and where its references end.

    None where vmlint fails, which others can't use.
    """
    analysis = Analysis(snapshot, rules_of(snapshot.settings, about_changes=False), subjects)
    checking = _Checking(analysis, {}, keeps=False)

    def check(index: int) -> tuple[Judged, Ends] | None:
        number, subject = subjects[index]
        try:
            judged = checking.check(index)
            where = ends(subject, snapshot.worlds[number]) if isinstance(subject, Resource) else ()
        except Exception:
            return None
        is_whole = not judged.crashes and len(judged.findings) == len(judged.faults)
        return (judged, where) if is_whole else None

    return check


def analyse(
    snapshot: Snapshot,
    reuse: Reuse,
    *,
    changes: Iterable[tuple[int, Change]] | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> Analysis:
    """What every rule finds in every subject, in the order of subjects, then rules.

    With `changes` the rules about changes run too. What several worlds leave undecided at one place is counted once;
    their violations are merged when it is decided which of them are reported (`summary`). A rule that fails on a
    subject takes nothing else with it. With `partial`, Ctrl-C ends the analysis with what was found until
    then.
    """
    subjects = subjects_in(snapshot, changes or ())
    analysis = Analysis(snapshot, rules_of(snapshot.settings, about_changes=changes is not None), subjects)
    analysis.reused.update(reuse.silent(snapshot, subjects))
    judged = reuse.judged(snapshot, subjects)
    checking = _Checking(analysis, judged, keeps=reuse.keeps)
    worlds = snapshot.worlds
    done = len(analysis.reused)

    def count(number: int) -> None:
        nonlocal done
        done += number
        if progress:
            progress("checking", min(done, len(subjects)), len(subjects))

    def collect(*, wait: bool) -> None:
        for looked_at, results in reuse.results(wait=wait):
            for index, (found, where) in results.items():
                number, subject = subjects[index]
                if found == NO_FINDING:
                    analysis.reused[index] = where
                elif not isinstance(subject, Resource) or not worlds[number].is_updated(subject):  # see `Workers`
                    checking.judged[index], analysis.ends[index] = found, where
            count(looked_at)

    def check(indexes: Iterable[int]) -> None:
        for index in indexes:
            if index not in judged and index not in analysis.reused and index not in checking.judged:
                checking.judged[index] = checking.check(index)
                count(1)

    try:
        for index in (*analysis.reused, *(index for index, known in judged.items() if known.complete)):
            number, subject = subjects[index]
            worlds[number].vms.take_as_complete(subject)
        for portion in reuse.portions(snapshot, subjects):
            check(portion)
            collect(wait=False)
        collect(wait=True)
        check(range(len(subjects)))  # what the others have not come to
    except KeyboardInterrupt:
        if not partial:
            raise
        analysis.stopped = done, len(subjects)
    for index in range(len(subjects)):
        if index in judged:
            checking.take(index)
        elif index in checking.judged:
            checking.add(index)
    return analysis


class _Checking:
    """What the rules find in the subjects that were checked, by their numbers."""

    def __init__(self, analysis: Analysis, judged: Mapping[int, Judged], *, keeps: bool) -> None:
        rules = analysis.rules
        self._known = judged
        self._keeps = keeps
        self._plan = Plan(rules)
        self._plans: dict[Set[str], Plan] = {}
        self._analysis = analysis
        self._worlds = analysis.snapshot.worlds
        self._subjects = analysis.subjects
        self.judged: dict[int, Judged] = {}
        self._world_at: dict[_At, int] = {}
        self._placed: set[Document] = set()
        """The documents whose positions are kept."""

    def check(self, index: int) -> Judged:
        """What the rules find in a subject, with the findings; without, where one has no place, and where a later
        analysis wants the faults: by then the places may be others."""
        judged = self.judge(index)
        if self._keeps or not judged.faults:
            return judged
        try:
            findings = [located(rule, fault) for rule, fault in judged.faults]
        except MemoryError:
            raise
        except Exception:  # whoever makes the report says where that fails
            return judged
        self._keep_places({document_of(fault.place) for _, fault in judged.faults})
        return judged._replace(findings=findings)

    def _keep_places(self, documents: set[Document]) -> None:
        """Have the positions of some documents alone: a document may have many subjects, which follow each other."""
        for one in self._placed - documents:
            one.forget_places()
        self._placed = documents

    def judge(self, index: int) -> Judged:
        """What the rules find in a subject. A rule that fails takes nothing else with it."""
        number, subject = self._subjects[index]
        world = self._worlds[number]
        own: list[tuple[Rule, Fault]] = []
        doubts: list[tuple[Rule, Doubt]] = []
        crashes: list[Crash] = []
        for rule, check in self._plan.checks(subject, world):
            try:
                for answer in check(subject, world):
                    if isinstance(answer, Fault):
                        own.append((rule, answer))
                    else:
                        doubts.append((rule, answer))
            except MemoryError:
                raise
            except Exception as error:
                crashes.append(_crashed(error, rule, subject))
        if not own and not doubts and not crashes:
            return NO_FINDING if not self._keeps or self.lacks_nothing(index) else _LACKING
        foremost: Faults = _foremost(own) if own else own
        if isinstance(subject, Resource) and len(foremost) > 1:
            foremost = first_causes(subject, foremost, lambda other, rules: self._judged(other, rules, world))
        truncated: Sequence[Truncated] = ()
        if len(foremost) > MOST_FAULTS:
            foremost, truncated = _first(foremost)
        return Judged(foremost, truncated, doubts, crashes, self._keeps and self.lacks_nothing(index))

    def _judged(self, resource: Resource, ids: Set[str], world: World) -> set[tuple[str, Path]]:
        """Those of some rules that report something of an object that is not in the files, each with the field."""
        world.memo.keep(resource)  # the world knows objects by their identity
        reported = set()
        if (plan := self._plans.get(ids)) is None:
            plan = self._plans[ids] = Plan([rule for rule in self._analysis.rules if rule.id in ids])
        for rule, check in plan.checks(resource, world):
            with suppress(Exception):
                for fault in check(resource, world):
                    if isinstance(fault, Fault) and isinstance(fault.place, Place):
                        reported.add((rule.id, fault.place.path))
        return reported

    def lacks_nothing(self, index: int) -> bool:
        number, subject = self._subjects[index]
        return is_complete(subject, self._worlds[number])

    def add(self, index: int) -> None:
        """Add what was found in a subject to the analysis; those before it come first."""
        self._add(index, self.judged[index])

    def take(self, index: int) -> None:
        """Add what an earlier analysis has found in a subject."""
        known = self._known[index]
        if known.ends is not None:
            self._analysis.ends[index] = known.ends
        self._add(index, known)

    def _add(self, index: int, judged: Judged) -> None:
        analysis = self._analysis
        if self._keeps:
            analysis.judged[index] = judged
        if not judged.faults and not judged.doubts and not judged.crashes:
            analysis.silent.add(index)
            return
        analysis.found[index] = judged
        analysis.violations += judged.faults
        analysis.truncated += [Truncated(*one) for one in judged.truncated]
        analysis.crashes += judged.crashes
        for (_, fault), finding in zip(judged.faults, judged.findings, strict=False):
            analysis.located[id(fault)] = finding
        number, _ = self._subjects[index]
        for (rule, doubt), known in zip_longest(judged.doubts, judged.undecided):
            at = (rule.id, id(known[0].document), known[0].path) if known else _place(rule, doubt)
            if self._world_at.setdefault(at, number) == number:
                analysis.doubts.append(doubt)
            if known:
                analysis.undecided[id(doubt)] = known[1]


_LACKING = Judged(complete=False)


def _crashed(error: Exception, rule: Rule, subject: Subject) -> Crash:
    work = f"the rule `{rule.slug}`"
    if isinstance(subject, Change):
        subject = subject.new
    if isinstance(subject, Resource):
        return crash(error, work, subject.document, subject, rule.slug, rule.pack)
    document = subject if isinstance(subject, Document) else subject.at.document
    return crash(error, work, document, None, rule.slug, rule.pack)


_At = tuple[str, int, Path | Span]
"""Which rule leaves something undecided, and where that is written."""


def _place(rule: Rule, doubt: Doubt) -> _At:
    place = doubt.place
    if isinstance(place, Spot):
        return rule.id, id(place.document), place.span
    written = place.resource.written(place.path)
    return rule.id, id(written.document), written.path


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
        return any(_stands_over(other, shown, rule, fault) for other, shown in at[owner, path])

    return [(rule, fault) for rule, fault in faults if not is_behind(rule, fault)]


def _stands_over(higher: Rule, shown: Fault, rule: Rule, fault: Fault) -> bool:
    """Whether the one makes the other superfluous at the same field; a refusal gives way to refusals alone, but for a
    field that is gone before."""
    if higher.meta.rank <= rule.meta.rank:
        return False
    return higher.meta.rank > 0 or fault.effect is not Effect.REJECTED or shown.effect is Effect.REJECTED


def _first(faults: Faults) -> tuple[list[tuple[Rule, Fault]], list[Truncated]]:
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
    return first, [Truncated(*one, numbers[kind] - MOST_FAULTS, MOST_FAULTS) for kind, one in beyond.items()]
