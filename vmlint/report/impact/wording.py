"""The headings and sentences that all formats of an impact share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vmlint.impact.model import Group, Impact, ObjectChange
from vmlint.record import Record
from vmlint.report.wording import counted

__all__ = ["GROUPS", "Heading", "applied_in", "closing", "details", "grouped", "summary"]


class Heading(Record):
    """A group of changes: its heading, what it means in one sentence, the style of its heading, and its noun."""

    title: str
    meaning: str
    style: str
    one: str
    many: str = ""


GROUPS: Mapping[Group, Heading] = {
    Group.DATA_LOSS: Heading(
        "Data loss",
        "Deleted together with the data of its disks.",
        "error",
        "object deleted with its data",
        "objects deleted with their data",
    ),
    Group.REFUSED: Heading(
        "Refused", "The cluster does not take the edit, and nothing changes.", "error", "refused edit"
    ),
    Group.TROUBLE: Heading(
        "Accepted, and then stuck",
        "KubeVirt stores the edit, and can't apply it.",
        "error",
        "VM that gets stuck",
        "VMs that get stuck",
    ),
    Group.DELETED: Heading("Deleted", "Removed from the cluster.", "error", "deletion"),
    Group.RESTART: Heading(
        "Restart required", "The change takes effect when the guest is restarted.", "warning", "restart"
    ),
    Group.UNDECIDED: Heading(
        "Undecided",
        "The files do not show what becomes of the VM.",
        "warning",
        "undecided edit",
    ),
    Group.RUN: Heading(
        "Started or stopped", "The guest starts or stops at once.", "warning", "start or stop", "starts or stops"
    ),
    Group.LIVE: Heading("Live", "The running guest is changed at once.", "note", "live change"),
    Group.NEXT_START: Heading(
        "At the next start",
        "The change takes effect at the next start of the guest, without a condition or event.",
        "note",
        "change at the next start",
        "changes at the next start",
    ),
    Group.SUSPENDED: Heading(
        "Suspended",
        "The tool that applies it is suspended: this happens when it is resumed.",
        "note",
        "suspended change",
    ),
    Group.FINDING: Heading("New findings", "What `vmlint check` reports on the new release.", "warning", "new finding"),
    Group.DEFAULT: Heading(
        "Defaults that change", "What KubeVirt does differently.", "note", "change of defaults", "changes of defaults"
    ),
    Group.DEPRECATED: Heading(
        "Deprecated", "Still served, and to be replaced before a later release removes it.", "note", "deprecated field"
    ),
    Group.CREATED: Heading("Created", "New in the cluster.", "note", "new object"),
    Group.NOTHING: Heading(
        "Nothing changes",
        "The edit reaches nothing that exists.",
        "quiet",
        "edit without effect",
        "edits without effect",
    ),
    Group.RESOLVED: Heading(
        "Resolved", "Findings on the old release that the new one does not have.", "quiet", "resolved finding"
    ),
}


def grouped(impact: Impact) -> Iterator[tuple[Group, Heading, list[ObjectChange]]]:
    """The groups that have changes, in their order."""
    for group in Group:
        if changes := list(impact.of(group)):
            yield group, GROUPS[group], changes


def summary(impact: Impact) -> str:
    """How many changes there are of each group: `1 restart, 2 live changes`."""
    parts = [counted(len(changes), heading.one, heading.many) for _, heading, changes in grouped(impact)]
    return ", ".join(parts) or "nothing changes in the cluster"


def details(change: ObjectChange) -> Iterator[str]:
    """The sentences below an object, after its values: what happens, what to do, and what else is to be known."""
    yield capital(change.message)
    if change.controller_error and change.controller_error.rstrip(".").casefold() not in change.message.casefold():
        yield change.controller_error
    if change.fix:
        yield f"Fix: {change.fix}."
    for note in change.notes:
        yield capital(note if note.endswith(".") else f"{note}.")
    if change.suspended:
        yield f"{change.suspended} is suspended: nothing happens until it is resumed."


def applied_in(change: ObjectChange) -> str:
    """What applies the object: ` in dev`, "" for no deployment with a name."""
    return f" in {', '.join(change.deployments)}" if change.deployments else ""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def closing(impact: Impact) -> Iterator[str]:
    """What is at the end: what was not compared, and what is taken for granted."""
    if impact.unchanged:
        yield f"{counted(impact.unchanged, 'object')} unchanged or without effect on VMs and their disks."
    yield from impact.assumptions
