"""Runs the rules over the objects, and turns what they say into findings with places in the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from vmlint.config import Config
from vmlint.finding import Finding, ObjectId, Step, Undecided
from vmlint.load import Progress
from vmlint.model.chain import Hop
from vmlint.model.field import render
from vmlint.model.resource import Place, Resource
from vmlint.rule import Doubt, Fault, Rule, Spot
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.world import World

__all__ = ["levelled", "located", "object_id", "run", "step", "undecided"]


def run(
    rules: Sequence[Rule], documents: Sequence[Document], world: World, progress: Progress | None = None
) -> tuple[list[tuple[Rule, Fault]], list[Doubt]]:
    """What every rule says of every subject, in the order of subjects, then rules."""
    faults: list[tuple[Rule, Fault]] = []
    doubts: list[Doubt] = []
    by_class: dict[type, tuple[Rule, ...]] = {}
    total = len(documents) + len(world.cluster.resources)
    for done, subject in enumerate(_subjects(documents, world), 1):
        kind = type(subject)
        if kind not in by_class:
            by_class[kind] = tuple(rule for rule in rules if issubclass(kind, rule.meta.subject))
        for rule in by_class[kind]:
            for said in rule.check(subject, world):
                if isinstance(said, Fault):
                    faults.append((rule, said))
                else:
                    doubts.append(said)
        if progress:
            progress("checking", done, total)
    return faults, doubts


def _subjects(documents: Iterable[Document], world: World) -> Iterator[Document | Resource]:
    yield from documents
    for resource in world.cluster.resources:
        if resource.linted and not resource.fragment:
            yield resource


def located(rule: Rule, fault: Fault) -> Finding:
    """The finding of a fault: fields become lines and columns. Only here are positions looked up."""
    place = fault.place
    resource = place.resource if isinstance(place, Place) else None
    document, span = _where(place)
    return Finding(
        rule=rule.id,
        slug=rule.slug,
        effect=fault.effect,
        level=fault.effect.level,
        resource=object_id(resource) if resource is not None else None,
        field=render(place.path) if isinstance(place, Place) else "",
        message=fault.message,
        fix=fault.fix,
        file=document.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        chain=tuple(step(hop) for hop in fault.chain),
        excerpt=document.line_text(span.line),
    )


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
    written = place.resource.written(place.path)
    return written.document, written.document.span(written.path)


def step(hop: Hop) -> Step:
    """A hop as a report shows it."""
    if hop.place is None or not hop.place.resource.document.text:
        return Step(hop.text, "", 0)
    document, span = _where(hop.place)
    return Step(hop.text, document.file, span.line)
