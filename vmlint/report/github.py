"""Workflow commands, which GitHub Actions turns into annotations of a pull request.

Source: GitHub `actions/runner`, `src/Runner.Common/ActionCommand.cs` (escapes) and
`src/Runner.Worker/ActionCommandManager.cs` (columns count only in an annotation of one line).
"""

from __future__ import annotations

from collections.abc import Iterable

from vmlint.findings.finding import Finding, Report
from vmlint.report.closing import closing
from vmlint.report.layout import Page, paint
from vmlint.report.untrusted import visible
from vmlint.report.wording import place, statement
from vmlint.rule import Level

__all__ = ["command", "render"]

_COMMAND = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report, *, quiet: bool = False, encoding: str = "utf-8") -> str:
    """A command for each finding, then what was skipped, what is undecided, and the summary as plain lines of the log.

    `quiet` gives the commands alone; what `encoding` lacks is written in ASCII.
    """
    page = Page(encoding=encoding)
    commands = "".join(page.fit(_command(finding)) + "\n" for finding in report.findings)
    blocks = [] if quiet else [paint(lines) for lines in closing(report, page)]
    return "\n".join([commands, *blocks] if commands else blocks)


def _command(finding: Finding) -> str:
    properties: dict[str, object] = {
        "file": finding.file,
        "line": finding.line,
        "endLine": finding.end_line,
        "col": finding.column,
        "endColumn": finding.end_column,
        "title": f"{finding.rule} {finding.slug} ({finding.effect.value})",
    }
    if finding.end_line != finding.line:
        del properties["col"], properties["endColumn"]
    return command(_COMMAND[finding.level], _message(finding), **properties)


def command(kind: str, lines: Iterable[str], **properties: object) -> str:
    """A workflow command: `error`, `warning` or `notice`, with the lines of its text."""
    written = ",".join(f"{name}={visible(str(value)).translate(_PROPERTY)}" for name, value in properties.items())
    shown = "\n".join(map(visible, lines))
    return f"::{kind} {written}::{shown.translate(_DATA)}"


def _message(finding: Finding) -> list[str]:
    lines = [statement(finding)]
    lines += [f"{place(step.file, step.line)}: {step.text}".removeprefix(": ") for step in finding.chain]
    lines += [f"Fix: {finding.fix}"] if finding.fix else []
    return lines
