"""Findings as an editor shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from vmlint.findings.finding import Finding
from vmlint.report.links import rule_url
from vmlint.rule import Effect, Level
from vmlint.server.positions import Text
from vmlint.server.texts import Texts
from vmlint.server.uris import uri_of

__all__ = ["SOURCE", "diagnostic", "mistakes"]

SOURCE = "vmlint"

_SEVERITY = {
    Level.ERROR: types.DiagnosticSeverity.Error,
    Level.WARNING: types.DiagnosticSeverity.Warning,
    Level.NOTE: types.DiagnosticSeverity.Information,
}
_TAGS = {
    Effect.DEPRECATED: [types.DiagnosticTag.Deprecated],
    Effect.IGNORED: [types.DiagnosticTag.Unnecessary],
}
_MOST_HOPS = 20


def diagnostic(finding: Finding, texts: Texts) -> types.Diagnostic:
    """The diagnostic of a finding in a file that is there."""
    url = rule_url(finding.rule, finding.slug)
    return types.Diagnostic(
        range=_place_of(finding, texts),
        message=f"{finding.message}\n{finding.fix}" if finding.fix else finding.message,
        severity=_SEVERITY[finding.level],
        code=finding.slug,
        code_description=types.CodeDescription(url) if url else None,
        source=SOURCE,
        tags=_TAGS.get(finding.effect),
        related_information=list(_related(finding, texts)) or None,
        data={"rule": finding.rule, "fixable": finding.fixable.value if finding.fixable else ""},
    )


def _place_of(finding: Finding, texts: Texts) -> types.Range:
    """Where a finding is in the text, which may not be the one that was analysed."""
    text, shift = texts(finding.file), texts.shift(finding.file)
    assert text is not None
    if shift is None or finding.effect is Effect.UNREADABLE:
        return text.range(finding.line, finding.column, finding.end_line, finding.end_column)
    line = shift.line(finding.line)
    if line is None:
        return _line_range(text, shift.changed)
    return text.range(line, finding.column, line + finding.end_line - finding.line, finding.end_column)


def _line_range(text: Text, line: int) -> types.Range:
    """The content of a line, counted from 1, without the space around it."""
    content = text.line(text.position(line, 1).line)
    start = len(content) - len(content.lstrip())
    return text.range(line, start + 1, line, len(content.rstrip()) + 1)


def _related(finding: Finding, texts: Texts) -> Iterator[types.DiagnosticRelatedInformation]:
    """The hops of the finding's chain that are written somewhere."""
    for step in finding.chain[:_MOST_HOPS]:
        if step.file and (text := texts(step.file)) is not None:
            shift = texts.shift(step.file)
            line = step.line if shift is None else shift.line(step.line) or shift.changed
            location = types.Location(uri_of(texts.folder.root, step.file), _line_range(text, line))
            yield types.DiagnosticRelatedInformation(location, step.text)


def mistakes(trouble: Iterable[str], texts: Texts) -> dict[str, list[types.Diagnostic]]:
    """The mistakes of the configuration, which are lines as `file:line: message`, by their files."""
    shown: dict[str, list[types.Diagnostic]] = {}
    for mistake in trouble:
        file, _, rest = mistake.partition(":")
        line, _, message = rest.partition(": ")
        if line.isdecimal() and (text := texts(file)) is not None:
            there, error = _line_range(text, int(line)), types.DiagnosticSeverity.Error
            made = types.Diagnostic(there, message, severity=error, source=SOURCE, code="configuration")
            shown.setdefault(file, []).append(made)
    return shown
