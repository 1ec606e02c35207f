"""The sentences that several formats say: counts, places, and what a run comes to."""

from __future__ import annotations

from vmlint.findings.finding import Finding, Report, Undecided
from vmlint.rule import Fix, Level

__all__ = [
    "FIX_MARK",
    "FIX_OPTIONS",
    "changed",
    "counted",
    "doubt",
    "fix_offered",
    "place",
    "sentence",
    "statement",
    "stop",
    "tally",
]

FIX_OPTIONS = {Fix.SAFE: "--fix", Fix.UNSAFE: "--fix --unsafe-fixes"}
"""The options of `vmlint check` that make a fix of that sort."""

FIX_MARK = {Fix.SAFE: "[--fix]", Fix.UNSAFE: "[try --fix --unsafe-fixes]"}
"""How a finding is marked that has a fix. One that is a guess is only tried: it is not made if it would cause a graver
fault."""


def fix_offered(fix: Fix) -> str:
    """How vmlint fixes the findings of a rule, for the rule's documentation."""
    return f"Fix ({fix}): `vmlint check {FIX_OPTIONS[fix]}` applies it where the files determine the change"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def place(file: str, line: int, column: int = 0) -> str:
    """`file:line:column`, as far as it is known: "" for what is written nowhere."""
    return ":".join([file, *(str(number) for number in (line, column) if number > 0)]) if file else ""


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends its sentence itself."""
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else text + "."


def statement(finding: Finding) -> str:
    """The message with the object that it is about."""
    about = f"{finding.resource}: " if finding.resource else ""
    return about + sentence(finding.message)


def doubt(item: Undecided) -> str:
    """An undecided question with the object that it is about."""
    return f"{item.resource}: {item.reason}" if item.resource else item.reason


def changed(report: Report) -> str:
    """What a run is limited to, and what it does not show; "" for one that reports everything."""
    changes = report.changed
    if changes is None:
        return ""
    if changes.everything:
        return f"everything is reported, as `{changes.everything}` has changed since `{changes.since}`"
    since = f" since `{changes.since}`" if changes.commit else ": no commit exists yet"
    elsewhere = f"; {counted(changes.hidden, 'finding')} elsewhere {'is' if changes.hidden == 1 else 'are'} not shown"
    objects = counted(report.counts.objects, "object")
    return f"{changes.objects} of {objects} affected by changes{since}{elsewhere if changes.hidden else ''}"


def stop(stopped: tuple[int, int]) -> str:
    """Why a report is not whole."""
    done, total = stopped
    return f"stopped with Ctrl-C after {done} of {total} documents and objects: the others are not checked"


def tally(report: Report) -> list[tuple[Level, str]]:
    """How many findings there are of each level that has one, the gravest first."""
    numbers = [(level, report.count(level)) for level in (Level.ERROR, Level.WARNING, Level.NOTE)]
    return [(level, counted(number, level.value)) for level, number in numbers if number]
