"""The end of a report for people: what was skipped, what is undecided, and what the run comes to."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from vmlint.findings.finding import Report, Skipped, Undecided
from vmlint.report.layout import Line, Page, Segment, one_or_two, table, wrap
from vmlint.report.wording import FIX_OPTIONS, changed, counted, doubt, place, sentence, statement, stop, tally
from vmlint.rule import Fix

__all__ = ["ROWS", "closing", "summary", "verdict"]

_T = TypeVar("_T")

_PLACES = 3
"""How many places of one reason are listed unless all are wanted."""

ROWS = 10
"""How many reasons, undecided questions, and findings with the same cause are listed unless all are wanted."""

_NAME = re.compile(r"`[^`]*`")

_KINDS = 6
"""How many kinds of objects a report without findings names."""

_WIDEST_PLACE = 48
"""Beside a place that is wider in cells, the texts of undecided questions would begin too far to the right."""

_LIST_WIDTH = 100
"""How wide a list of places may get in cells where nothing else is wrapped."""

_FIXABLE = {Fix.SAFE: "fixable with", Fix.UNSAFE: "perhaps fixable with"}

_COLUMN = 11
"""The cell in which the texts behind the labels begin."""


def closing(report: Report, page: Page, *, verbose: bool = False, show_suppressed: bool = False) -> list[list[Line]]:
    """The blocks of lines that follow the findings; `verbose` lists everything, else the first of many.

    `show_suppressed` lists the findings that are suppressed, which are otherwise only counted.
    """
    blocks = [
        _suppressed(report, page) if show_suppressed else [],
        _stale(report, page, verbose),
        _skipped(report, page, verbose),
        _undecided(report, page, verbose),
        _references(report, page) if verbose else [],
        _packs(report, page) if verbose else [],
        _changed(report, page),
        _strict(report, page),
        _stopped(report, page),
        _checked(report, page),
        summary(report, page),
    ]
    return [lines for lines in blocks if lines]


def _suppressed(report: Report, page: Page) -> list[Line]:
    rows = []
    for one in report.suppressed:
        finding = one.finding
        by = f"{one.source}{f' at {place(one.file, one.line)}' if one.file and one.line else ''}"
        told = f"{finding.rule} {finding.slug}: {statement(finding)}"
        why = f"  {by}{f': {one.reason}' if one.reason else ''}"
        rows.append((page.show(place(finding.file, finding.line)), (Segment(page.show(told)),)))
        rows.append(("", (Segment(page.show(why), "quiet"),)))
    return table("suppressed", rows, page.width, column=_COLUMN + 1)


def _stale(report: Report, page: Page, verbose: bool) -> list[Line]:
    """What the baseline counts in vain."""
    shown, hidden = _some(report.stale, ROWS, verbose)
    texts: list[Line] = []
    for stale in shown:
        what = f"{stale.rule} {stale.about}{f' at {stale.field}' if stale.field else ''}"
        texts.append((Segment(page.show(f"{what}: {counted(stale.number, 'finding')} fewer than the baseline has")),))
    return table("stale", [("", text) for text in (*texts, *_hidden(hidden, "entry"))], page.width, column=_COLUMN)


def _skipped(report: Report, page: Page, verbose: bool) -> list[Line]:
    by_reason: dict[str, list[Skipped]] = defaultdict(list)
    for skipped in report.skipped:
        by_reason[skipped.reason].append(skipped)
    shown, hidden = _some(list(by_reason.items()), ROWS, verbose)
    texts: list[Line] = []
    for reason, group in shown:
        texts.append((Segment(page.show(f"{_files_and_documents(group)}: {reason}")),))
        texts += [(Segment(f"  {places}", "quiet"),) for places in _places(group, page, verbose)]
    texts += _hidden(hidden, "reason")
    return table("skipped", [("", text) for text in texts], page.width, column=_COLUMN)


def _files_and_documents(group: list[Skipped]) -> str:
    files = sum(skipped.line == 0 for skipped in group)
    counts = [counted(number, one) for number, one in ((files, "file"), (len(group) - files, "document")) if number]
    return " and ".join(counts)


def _places(group: list[Skipped], page: Page, verbose: bool) -> list[str]:
    """A line for each place, or one line with the first of them."""
    shown, hidden = _some([page.show(place(skipped.file, skipped.line)) for skipped in group], _PLACES, verbose)
    return shown if verbose else [", ".join(shown) + (f" and {hidden} more" if hidden else "")]


def _undecided(report: Report, page: Page, verbose: bool) -> list[Line]:
    """Questions that are alike are one row, with the first of them as the example."""
    groups = [[item] for item in report.undecided] if verbose else _alike(report.undecided)
    shown, _ = _some(groups, ROWS, verbose)
    rows: list[tuple[str, Line]] = []
    for first, *others in shown:
        rows.append((page.show(place(first.file, first.line)), (Segment(page.show(doubt(first))),)))
        if others:
            places = [page.show(place(other.file, other.line)) for other in others[:_PLACES]]
            more = f" and {len(others) - _PLACES} more" if len(others) > _PLACES else ""
            questions = counted(len(others), "more question")
            like = Segment(f"  and {questions} like it: {', '.join(places)}{more}", "quiet")
            rows += [("", line) for line in wrap((like,), page.width or _LIST_WIDTH, 2)]
    hidden = len(report.undecided) - sum(map(len, shown))
    lines = table("undecided", rows, page.width, column=_COLUMN, widest=_WIDEST_PLACE)
    return lines + table("", [("", text) for text in _hidden(hidden, "question")], page.width, column=_COLUMN)


def _alike(undecided: Sequence[Undecided]) -> list[list[Undecided]]:
    """The questions in groups that differ in names only; those with one cause, such as a storage class that is not in
    the files, are a group of their own."""
    keys = []
    for item in undecided:
        question, _, cause = item.reason.rpartition(": ")
        keys.append((_NAME.sub("", question), cause))
    numbers = Counter(keys)
    groups: dict[tuple[str, str], list[Undecided]] = defaultdict(list)
    for item, (question, cause) in zip(undecided, keys, strict=True):
        shared = numbers[question, cause] > 1
        groups[question, cause if shared else _NAME.sub("", cause)].append(item)
    return list(groups.values())


def _references(report: Report, page: Page) -> list[Line]:
    """External references and those with a variable, by kind and reason, with the first place of each name."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for reference in report.references:
        places = groups[reference.kind, reference.reason][reference.name]
        places.append(page.show(place(reference.file, reference.line)))
    texts: list[Line] = []
    for (kind, reason), names in groups.items():
        number = counted(sum(map(len, names.values())), "reference")
        texts.append((Segment(page.show(f"{number} to {kind}: {reason}" if reason else f"{number} to {kind}")),))
        for name, places in names.items():
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            texts.append((Segment(f"  {page.show(name)}: {places[0]}{more}", "quiet"),))
    return table("external", [("", text) for text in texts], page.width, column=_COLUMN)


