"""A fault in vmlint itself: something that raised, and what it was looking at."""

from __future__ import annotations

from vmlint.errors import described
from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.source.document import Document

__all__ = ["Crash", "crash"]


class Crash(Record):
    """What failed on what. `rule` is the slug of a rule, "" where something else failed; `pack` names the pack that
    it comes from, "" for vmlint itself.

    `error` is the error with the place in the program, `trace` the whole traceback.
    """

    work: str
    rule: str
    pack: str
    document: Document
    resource: Resource | None
    error: str
    trace: str

    def __str__(self) -> str:
        about = f"{self.resource} in {self.document.file}" if self.resource is not None else self.document.file
        return f"{self.work} failed on {about}: {self.error}"


def crash(
    error: Exception, work: str, document: Document, resource: Resource | None = None, rule: str = "", pack: str = ""
) -> Crash:
    """The crash that an error is, while it is being handled."""
    import traceback

    return Crash(work, rule, pack, document, resource, described(error), "".join(traceback.format_exception(error)))
