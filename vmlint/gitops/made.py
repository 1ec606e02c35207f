"""What a kustomization has made so far: its objects, what is not known of it, and why it has no result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from vmlint.gitops.field_specs import FieldSpec, Transformer
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.part import Identity, Part
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable
from vmlint.gitops.references import NameReference
from vmlint.model.field import Path
from vmlint.model.resource import Resource, Written
from vmlint.record import Record

__all__ = ["NAME", "Build", "Inclusion", "Key", "Unread", "check_identities", "taken"]

NAME: Path = ("metadata", "name")

Key = tuple[str, Identity]
"""What no two objects of one result share."""


class Unread(Record):
    """Something of a build that is not known: why, and where it is named."""

    reason: str
    at: Written


class Inclusion(Record):
    """That a kustomization includes another one: the folder of this one, the entry and where that is written."""

    folder: str
    entry: str
    at: Written


class Build:
    """What a kustomization makes: its objects, what is not known of it, and why it has no result.

    `problems` are refusals, and patches that select nothing. One that `failed` has no result; what is left of it is
    only good for saying which files it reads.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.patches: list[Resource] = []
        self.unread: list[Unread] = []
        self.embedded: list[Unread] = []
        """Objects that are no more than text in another one."""
        self.references: list[NameReference] = []
        self.added: dict[Transformer, list[FieldSpec]] = {}
        """The fields that configurations add."""
        self.problems: list[BuildProblem] = []
        self.failed = False
        self.variables: set[str] = set()
        """The names of `vars`, which are filled in last."""
        self.replaced = False
        """Whether replacements may have changed names."""
        self.files: set[str] = set()
        """Every file that the build reads: objects, patches, configurations."""
        self.inclusions: list[Inclusion] = []
        """Every kustomization that is included, however deep."""

    def refuse(self, problem: BuildProblem) -> None:
        self.problems.append(problem)
        self.failed = True

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What ends a build is a problem of it."""
        try:
            yield
        except Unbuildable as error:
            self.refuse(error.problem)

    def add(self, other: Build) -> None:
        self.parts += (part.copy() for part in other.parts)
        for own, more in (
            (self.patches, other.patches),
            (self.unread, other.unread),
            (self.embedded, other.embedded),
            (self.references, other.references),
            (self.problems, other.problems),
            (self.inclusions, other.inclusions),
        ):
            _join(own, more)
        for transformer, specs in other.added.items():
            own_specs = self.added.setdefault(transformer, [])
            own_specs += (spec for spec in specs if spec not in own_specs)
        self.variables |= other.variables
        self.replaced = self.replaced or other.replaced
        self.failed = self.failed or other.failed
        self.files |= other.files


def _join(own: list[Any], more: Sequence[Any]) -> None:
    """Add what is not there yet: a base that is included twice at each of many levels has its problems once."""
    known = set(map(id, own))
    own += (entry for entry in more if id(entry) not in known)


def check_identities(parts: Sequence[Part], kustomization: Kustomization, at: Written) -> None:
    """Raises Unbuildable where two objects have the same identity."""
    known: dict[Any, Part] = {}
    for part in parts:
        if (other := known.setdefault(part.key, part)) is not part:
            raise Unbuildable(taken(part, other, at, kustomization))


def taken(part: Part, other: Part, at: Written, kustomization: Kustomization) -> BuildProblem:
    """Two objects of one identity; `other` was there first."""
    own, its = part.draft.own, other.draft.own
    values = {
        "object": f"{part.kind.name} `{'/'.join(filter(None, (part.namespace, part.name)))}`",
        "file": own.document.file,
        "line": str(own.document.span((*own.path, *NAME)).line),
        "other": its.document.file,
        "other_line": str(its.document.span((*its.path, *NAME)).line),
        "moved": "yes" if part.was or other.was else "",
    }
    return BuildProblem(BuildCode.IDENTITY_TAKEN, at, kustomization.folder, values)
