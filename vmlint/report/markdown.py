"""Markdown for the summary of a build job, or a comment of a merge request: counts first, then findings by object.

Whatever comes from a manifest is shown as it is written, and can be nothing else: no link, no HTML, no mention of a
person, no row of a table. Sources: GitHub Flavored Markdown; GitHub's `$GITHUB_STEP_SUMMARY`, which takes 1024 KiB.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from vmlint.findings.finding import Finding, Report, Step
from vmlint.report.bundles import Bundle, bundles
from vmlint.report.untrusted import visible
from vmlint.report.wording import changed, counted, doubt, place, sentence, stop, tally

__all__ = ["SIZE", "code", "folded", "prose", "render"]

SIZE = 1000 * 1024
"""The bytes of UTF-8 that a summary has at most; GitHub drops a larger one whole."""

_ROOM = 200
"""The bytes that are kept for the line which says what was left out."""

_CODE = re.compile(r"`([^`]+)`")
_BACKTICKS = re.compile(r"`+")

_MARK = re.compile(r"[\\`*_{}\[\]<>()&|~$!^=]")
"""What begins something in a line: an emphasis, a link, HTML, an entity, a table's cell, a formula."""

_FOUND = re.compile(r"[@#]|://|:(?=[\w+-]+:)|\bwww\.|\bGH-(?=\d)", re.IGNORECASE)
"""What readers find in the finished text, where no backslash is left: persons, issues, addresses, emoji."""

_START = re.compile(r"(\d*)([.)+:-])")
"""What begins a list, a heading's line or a build service's command at the start of a line."""


def render(report: Report) -> str:
    """The report as GitHub Flavored Markdown. Of more findings than a summary can hold, the last are left out."""
    head = [*_counts(report)]
    tail = [*_skipped(report), *_undecided(report)]
    used = sum(_size(block) for block in (*head, *tail))
    if used > SIZE // 2:  # a repository of templates: their list gives way to the findings
        tail = []
        used = sum(_size(block) for block in head)
    body, shown = _fitting(_objects(report.findings), SIZE - _ROOM - used)
    if left := len(report.findings) - shown:
        body.append(f"{counted(left, 'finding')} more, too many for a summary.")
    if not tail and (report.skipped or report.undecided):
        body.append("Skipped files and undecided questions are not listed, as they are too many for a summary.")
    return "\n\n".join([*head, *body, *tail]) + "\n"


def _size(block: str) -> int:
    return len(block.encode("utf-8")) + 2


def _fitting(objects: Iterable[tuple[str, list[Bundle]]], room: int) -> tuple[list[str], int]:
    """The blocks that fit into the room, and how many findings they show."""
    blocks: list[str] = []
    shown = 0
    for heading, group in objects:
        room -= _size(heading)
        for number, bundle in enumerate(group):
            block = _bundle(bundle)
            room -= _size(block)
            if room < 0:
                return blocks, shown
            blocks += [block] if number else [heading, block]
            shown += 1 + len(bundle.others)
    return blocks, shown


def _counts(report: Report) -> Iterator[str]:
    objects, files = counted(report.counts.objects, "object"), counted(report.counts.files, "file")
    verdict = ", ".join(number for _, number in tally(report)) or "nothing found"
    yield f"## vmlint: {verdict}\n\n{objects} from {files}."
    if changes := changed(report):
        yield prose(sentence(f"Changed: {changes}"))
    if report.stopped:
        yield f"**Partial**: {sentence(stop(report.stopped))}"
    if report.findings:
        yield "\n".join(("| findings | level | rule | name | effect |", "|--:|---|---|---|---|", *_rows(report)))


def _rows(report: Report) -> Iterator[str]:
    """A row for each rule, effect and level: the gravest first, then the most frequent."""
    counts = Counter((finding.level, finding.rule, finding.slug, finding.effect) for finding in report.findings)
    for (level, rule, slug, effect), number in sorted(
        counts.items(), key=lambda item: (-item[0][0].weight, -item[1], item[0][1:])
    ):
        yield f"| {number} | {level.value} | {_escaped(visible(rule))} | {_escaped(visible(slug))} | {effect.value} |"


def _objects(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Bundle]]]:
    """Each object's heading with its findings, in the order of the report; those of a whole document have its file.

    Findings with the same cause are under the object of the first.
    """
    groups: dict[str, list[Bundle]] = defaultdict(list)
    for bundle in bundles(findings):
        groups[str(bundle.first.resource or bundle.first.file)].append(bundle)
    for name, group in groups.items():
        yield f"### {code(name)}", group


def _bundle(bundle: Bundle) -> str:
    finding = bundle.first
    title = [
        f"- **{finding.level.value}**",
        prose(f"{finding.rule} {finding.slug}"),
        finding.effect.value,
        code(place(finding.file, finding.line, finding.column)),
    ]
    lines = [" · ".join(title), prose(sentence(finding.message))]
    lines += [f"Fix: {prose(sentence(finding.fix))}"] if finding.fix else []
    if bundle.others:
        places = [code(place(other.file, other.line, other.column)) for other in bundle.others]
        lines.append(f"Also at {', '.join(places)}.")
    steps = [f"1. {_step(step)}" for step in finding.chain]
    return "\n  ".join(["\\\n  ".join(lines), *steps])


def _step(step: Step) -> str:
    where = f" {code(place(step.file, step.line))}" if step.file else ""
    return f"{prose(step.text)}{where}"


def _skipped(report: Report) -> Iterator[str]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for skipped in report.skipped:
        by_reason[skipped.reason].append(place(skipped.file, skipped.line))
    lines = [f"- {prose(reason)}: {_places(places)}" for reason, places in by_reason.items()]
    if lines:
        yield folded(f"{len(report.skipped)} skipped", lines)


_PLACES = 5
"""How many places of one reason are listed."""


def _places(places: list[str]) -> str:
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return ", ".join(map(code, places[:_PLACES])) + more


def _undecided(report: Report) -> Iterator[str]:
    lines = [f"- {code(place(item.file, item.line))} {prose(sentence(doubt(item)))}" for item in report.undecided]
    if lines:
        yield folded(f"{len(lines)} undecided", lines)


def folded(title: str, lines: list[str]) -> str:
    """Lines that are shown when a reader opens them."""
    return "\n".join(("<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>"))


def prose(text: str) -> str:
    """Prose in which names stand in backquotes. What a reader would act on becomes code, everything else is escaped."""
    tokens: list[tuple[bool, str]] = []
    for number, part in enumerate(_CODE.split(visible(text).strip())):
        if number % 2:
            tokens.append((True, part))
            continue
        end = 0
        for match in _FOUND.finditer(part):
            tokens += [(False, part[end : match.start()]), (True, match[0])]
            end = match.end()
        tokens.append((False, part[end:]))
    written = []
    # Code beside code would be read as one longer mark: it is written as one.
    for is_code, run in groupby((token for token in tokens if token[1]), key=lambda token: token[0]):
        joined = "".join(piece for _, piece in run)
        written.append(_spanned(joined) if is_code else _escaped(joined))
    return _START.sub(r"\1\\\2", line, count=1) if _START.match(line := "".join(written)) else line


def _escaped(text: str) -> str:
    return _MARK.sub(r"\\\g<0>", text)


def code(text: str) -> str:
    """Text as a span of code."""
    return _spanned(visible(text))


def _spanned(text: str) -> str:
    """The text as a span of code, between more backquotes than stand together in it."""
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    gap = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{fence}{gap}{text}{gap}{fence}" if text else ""
