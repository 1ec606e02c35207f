"""SARIF 2.1.0, as GitHub code scanning reads it; other readers find the same and more.

Sources: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub's "SARIF support for code
scanning". What GitHub asks beyond the standard: one run, all four numbers of a region, a level on each result, the
descriptions and the help of each rule, no empty string, no place without a file, and the limits below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vmlint.findings.finding import Finding, Report, Suppressed
from vmlint.model.suppression import Source
from vmlint.report.fingerprint import fingerprints
from vmlint.report.links import DOCUMENTATION, REPOSITORY, rule_url
from vmlint.report.untrusted import address, json_text, visible
from vmlint.report.wording import counted, doubt, place, sentence, statement, stop
from vmlint.rule import Effect, Level, Rule

__all__ = ["RESULTS", "STEPS", "render"]

RESULTS = 25_000
"""The results that GitHub takes of one run."""

STEPS = 100
"""The related locations that GitHub keeps of one result."""

_DESCRIPTION = 1024
"""The characters that GitHub takes of a description."""

_SEVERITY = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}

# How sure a finding is, by what it says: a prediction of a refusal follows the code that refuses; what breaks later,
# or depends on objects that may live in the cluster alone, does not happen to everybody.
_PRECISION = {
    Effect.REJECTED: "very-high",
    Effect.STUCK: "very-high",
    Effect.UNBUILDABLE: "very-high",
    Effect.IGNORED: "very-high",
    Effect.RISK: "high",
    Effect.UNRESOLVED: "medium",
    Effect.RESTART: "very-high",
    Effect.DEPRECATED: "very-high",
    Effect.UNREADABLE: "very-high",
}

_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_BRACKET = re.compile(r"[\\\[\]]")
_ESCAPED = r"\\\g<0>"
_HEADING = re.compile(r"^##\s.*$", re.MULTILINE)
_TABLE = re.compile(r"^\s*\|", re.MULTILINE)


def render(report: Report, *, name: str = "manifests") -> str:
    """The report as a SARIF log, on one line: an indented log of many results is several times as large.

    `name` keeps this upload apart from others of the same commit: two runs over two trees need two names.
    """
    rules = sorted(report.rules, key=lambda rule: rule.id)
    index = {rule.id: position for position, rule in enumerate(rules)}
    suppressed = {id(one.finding): one for one in report.suppressed}
    findings = _within_limit(report)
    run = {
        "tool": {"driver": _driver(report, rules)},
        "invocations": [
            {
                "executionSuccessful": not (report.crashes or report.stopped),
                "toolExecutionNotifications": list(_notifications(report, len(findings))),
            }
        ],
        "automationDetails": {"id": f"vmlint/{name}/"},
        "columnKind": "unicodeCodePoints",
        "results": [
            {**_result(finding, mark, index), **_state(report, suppressed.get(id(finding)))}
            for finding, mark in zip(findings, fingerprints(findings), strict=True)
        ],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_text(log, compact=True)


def _driver(report: Report, rules: list[Rule]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "vmlint", "version": report.version}
    if home := DOCUMENTATION or REPOSITORY:
        driver["informationUri"] = home
    return {**driver, "rules": [_rule(rule) for rule in rules]}


def _within_limit(report: Report) -> list[Finding]:
    """The findings in order, with the suppressed ones; of too many, the gravest that are not suppressed."""
    shown = sorted(report.findings, key=_gravest_first)
    suppressed = sorted((one.finding for one in report.suppressed), key=_gravest_first)
    return sorted([*shown, *suppressed][:RESULTS], key=lambda finding: finding.order)


def _gravest_first(finding: Finding) -> tuple[object, ...]:
    return (-finding.level.weight, finding.order)


def _rule(rule: Rule) -> dict[str, Any]:
    page = rule.page.strip() or rule.title or rule.slug
    effect = rule.meta.effect
    url = rule_url(rule.id, rule.slug)
    return {
        "id": rule.id,
        "name": rule.slug,
        "shortDescription": {"text": _cut(rule.title or rule.slug)},
        "fullDescription": {"text": _cut(_first_section(page) or rule.title or rule.slug)},
        "help": {"text": page, "markdown": page},
        **({"helpUri": url} if url else {}),
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {
            "tags": list(dict.fromkeys(("kubevirt", rule.family, effect.value))),
            "precision": _PRECISION[effect],
            "problem.severity": _SEVERITY[rule.level],
            **({"pack": rule.pack} if rule.pack else {}),
        },
    }


def _first_section(page: str) -> str:
    """The text under the first heading, on one line; "" where it contains a table, which one line can't show."""
    sections = _HEADING.split(page)
    if len(sections) < 2 or _TABLE.search(sections[1]):
        return ""
    return " ".join(sections[1].split())


