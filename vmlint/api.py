"""The engine's front: open the world, run the rules, filter."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vmlint import registry
from vmlint.cache import Cache
from vmlint.config.config import Config
from vmlint.config.file import load_for
from vmlint.engine.judged import Judged
from vmlint.engine.load import NOTHING, Progress
from vmlint.engine.run import Others, Quiet, Ran, Subject, left_out, levelled, quiet, run, subjects_of
from vmlint.engine.silent import ends
from vmlint.engine.workspace import Opened, Past, begin, finish
from vmlint.findings.baseline import Baseline
from vmlint.findings.finding import Counts, Finding, Report, Undecided
from vmlint.findings.location import located, undecided
from vmlint.findings.suppress import Silence, Told, marks
from vmlint.graph.resolution import State
from vmlint.model.crash import Crash, crash
from vmlint.model.resource import Place, Resource
from vmlint.model.suppression import Suppression
from vmlint.parallel.split import shared
from vmlint.rule import Doubt, Fault, Rule, Spot
from vmlint.runtime.gc_control import lasting, no_garbage
from vmlint.runtime.profiling import stage
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.version import VERSION
from vmlint.world import World
from vmlint.world.change import Change

if TYPE_CHECKING:
    from vmlint.cache.earlier import Earlier
    from vmlint.impact.model import Impact
    from vmlint.impact.touched import Touched
    from vmlint.source.git import Difference

__all__ = ["check", "diff", "judge"]


def check(
    paths: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    rules: Iterable[str] = (),
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    changed: str | Difference | None = None,
    instead: Mapping[str, bytes] | None = None,
    partial: bool = False,
    cache: Cache | None = None,
    jobs: int | None = 1,
    **overrides: Any,
) -> Report:
    """Lint the manifests under some paths; `-` is standard input, no path means the configuration's, else `.`.

    Without a configuration the one that stands above the first path is used; keywords override single settings, by
    the names of `Config`. `rules` are packs of rules besides those of the configuration and those that are installed:
    paths, and names of modules. With `changed`, a revision of git, only what the files touch that differ from the last
    commit in common with it is reported. `instead` has the contents of files, by their names in findings, that count in
    the place of those on disk. With `partial`, Ctrl-C while the rules run ends that, and the report says how far it
    came. What the `cache` knows is not worked out again. `jobs` is how many processes may do the work, None for
    as many as are worth it. Raises UsageError, ConfigError and NothingToRead. What can't be read is a finding.
    """
    given = list(paths)
    chosen = load_for(given, known_rules=registry.known(rules)) if config is None else config.knowing(rules)
    with no_garbage():
        gathering = begin(given, chosen, overrides, stdin=stdin, progress=progress, changed=changed, instead=instead)

        def judged(earlier: Earlier | None) -> Judged:
            with shared(gathering, 1 if earlier else jobs, _looked_at) as share:
                known = earlier.known if earlier else share.known if share else NOTHING
                opened = lasting(lambda: finish(gathering, progress, known))
                return _judged(opened, progress, partial=partial, others=share, earlier=earlier)

        return cache.report(gathering, judged) if cache else judged(None).report


def diff(
    before: Iterable[str | Path],
    after: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    progress: Progress | None = None,
    **overrides: Any,
) -> Impact:
    """What happens to a running cluster when its manifests are edited.

    `before` are the paths of the manifests that were applied and run, `after` those of the edited ones. Settings are
    those of `check`. Raises UsageError, ConfigError and NothingToRead.
    """
    from vmlint.engine.states import folders
    from vmlint.impact.compare import compare

    old, new = list(before), list(after)
    chosen = load_for(new) if config is None else config
    with no_garbage():
        states = lasting(lambda: folders(old, new, chosen, overrides, progress=progress))
        return compare(states.before, states.after, (", ".join(map(str, old)), ", ".join(map(str, new))))


def judge(
    opened: Opened,
    progress: Progress | None = None,
    *,
    partial: bool = False,
    today: datetime.date | None = None,
    others: Others | None = None,
) -> Report:
    """What the rules say of a world that is open already. `today` tells which suppressions have expired. `others` may
    look at a part of the objects.

    Where a rule failed stands in the report's `crashes`, and is a finding that nothing suppresses.
    """
    return _judged(opened, progress, partial=partial, today=today, others=others).report


def _judged(
    opened: Opened,
    progress: Progress | None = None,
    *,
    partial: bool = False,
    today: datetime.date | None = None,
    others: Others | None = None,
    earlier: Earlier | None = None,
) -> Judged:
    touched = _touched(opened, opened.past) if opened.past else None
    running = _running(opened.settings, changes=touched is not None)
    subjects = _subjects(opened, touched.changes if touched else ())
    with stage("judge"):
        known = earlier.quiet(opened, subjects) if earlier else {}
        ran = run(running, opened.worlds, subjects, progress, partial=partial, quiet=known, others=others)
    with stage("sum up"):
        report = _summed_up(opened, running, subjects, ran, touched, today or datetime.date.today())
    return Judged(report, opened, subjects, ran)


def _running(settings: Config, *, changes: bool) -> tuple[Rule, ...]:
    """The rules that are asked, those about changes where there are any."""
    rules = (rule for rule in settings.all_rules() if changes or rule.meta.subject is not Change)
    return tuple(rule for rule in rules if settings.runs(rule))


def _subjects(opened: Opened, changes: Iterable[tuple[int, Change]] = ()) -> list[tuple[int, Subject]]:
    repository = opened.repository
    return subjects_of((*repository.documents, *repository.failed), opened.worlds, changes)


def _looked_at(opened: Opened) -> tuple[list[tuple[int, Subject]], Quiet]:
    """What a worker looks at, and what it asks of each subject."""
    subjects = _subjects(opened)
    return subjects, quiet(_running(opened.settings, changes=False), opened.worlds, subjects)


def _touched(opened: Opened, past: Past) -> Touched:
    from vmlint.impact.touched import Touched

    return Touched(opened, past)


def _summed_up(
    opened: Opened,
    running: tuple[Rule, ...],
    subjects: Sequence[tuple[int, Subject]],
    ran: Ran,
    touched: Touched | None,
    today: datetime.date,
) -> Report:
    """The report of what was said: without what is suppressed, and with what is to be said of suppressions."""
    settings, repository, world, worlds, _ = opened
    rules = settings.all_rules()
    crashes = [*repository.crashes, *ran.crashes]
    left = [one for one in ran.left if _is_shown(one.rule, one.fault, settings)]
    doubts = [
        *ran.doubts,
        *(Doubt(_start(one.document), one.error) for one in crashes),
        *(Doubt(one.fault.place, one.fault.message) for one in left),
    ]
    silence = Silence(
        marks(repository.commented, repository.resources, settings),
        settings,
        known=rules,
        running=running,
        today=today,
    )
    told = list(_told(ran.faults, settings, crashes))
    shown, suppressed = silence.split(told)
    suppressions = silence.judged(shown, doubts, world.cluster.resources) if ran.stopped is None else []
    said = [(rule, fault) for one in suppressions for rule in running for fault in _faults(rule, one, world)]
    about = list(_told(said, settings, crashes))
    more, also = silence.split(about)
    findings = sorted((told.finding for told in (*shown, *more)), key=lambda finding: finding.order)
    idle = {rule.id for rule in rules if rule not in running or ran.stopped is not None}
    known = Baseline.of(settings.baseline).taken_from(findings, idle)
    asked = [doubt for doubt in ran.doubts if touched is None or touched.has(doubt.place)]
    crashes = [one for one in crashes if _wanted(one, settings)]
    telling = [rule for rule in rules if crashes and rule.meta.subject is Crash]
    failed = [_crashed(rule, fault) for rule in telling for one in crashes for fault in _faults(rule, one, world)]
    report = Report(
        version=VERSION,
        findings=tuple(known.new),
        skipped=tuple(sorted({*repository.skipped, *map(left_out, left)})) if left else repository.skipped,
        undecided=tuple(sorted({undecided(doubt) for doubt in asked}, key=_order)),
        counts=_counted(repository.counts, worlds, subjects, ran),
        rules=(*running, *(rule for rule in telling if rule not in running)),
        suppressed=tuple(sorted((*suppressed, *also, *known.suppressed), key=lambda one: one.finding.order)),
        suppressions=tuple(suppressions),
        stale=known.stale,
        baseline=settings.baseline,
        crashes=tuple(crashes),
        stopped=ran.stopped,
    )
    if touched:
        report = touched.part_of(report, [*told, *about])
    return replace(report, findings=tuple(sorted((*report.findings, *failed), key=lambda finding: finding.order)))


def _told(faults: Iterable[tuple[Rule, Fault]], settings: Config, crashes: list[Crash]) -> Iterator[Told]:
    """The faults as findings, without those that the settings turn off. One whose place can't be told is a crash."""
    for rule, fault in faults:
        try:
            finding = located(rule, fault)
        except MemoryError:
            raise
        except Exception as error:
            resource = fault.place.resource if isinstance(fault.place, Place) else None
            work = f"the place of what `{rule.slug}` says"
            crashes.append(crash(error, work, _document(fault.place), resource, rule.slug, rule.pack))
            continue
        for shown in levelled([(rule, finding)], settings):
            yield Told(rule, fault, shown)


