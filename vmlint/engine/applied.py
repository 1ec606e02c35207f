"""Objects as kustomizations apply them, in a few values: enough that one need not be built again.

Its facts are those of an object of a file; the rest is where it is written, and what was made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vmlint.engine.summaries import Fact, fact_of, resource_of
from vmlint.model.ref import Ref
from vmlint.model.resource import Renamed, Resource, Written
from vmlint.record import Record
from vmlint.source.document import Document

__all__ = ["AppliedFact", "applied_fact", "applied_resource"]

_DocumentOf = Callable[[str, int], Document]


class AppliedFact(Record):
    """An object as it is applied: its facts, the file and the number of its document, the path in it, whether more may
    be added to it, and its identity in its own file with what gives it another one, None where it keeps it."""

    fact: Fact
    file: str
    number: int
    prefix: Sequence[str | int]
    patched: bool
    fragment: bool
    renamed: Sequence[Any] | None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells an object of a deployment from others, as far as it is one of files that have not changed."""
        own = self.fact
        return self.file, self.number, tuple(self.prefix), own.api_version, own.kind, own.namespace, own.name


def applied_fact(found: Resource) -> AppliedFact:
    document, renamed = found.document, found.renamed
    return AppliedFact(
        fact_of(document, found),
        document.file,
        document.index,
        found.prefix,
        found.patched,
        found.fragment,
        renamed and (*renamed.ref, renamed.by.document.file, renamed.by.document.index, renamed.by.path),
    )


def applied_resource(known: AppliedFact, document_of: _DocumentOf, whole: Callable[[], Resource]) -> Resource:
    """The object of which a fact is known; `whole` builds it."""
    renamed = None
    if known.renamed is not None:
        *ref, file, number, path = known.renamed
        renamed = Renamed(Ref(*ref), Written(document_of(file, number), tuple(path)))
    return resource_of(
        document_of(known.file, known.number),
        known.fact,
        prefix=tuple(known.prefix),
        patched=known.patched,
        renamed=renamed,
        whole=whole,
    )
