"""An impact as GitHub Flavored Markdown: the comment of a pull request, or the summary of a build job.

GitHub takes comments of at most 65,536 characters; what does not fit is left out from the end, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.impact.model import Group, Impact, ObjectChange
from vmlint.report.impact.alike import alike
from vmlint.report.impact.wording import Heading, applied_in, closing, details, grouped, summary
from vmlint.report.markdown import code, folded, prose
from vmlint.report.wording import counted, place

__all__ = ["SIZE", "render"]

SIZE = 64_000
"""The characters that a comment has at most."""

_ROOM = 400
"""The characters that are kept for the line which says what was left out."""

_MOST_VALUES = 12
_MOST_OBJECTS = 50
"""How many objects one text is below."""

_ICONS = {"error": "🛑", "warning": "⚠️", "note": "🔹", "quiet": "⚪"}
_FOLDED = (Group.CREATED, Group.NOTHING)
"""The groups that a reader opens only when wanted."""


def render(impact: Impact) -> str:
    """The impact as Markdown, the worst first, in at most `SIZE` characters."""
    head = [f"## vmlint: {prose(summary(impact))}", prose(f"{impact.before} → {impact.after}")]
    if rows := list(_overview(impact)):
        head.append("\n".join(("| changes | |", "|--:|---|", *rows)))
    tail = [folded("What was compared", [f"- {prose(line)}" for line in closing(impact)])]
    room = SIZE - _ROOM - sum(len(block) + 2 for block in (*head, *tail))
    body: list[str] = []
    left = 0
    for name, heading, changes in grouped(impact):
        title = f"### {_ICONS[heading.style]} {heading.title}\n\n{prose(heading.meaning)}"
        fitting = []
        room -= len(title) + 60
        for part in _parts(changes):
            block = _block(part)
            room -= len(block) + 2
            if room < 0:
                left += len(part)
            else:
                fitting.append(block)
        if fitting and name in _FOLDED:
            body.append(folded(f"{heading.title} ({len(changes)}): {prose(heading.meaning)}", ["\n".join(fitting)]))
        elif fitting:
            body += [title, "\n".join(fitting)]
    if left:
        body.append(f"{counted(left, 'more change')}: a comment is too short for all. `vmlint diff` lists them.")
    return "\n\n".join([*head, *body, *tail]) + "\n"


def _overview(impact: Impact) -> Iterator[str]:
    for _, heading, changes in grouped(impact):
        yield f"| {len(changes)} | {_ICONS[heading.style]} {_label(heading, len(changes))} |"


def _label(heading: Heading, number: int) -> str:
    return counted(number, heading.one, heading.many).partition(" ")[2]


def _parts(changes: Sequence[ObjectChange]) -> Iterator[Sequence[ObjectChange]]:
    """The changes in parts with one text, each small enough to fit where a comment has little room left."""
    for group in alike(changes):
        for start in range(0, len(group), _MOST_OBJECTS):
            yield group[start : start + _MOST_OBJECTS]


def _block(changes: Sequence[ObjectChange]) -> str:
    """The objects of changes that have one text, and the text."""
    change = changes[0]
    objects = "\\\n  ".join(map(_object, changes))
    values = [f"  - {_value(value)}" for value in change.values[:_MOST_VALUES]]
    if len(change.values) > _MOST_VALUES:
        values.append(f"  - and {len(change.values) - _MOST_VALUES} more")
    text = " ".join(prose(sentence) for sentence in details(change))
    steps = [
        f"{prose(step.text)}{f' {code(place(step.file, step.line))}' if step.file else ''}" for step in change.chain
    ]
    return "\n".join([f"- {objects}\\", f"  {text}", *(f"  - {step}" for step in steps), *values])


def _object(change: ObjectChange) -> str:
    where = f" · {code(place(change.file, change.line))}" if change.file else ""
    applied = f" {prose(applied_in(change).strip())}" if change.deployments else ""
    return f"**{code(str(change.resource))}**{applied}{where}"


def _value(value: object) -> str:
    from vmlint.impact.model import ValueChange

    assert isinstance(value, ValueChange)
    by = f" ({prose(value.giver)})" if value.giver else ""
    return f"{code(value.path)}: {code(value.before) or 'unset'} → {code(value.after) or 'unset'}{by}"