def _packs(report: Report, page: Page) -> list[Line]:
    """How many rules ran, and of which packs; nothing where all are vmlint's own."""
    numbers = Counter(rule.pack for rule in report.rules)
    told = [f"{counted(number, 'rule')} of {pack or 'vmlint'}" for pack, number in numbers.items()]
    rows: list[tuple[str, Line]] = [("", (Segment(page.show(text)),)) for text in told]
    return table("rules", rows, page.width, column=_COLUMN) if any(numbers) else []


def _changed(report: Report, page: Page) -> list[Line]:
    said = changed(report)
    return table("changed", [("", (Segment(page.show(said)),))] if said else [], page.width, column=_COLUMN)


def _strict(report: Report, page: Page) -> list[Line]:
    if not report.strict or not report.unanswered:
        return []
    counts = report.counts
    parts = [
        _if(len(report.skipped), "skipped file or document", "skipped files or documents"),
        _if(len(report.undecided), "undecided question", "undecided questions"),
        _if(counts.outside, "external reference", "external references"),
        _if(counts.unknown, "reference with a variable", "references with a variable"),
    ]
    text = ", ".join(part for part in parts if part)
    line: Line = (Segment(page.show(f"{text}: errors in a strict run"), "error"),)
    return table("strict", [("", line)], page.width, column=_COLUMN)


