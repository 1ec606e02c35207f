"""What the rules on the form of objects share: the causes that a rule tells, and the faults made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.cause import Outcome, SchemaCause, SchemaKind
from vmlint.world import World

__all__ = ["BEHIND", "FIRST", "causes", "in_metadata", "told"]

FIRST = 1
"""The rank of what the API server sees before anything else does."""
BEHIND = -1
"""The rank of what other rules say better, where they say it."""

_OPEN = {
    SchemaKind.MISSING: "whether a kustomization adds what the object lacks",
    SchemaKind.NAME: "whether a kustomization renames the object",
}

_EFFECT = {
    Outcome.REFUSED: Effect.REJECTED,
    Outcome.DROPPED: Effect.IGNORED,
    Outcome.INERT: Effect.IGNORED,
    Outcome.BLANK: Effect.IGNORED,
    Outcome.ACCEPTED: Effect.DEPRECATED,
}


def causes(resource: Resource, world: World, *kinds: SchemaKind) -> Iterator[SchemaCause]:
    """The causes of some kinds, in the object's own order."""
    return (cause for cause in world.form.causes(resource) if cause.kind in kinds)


def told(
    meta: Meta, resource: Resource, causes: Iterable[SchemaCause], *, at_key: bool = False
) -> Iterator[Fault | Doubt]:
    """The faults of some causes, shown at the field's name or at its value.

    What a kustomization may add or rename is undecided.
    """
    for cause in causes:
        place = resource.at(*cause.path)._replace(key=at_key)
        if resource.patched and (open_question := _OPEN.get(cause.kind)):
            yield meta.doubt(place, f"{open_question}: {cause.message}")
            continue
        fix, edits, sure = cause.fix, cause.edits, cause.sure
        if cause.taken and _is_beside(resource, cause):
            fix, edits, sure = cause.taken.fix, cause.taken.edits, True
        fault = meta.at(place, f"{cause.message}.", fix=fix, effect=_EFFECT[cause.outcome])
        yield fault.mended(Fix.SAFE if sure else Fix.UNSAFE, *edits) if edits else fault


def _is_beside(resource: Resource, cause: SchemaCause) -> bool:
    """Whether a field and the place where it belongs are in one document; a patch may set what its base sets too."""
    return resource.written(cause.belongs).document is resource.written(cause.path).document


def in_metadata(cause: SchemaCause) -> bool:
    """Whether a cause lies in the object's own metadata."""
    return cause.path[:1] == ("metadata",)
