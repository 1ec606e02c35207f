"""What the rules on the form of objects share: the refusals that a rule reports, and the faults made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vmlint.model.refusal import Refusal
from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.code import Outcome, SchemaKind, kind_of, outcome_of
from vmlint.world import World

from .._wording import in_words
from ._words import WORDS, taken_words

__all__ = ["BEHIND", "FIRST", "faults_of", "in_metadata", "reported"]

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


def faults_of(resource: Resource, world: World, *kinds: SchemaKind) -> Iterator[Refusal]:
    """The faults of some kinds, in the object's own order."""
    return (refusal for refusal in world.form.refusals(resource) if kind_of(refusal) in kinds)


def reported(
    meta: Meta, resource: Resource, refusals: Iterable[Refusal], *, at_key: bool = False
) -> Iterator[Fault | Doubt]:
    """The faults of some refusals, shown at the field's name or at its value.

    What a kustomization may add or rename is undecided.
    """
    for refusal in refusals:
        place, words = resource.at(*refusal.path)._replace(key=at_key), in_words(WORDS, refusal)
        if resource.patched and (open_question := _OPEN.get(kind_of(refusal))):
            yield meta.doubt(place, f"{open_question}: {words.wrong}")
            continue
        if (taken := taken_words(refusal)) and _is_beside(resource, refusal):
            words = taken
        fault = meta.at(place, f"{words.wrong}.", fix=words.fix, effect=_EFFECT[outcome_of(refusal)])
        yield fault.with_fix(Fix.SAFE if words.sure else Fix.UNSAFE, *words.edits(refusal)) if words.edits else fault


def _is_beside(resource: Resource, refusal: Refusal) -> bool:
    """Whether a field and the place where it belongs are in one document; a patch may set what its base sets too."""
    place = refusal.values["hint"].place
    return resource.written(place).document is resource.written(refusal.path).document


def in_metadata(refusal: Refusal) -> bool:
    """Whether a fault is in the object's own metadata."""
    return refusal.path[:1] == ("metadata",)