def _is_shown(rule: Rule, fault: Fault, settings: Config) -> bool:
    return settings.level(rule, fault.effect, _document(fault.place).file) is not None


def _crashed(rule: Rule, fault: Fault) -> Finding:
    """The finding of a crash, at the start of the document where its object has no place."""
    try:
        return located(rule, fault)
    except MemoryError:
        raise
    except Exception:
        return located(rule, replace(fault, place=_start(_document(fault.place))))


def _start(document: Document) -> Spot:
    return Spot(document, Span(document.line, 1, document.line, 1))


def _document(place: Place | Spot) -> Document:
    return place.document if isinstance(place, Spot) else place.resource.document


def _faults(rule: Rule, subject: Suppression | Crash, world: World) -> Iterator[Fault]:
    """What a rule about suppressions, or about crashes, says of one."""
    if isinstance(subject, rule.meta.subject):
        yield from (said for said in rule.check(subject, world) if isinstance(said, Fault))


def _wanted(one: Crash, settings: Config) -> bool:
    """Whether the settings have the rule that failed run on the file."""
    return not any(
        rule.slug == one.rule and settings.level(rule, rule.meta.effect, one.document.file) is None
        for rule in settings.all_rules()
    )


def _order(item: Undecided) -> tuple[str, int, str, str]:
    return item.file, item.line, str(item.resource or ""), item.reason


def _counted(counts: Counts, worlds: Sequence[World], subjects: Sequence[tuple[int, Subject]], ran: Ran) -> Counts:
    """The references of the linted objects that lead outside, and those that nobody can follow; each place once."""
    found = {end for known in ran.quiet.values() for end in known}
    for index, (number, subject) in enumerate(subjects):
        if index not in ran.quiet and isinstance(subject, Resource):
            found.update(ends(subject, worlds[number]))
    states = [State(state) for *_, state in found]
    return replace(counts, outside=states.count(State.OUTSIDE), unknown=states.count(State.UNKNOWN))
