"""Findings as an editor shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from lsprotocol import types

from vmlint.findings.finding import Finding
from vmlint.report.links import rule_url
from vmlint.rule import Effect, Level
from vmlint.server.positions import Text
from vmlint.server.standin import Shift
from vmlint.server.uris import uri_of

__all__ = ["SOURCE", "diagnostic", "place_of", "trouble"]

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

TextOf = Callable[[str], Text | None]
"""The text of a file, by its name in findings, as the editor shows it."""


def diagnostic(
    finding: Finding, text: Text, root: Path, text_of: TextOf, shift: Callable[[str], Shift | None] = lambda _: None
) -> types.Diagnostic:
    """The diagnostic of a finding in a text.

    `shift` gives the lines of a file whose text is not the one that was analysed.
    """
    url = rule_url(finding.rule, finding.slug)
    return types.Diagnostic(
        range=place_of(finding, text, shift(finding.file)),
        message=f"{finding.message}\n{finding.fix}" if finding.fix else finding.message,
        severity=_SEVERITY[finding.level],
        code=finding.slug,
        code_description=types.CodeDescription(url) if url else None,
        source=SOURCE,
        tags=_TAGS.get(finding.effect),
        related_information=list(_related(finding, root, text_of, shift)) or None,
        data={"rule": finding.rule, "fixable": finding.fixable.value if finding.fixable else ""},
    )


def place_of(finding: Finding, text: Text, shift: Shift | None) -> types.Range:
    """Where a finding is in a text, which may not be the one that was analysed."""
    if shift is None or finding.effect is Effect.UNREADABLE:
        return text.range(finding.line, finding.column, finding.end_line, finding.end_column)
    line = shift.line(finding.line)
    if line is None:
        return line_range(text, shift.changed)
    return text.range(line, finding.column, line + finding.end_line - finding.line, finding.end_column)


def line_range(text: Text, line: int) -> types.Range:
    """The content of a line, counted from 1, without the space around it."""
    content = text.line(text.position(line, 1).line)
    start = len(content) - len(content.lstrip())
    return text.range(line, start + 1, line, len(content.rstrip()) + 1)


def _related(
    finding: Finding, root: Path, text_of: TextOf, shift: Callable[[str], Shift | None]
) -> Iterator[types.DiagnosticRelatedInformation]:
    """The hops of the finding's chain that are written somewhere."""
    for step in finding.chain[:_MOST_HOPS]:
        if step.file and (text := text_of(step.file)) is not None:
            shifted = shift(step.file)
            line = step.line if shifted is None else shifted.line(step.line) or shifted.changed
            location = types.Location(uri_of(root, step.file), line_range(text, line))
            yield types.DiagnosticRelatedInformation(location, step.text)


def trouble(message: str, text: Text, line: int) -> types.Diagnostic:
    """The diagnostic of a mistake in a line of the configuration."""
    error = types.DiagnosticSeverity.Error
    return types.Diagnostic(line_range(text, line), message, severity=error, source=SOURCE, code="configuration")