def _stopped(report: Report, page: Page) -> list[Line]:
    lines: list[Line] = [(Segment(page.show(sentence(stop(report.stopped))), "strong"),)] if report.stopped else []
    return table("partial", [("", line) for line in lines], page.width, column=_COLUMN)


def _some(items: Sequence[_T], number: int, verbose: bool) -> tuple[list[_T], int]:
    """The items to list, and how many are left out."""
    shown = list(items if verbose else items[:number])
    return shown, len(items) - len(shown)


def _hidden(number: int, one: str) -> list[Line]:
    return [(Segment(f"and {counted(number, f'more {one}')}, listed with --verbose", "quiet"),)] if number else []


def _checked(report: Report, page: Page) -> list[Line]:
    """What a run without findings looked at, so that a clean report is not one that looked at the wrong folder."""
    if report.findings or not report.counts.kinds or not report.rules:
        return []
    kinds = sorted(report.counts.kinds, key=lambda row: (-row[1], row[0]))
    named = [f"{number} {kind}" for kind, number in kinds[:_KINDS]]
    if rest := sum(number for _, number in kinds[_KINDS:]):
        named.append(f"{rest} of other kinds")
    text = f"{', '.join(named)}, against {counted(len(report.rules), 'rule')}"
    return table("checked", [("", (Segment(page.show(text), "quiet"),))], page.width, column=_COLUMN)


def summary(report: Report, page: Page) -> list[Line]:
    """What the run comes to, in a line, or in two where the page is narrow."""
    counts = report.counts
    asides = [
        _if(counts.outside, "external reference", "external references"),
        _if(counts.unknown, "reference with a variable", "references with a variable"),
        _if(counts.irrelevant, "other document", "other documents"),
        _if(len(report.suppressed), "suppressed", "suppressed"),
        _if(len(report.stale), "stale baseline entry", "stale baseline entries"),
        _if(len(report.skipped), "skipped", "skipped"),
        _if(len(report.undecided), "undecided", "undecided"),
    ]
    fixable = Counter(finding.fixable for finding in report.findings)
    asides += [f"{fixable[how]} {_FIXABLE[how]} {options}" for how, options in FIX_OPTIONS.items() if fixable[how]]
    dot = page.show(" · ")
    said = dot.join(aside for aside in asides if aside)
    end = tuple(_verdict(report))
    whole = (*end, Segment(f"{dot}{said}" if said else "", "quiet"))
    return one_or_two(whole, (end, (Segment(said, "quiet"),)), page.width, 0)


def verdict(report: Report) -> str:
    """What the run comes to, without asides: `1 error and 2 warnings in 12 objects from 5 files`."""
    return "".join(segment.text for segment in _verdict(report))


def _verdict(report: Report) -> Iterator[Segment]:
    """`1 error and 2 warnings in 12 objects from 5 files`; of a change, `in 3 of 12 objects`."""
    objects, files = counted(report.counts.objects, "object"), counted(report.counts.files, "file")
    if report.changed:
        objects = f"{report.changed.objects} of {objects}"
    numbers = tally(report)
    if numbers:
        for index, (level, number) in enumerate(numbers):
            if index:
                yield Segment(" and " if index == len(numbers) - 1 else ", ")
            yield Segment(number, level.value)
        yield Segment(f" in {objects} from {files}")
    elif report.stopped:
        yield Segment("no findings so far", "strong")
        yield Segment(f" in {objects} from {files}")
    elif report.counts.objects:
        yield Segment("clean", "clean")
        yield Segment(f": {objects} from {files}")
    else:
        yield Segment("nothing to lint", "strong")
        yield Segment(f": no KubeVirt or CDI objects in {files}")


def _if(number: int, one: str, many: str) -> str:
    return counted(number, one, many) if number else ""
