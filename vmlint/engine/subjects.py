"""What rules are asked about, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vmlint.gitops.problem import BuildProblem
from vmlint.model.resource import Resource
from vmlint.rule import Change
from vmlint.source.document import Document
from vmlint.world import World

__all__ = ["NumberedSubject", "Subject", "subjects_of"]

Subject = Document | BuildProblem | Resource | Change

NumberedSubject = tuple[int, Subject]
"""A subject with the number of its world."""


def subjects_of(
    documents: Iterable[Document | BuildProblem], worlds: Sequence[World], changes: Iterable[tuple[int, Change]] = ()
) -> list[NumberedSubject]:
    """Every subject with the number of its world, in the order of worlds; documents are the same in all."""
    return [
        *((0, document) for document in documents),
        *(
            (number, resource)
            for number, world in enumerate(worlds)
            for resource in world.cluster.resources
            if resource.linted
        ),
        *changes,
    ]
