"""The ways of VMs to their instancetypes and preferences, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from vmlint.explain.trace import Found, Mobility, Result, Trace, Way
from vmlint.report.json_ import object_of
from vmlint.report.layout import Line, Page, Segment, one_or_two, paint, table, wrap
from vmlint.report.text import WIDEST, chain_lines
from vmlint.report.untrusted import json_text
from vmlint.report.wording import place, sentence

__all__ = ["render", "render_json"]

_COLUMN = 12
"""The cell in which the texts behind the labels begin."""

_STYLES = {Result.USED: "clean", Result.DROPPED: "warning", Result.NONE: "quiet"}


def render(traces: Sequence[Trace], *, color: bool = False, width: int | None = None, encoding: str = "utf-8") -> str:
    """The traces as text; the options are those of the report."""
    page = Page(min(width, WIDEST) if width else None, encoding)
    return "\n".join(paint(_trace(trace, page), color=color) for trace in traces)


def _trace(trace: Trace, page: Page) -> Iterator[Line]:
    where = Segment(page.show(place(trace.file, trace.line)), "strong")
    applied = f", in {trace.deployment}" if trace.deployment else ""
    name = Segment(page.show(f"{trace.resource}{applied}"))
    yield from one_or_two((where, Segment("  "), name), ((where,), (Segment("  "), name)), page.width, 2)
    for way in trace.ways:
        yield from _way(way, page)
    if trace.problem:
        refused = (Segment("  "), Segment("refused", "error"), Segment(f"  {page.show(sentence(trace.problem))}"))
        yield from wrap(refused, page.width, 4)
    if trace.mobility is not None:
        label = (Segment("  migratable  "), *_answer(trace.mobility, page))
        yield from wrap(label, page.width, 4)


_ANSWERS = {True: ("yes", "clean"), False: ("no", "warning"), None: ("undecided", "warning")}


def _answer(mobility: Mobility, page: Page) -> Iterator[Segment]:
    answer, style = _ANSWERS[mobility.migratable]
    yield Segment(answer, style)
    if mobility.reasons:
        yield Segment(page.show(f"  {sentence('; '.join(mobility.reasons))}"))


def _way(way: Way, page: Page) -> Iterator[Line]:
    outcome = page.show(_outcome(way))
    head = (
        Segment(f"  {way.matcher}  "),
        Segment(way.result, _STYLES.get(way.result, "error")),
        Segment(f"  {outcome}"),
    )
    yield from wrap(head, page.width, 4)
    yield from chain_lines(way.chain, page, indent=4, column=_COLUMN)
    for label, texts in (("policy", [way.policy] if way.policy else []), ("gives", _gives(way))):
        rows = [("", (Segment(page.show(text)),)) for text in texts]
        yield from table(label, rows, page.width, indent=4, column=_COLUMN) if rows else ()


def _outcome(way: Way) -> str:
    return sentence(way.reason) if way.found is None or way.reason else str(way.found.object)


_TEMPLATE = "spec.template."


def _gives(way: Way) -> list[str]:
    """Each field with its value, as far as the VM's template leads to it."""
    return [
        f"{field.removeprefix(_TEMPLATE).removeprefix('spec.')}: {json.dumps(value, ensure_ascii=False)}"
        for field, value in way.gives.items()
    ]


def render_json(traces: Sequence[Trace]) -> str:
    """The traces as a JSON list, with the names of `vmlint.explain.trace`."""
    return json_text([_object(trace) for trace in traces])


def _object(trace: Trace) -> dict[str, Any]:
    return {
        "resource": object_of(trace.resource),
        "file": trace.file,
        "line": trace.line,
        "deployment": trace.deployment,
        **{way.matcher: _members(way) for way in trace.ways},
        "problem": trace.problem,
        "migration": trace.mobility._asdict() if trace.mobility else None,
    }


def _members(way: Way) -> dict[str, Any]:
    return {
        "result": way.result,
        "chain": [step._asdict() for step in way.chain],
        "found": _found(way.found) if way.found else None,
        "reason": way.reason,
        "policy": way.policy,
        "gives": way.gives,
    }


def _found(found: Found) -> dict[str, Any]:
    return {"resource": object_of(found.object), "file": found.file, "line": found.line, "catalog": found.catalog}
