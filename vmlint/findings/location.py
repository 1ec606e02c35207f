"""Where a fault is in the text: fields become files, lines and columns. Only here are positions looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vmlint.findings.finding import FileFix, Finding, ObjectId, Step, Undecided
from vmlint.model.chain import Hop
from vmlint.model.field import render
from vmlint.model.resource import Place, Resource
from vmlint.rule import Doubt, Fault, Rule, Spot
from vmlint.runtime.pattern import late
from vmlint.source.discover import STDIN_NAME
from vmlint.source.document import Document
from vmlint.source.span import Span

__all__ = ["document_of", "located", "object_id", "reach", "step", "undecided", "where"]


def located(rule: Rule, fault: Fault) -> Finding:
    """The finding of a fault: fields become lines and columns. Only here are positions looked up."""
    place = fault.place
    resource = place.resource if isinstance(place, Place) else None
    document, span = where(place)
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
        file_fix=_file_fix(fault) if fault.edits else None,
    )


def _file_fix(fault: Fault) -> FileFix | None:
    from vmlint.findings.edits import file_fix

    return file_fix(fault)


def _template(document: Document) -> Iterator[Step]:
    """The template of a Helm chart that made a document of standard input: Helm names it in a comment."""
    if document.file == STDIN_NAME and (found := _SOURCE.search(document.text, 0, _HEAD)):
        yield Step(f"made by the template `{found[1]}`", "", 0)


_HEAD = 2000
"""The characters of a document that contain Helm's comment."""

_SOURCE = late(r"^# Source: (\S+)$", re.MULTILINE)


def undecided(doubt: Doubt) -> Undecided:
    """The doubt of a rule as a report shows it."""
    document, span = where(doubt.place)
    resource = doubt.place.resource if isinstance(doubt.place, Place) else None
    return Undecided(document.file, span.line, object_id(resource) if resource else None, doubt.reason)


def object_id(resource: Resource) -> ObjectId:
    return ObjectId(resource.api_version, resource.ref.kind, resource.ref.namespace, resource.ref.name)


def document_of(place: Place | Spot) -> Document:
    """The document in which a place is written, and which has its position."""
    return place.document if isinstance(place, Spot) else place.resource.written(place.path).document


def where(place: Place | Spot) -> tuple[Document, Span]:
    if isinstance(place, Spot):
        return place.document, place.span
    document, path = place.resource.written(place.path)
    return document, document.key_span(path) if place.key else document.span(path)


def reach(place: Place | Spot) -> tuple[Document, int, int]:
    """The document of a place, and the first and last line of all that is there."""
    if isinstance(place, Spot):
        return place.document, place.span.line, place.span.end_line
    document, path = place.resource.written(place.path)
    return document, *document.extent(path)


def step(hop: Hop) -> Step:
    """A hop as a report shows it."""
    if hop.place is None or not hop.place.resource.document.text:
        return Step(hop.text, "", 0)
    document, span = where(hop.place)
    return Step(hop.text, document.file, span.line)