def _cut(text: str) -> str:
    return text if len(text) <= _DESCRIPTION else text[: _DESCRIPTION - 1] + "…"


def _result(finding: Finding, mark: str, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    result |= {
        "level": finding.level.value,
        "message": {"text": _message(finding)},
        "locations": [_location(finding.file, _region(finding))],
    }
    if finding.chain:
        steps = _flow(finding)
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}]
        result["relatedLocations"] = [{"id": number, **step} for number, step in enumerate(steps, start=1)]
    result["partialFingerprints"] = {"vmlint/v1": mark}
    about = {
        "slug": finding.slug,
        "effect": finding.effect.value,
        "object": str(finding.resource or ""),
        "field": finding.field,
    }
    result["properties"] = {key: value for key, value in about.items() if value}
    return result


def _state(report: Report, suppressed: Suppressed | None) -> dict[str, Any]:
    """Whether a result is suppressed, and known to the baseline.

    The standard wants both suppression of all results or of none (3.27.23, 3.27.24). GitHub reads neither.
    """
    state: dict[str, Any] = {}
    if report.baseline:
        state["baselineState"] = "unchanged" if suppressed and suppressed.source is Source.BASELINE else "new"
    if report.suppressed:
        state["suppressions"] = [_suppression(suppressed)] if suppressed else []
    return state


def _suppression(suppressed: Suppressed) -> dict[str, Any]:
    kind = "inSource" if suppressed.source.in_manifest else "external"
    reason = visible(suppressed.reason).strip()
    suppression: dict[str, Any] = {"kind": kind, **({"justification": reason} if reason else {})}
    if suppressed.file and suppressed.line:
        suppression["location"] = _location(suppressed.file, _start_of(suppressed.line))
    return suppression


def _message(finding: Finding) -> str:
    """The statement, whose first sentence GitHub takes as the title; then what to do, and the chain as links."""
    lines = [_literal(statement(finding))]
    if finding.fix:
        lines.append(f"Fix: {_literal(sentence(finding.fix))}")
    if finding.chain:
        steps = [
            f"{_literal(step.text)} ({_link(place(step.file, step.line), number)})"
            if step.file
            else _literal(step.text)
            for number, step in enumerate(finding.chain[:STEPS], start=1)
        ]
        more = len(finding.chain) - len(steps)
        lines.append(f"Chain: {'; '.join(steps)}{f'; {more} more' if more else ''}.")
    return "\n".join(lines)


def _literal(text: str) -> str:
    """Text that a reader of messages takes as it stands: it makes no link and no placeholder."""
    return _PLACEHOLDER.sub(r"{{\1}}", visible(text).replace("](", "] ("))


def _link(text: str, number: int) -> str:
    return f"[{_BRACKET.sub(_ESCAPED, _literal(text))}]({number})"


def _flow(finding: Finding) -> list[dict[str, Any]]:
    """The chain as locations. A step that is written nowhere stands where the step before it does."""
    file, region = finding.file, _region(finding)
    steps = []
    for step in finding.chain[:STEPS]:
        if step.file:
            file, region = step.file, _start_of(step.line)
        steps.append({**_location(file, region), "message": {"text": _literal(step.text) or "-"}})
    return steps


def _location(file: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": address(file)}, "region": region}}


def _region(finding: Finding) -> dict[str, int]:
    line, column = max(finding.line, 1), max(finding.column, 1)
    end_line = max(finding.end_line, line)
    end_column = max(finding.end_column, column if end_line == line else 1)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _start_of(line: int) -> dict[str, int]:
    """The place before a line's first character: all that is known of a step."""
    line = max(line, 1)
    return {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 1}


def _notifications(report: Report, written: int) -> Iterator[dict[str, Any]]:
    """What the results don't say: findings beyond the limit, what was skipped, and what is undecided."""
    if left_out := len(report.findings) + len(report.suppressed) - written:
        yield {
            "level": "warning",
            "message": {
                "text": f"{counted(left_out, 'finding')} of {written + left_out} omitted, the least severe ones: "
                f"GitHub code scanning takes {RESULTS} results of a run."
            },
        }
    if report.stopped:
        yield {"level": "error", "message": {"text": sentence(stop(report.stopped))}}
    for skipped in report.skipped:
        yield _notification(f"Not linted: {sentence(skipped.reason)}", skipped.file, skipped.line)
    for item in report.undecided:
        yield _notification(f"Undecided: {sentence(doubt(item))}", item.file, item.line)


def _notification(text: str, file: str, line: int) -> dict[str, Any]:
    return {
        "level": "note",
        "message": {"text": _literal(text)},
        "locations": [_location(file, _start_of(line))],
    }
