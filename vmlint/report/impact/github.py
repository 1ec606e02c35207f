"""An impact as workflow commands, which GitHub Actions turns into annotations of a pull request."""

from __future__ import annotations

from vmlint.impact.model import Group, Impact, ObjectChange
from vmlint.report.github import command
from vmlint.report.impact.wording import GROUPS, applied_in, closing, details, summary
from vmlint.report.layout import Page
from vmlint.report.wording import sentence

__all__ = ["render"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(impact: Impact, *, encoding: str = "utf-8") -> str:
    """A command for each change that reaches something, and the counts as plain lines of the log."""
    page = Page(encoding=encoding)
    commands = "".join(
        page.fit(_command(change)) + "\n" for change in impact.changes if change.group is not Group.NOTHING
    )
    lines = [sentence(f"{impact.before} → {impact.after}: {summary(impact)}"), *closing(impact)]
    return commands + "".join(page.show(line) + "\n" for line in lines)


def _command(change: ObjectChange) -> str:
    heading = GROUPS[change.group]
    values = [str(value) for value in change.values[:8]]
    lines = [f"{change.resource}{applied_in(change)}", *values, *details(change)]
    return command(
        _COMMANDS[heading.style], lines, file=change.file, line=change.line, title=f"{heading.title}: {change.resource}"
    )
