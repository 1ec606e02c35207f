"""From an analysis to a report: located, with levels, suppressed, and without what the baseline knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from vmlint.config.config import Config
from vmlint.engine.analysis import Analysis, Truncated
from vmlint.engine.silent import ends
from vmlint.findings.baseline import Baseline
from vmlint.findings.finding import Counts, Finding, Report, Skipped, Undecided
from vmlint.findings.location import located, undecided, where
from vmlint.findings.merging import merged, merged_suppressed
from vmlint.findings.suppress import ReportedFault, Silence, marks
from vmlint.graph.resolution import State
from vmlint.model.crash import Crash, crash
from vmlint.model.resource import Place, Resource
from vmlint.model.suppression import Suppression
from vmlint.rule import Doubt, Fault, Rule, Spot
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.version import VERSION
from vmlint.world import World

if TYPE_CHECKING:
    import datetime

__all__ = ["Scope", "report_of"]


class Scope(Protocol):
    """A part of the repository that is reported, such as what a change touches."""

    def has(self, place: Place | Spot) -> bool:
        """Whether a place is in the part."""
        ...

    def part_of(self, report: Report, reported: Iterable[ReportedFault]) -> Report:
        """The report of the part; `reported` are all findings that were made."""
        ...


def report_of(analysis: Analysis, *, today: datetime.date | None = None, scope: Scope | None = None) -> Report:
    """The report of an analysis: without what is suppressed, and with what there is to report about suppressions.

    Levels, suppressions and the baseline are applied to the findings of each deployment; then equal ones are merged.

    `today` decides which suppressions have expired. With a `scope`, only what is in it is reported.
    """
    settings, repository = analysis.snapshot.settings, analysis.snapshot.repository
    world, running = analysis.snapshot.world, analysis.rules
    rules = settings.all_rules()
    crashes = [*repository.crashes, *analysis.crashes]
    truncated = [one for one in analysis.truncated if _is_shown(one.rule, one.fault, settings)]
    doubts = [
        *analysis.doubts,
        *(Doubt(_start(one.document), one.error) for one in crashes),
        *(Doubt(one.fault.place, one.fault.message) for one in truncated),
    ]
    silence = Silence(
        marks(repository.commented, repository.resources, settings),
        settings,
        known=rules,
        running=running,
        today=today,
    )
    reported = list(_reported(analysis.violations, settings, crashes, analysis.located))
    shown, suppressed = silence.split(reported)
    suppressions = silence.judged(shown, doubts, world.cluster.resources) if analysis.stopped is None else []
    violations = [(rule, fault) for one in suppressions for rule in running for fault in _faults(rule, one, world)]
    about = list(_reported(violations, settings, crashes, {}))
    more, also = silence.split(about)
    findings = sorted((reported.finding for reported in (*shown, *more)), key=lambda finding: finding.order)
    ran = frozenset(running) if analysis.stopped is None else frozenset()
    idle = {rule.id for rule in rules if rule not in ran}
    known = Baseline.of(settings.baseline).taken_from(findings, idle)
    asked = [doubt for doubt in analysis.doubts if scope is None or scope.has(doubt.place)]
    crashes = [one for one in crashes if _wanted(one, settings)]
    telling = [rule for rule in rules if crashes and rule.meta.subject is Crash]
    failed = [_crashed(rule, fault) for rule in telling for one in crashes for fault in _faults(rule, one, world)]
    report = Report(
        version=VERSION,
        findings=tuple(known.new),
        skipped=tuple(sorted({*repository.skipped, *map(_left_out, truncated)})) if truncated else repository.skipped,
        undecided=tuple(sorted({analysis.undecided.get(id(doubt)) or undecided(doubt) for doubt in asked}, key=_order)),
        counts=_counted(analysis),
        rules=(*running, *(rule for rule in telling if rule not in running)),
        suppressed=tuple(sorted((*suppressed, *also, *known.suppressed), key=lambda one: one.finding.order)),
        suppressions=tuple(suppressions),
        stale=known.stale,
        baseline=settings.baseline,
        crashes=tuple(crashes),
        stopped=analysis.stopped,
        strict=settings.strict,
    )
    if scope:
        report = scope.part_of(report, [*reported, *about])
    findings = sorted((*merged(report.findings), *failed), key=lambda finding: finding.order)
    return report._replace(findings=tuple(findings), suppressed=merged_suppressed(report.suppressed))


def _reported(
    faults: Iterable[tuple[Rule, Fault]], settings: Config, crashes: list[Crash], known: dict[int, Finding]
) -> Iterator[ReportedFault]:
    """The faults as findings, without those that the settings turn off. One without a known place is a crash.

    `known` are findings that are made already, by the ids of their faults, and gets those that are made now.
    """
    for rule, fault in faults:
        try:
            if (finding := known.get(id(fault))) is None:
                finding = known[id(fault)] = located(rule, fault)
        except MemoryError:
            raise
        except Exception as error:
            resource = fault.place.resource if isinstance(fault.place, Place) else None
            work = f"the place of a finding of `{rule.slug}`"
            crashes.append(crash(error, work, _document(fault.place), resource, rule.slug, rule.pack))
            continue
        for shown in _levelled([(rule, finding)], settings):
            yield ReportedFault(rule, fault, shown)


def _is_shown(rule: Rule, fault: Fault, settings: Config) -> bool:
    return settings.level(rule, fault.effect, _document(fault.place).file) is not None


def _crashed(rule: Rule, fault: Fault) -> Finding:
    """The finding of a crash, at the start of the document where its object has no place."""
    try:
        return located(rule, fault)
    except MemoryError:
        raise
    except Exception:
        return located(rule, fault._replace(place=_start(_document(fault.place))))


def _start(document: Document) -> Spot:
    return Spot(document, Span(document.line, 1, document.line, 1))


def _document(place: Place | Spot) -> Document:
    return place.document if isinstance(place, Spot) else place.resource.document


def _faults(rule: Rule, subject: Suppression | Crash, world: World) -> Iterator[Fault]:
    """The faults that a rule about suppressions, or about crashes, finds in one."""
    if isinstance(subject, rule.meta.subject):
        yield from (fault for fault in rule.check(subject, world) if isinstance(fault, Fault))


def _wanted(one: Crash, settings: Config) -> bool:
    """Whether the settings have the rule that failed run on the file."""
    return not any(
        rule.slug == one.rule and settings.level(rule, rule.meta.effect, one.document.file) is None
        for rule in settings.all_rules()
    )


def _order(item: Undecided) -> tuple[str, int, str, str]:
    return item.file, item.line, str(item.resource or ""), item.reason


def _counted(analysis: Analysis) -> Counts:
    """The references of the linted objects that lead outside, and those that nobody can follow; each place once."""
    snapshot = analysis.snapshot
    found = {end for known in (*analysis.reused.values(), *analysis.ends.values()) for end in known}
    for index, (number, subject) in enumerate(analysis.subjects):
        if index not in analysis.reused and index not in analysis.ends and isinstance(subject, Resource):
            found.update(ends(subject, snapshot.worlds[number]))
    states = [State(state) for *_, state in found]
    return snapshot.repository.counts._replace(outside=states.count(State.OUTSIDE), unknown=states.count(State.UNKNOWN))


def _left_out(truncated: Truncated) -> Skipped:
    """The entry of a report for faults that it does not show."""
    document, span = where(truncated.fault.place)
    about = truncated.fault.place.resource if isinstance(truncated.fault.place, Place) else document.file
    reason = f"`{truncated.rule.slug}` has {truncated.number:,} more findings about `{about}`, from here on"
    return Skipped(document.file, span.line, f"{reason}: the first {truncated.shown:,} of one object are shown")


def _levelled(findings: Iterable[tuple[Rule, Finding]], config: Config) -> Iterator[Finding]:
    """The findings with the levels that the configuration gives them, without those that it turns off."""
    for rule, finding in findings:
        level = config.level(rule, finding.effect, finding.file)
        if level is not None:
            yield finding if level is finding.level else finding._replace(level=level)
