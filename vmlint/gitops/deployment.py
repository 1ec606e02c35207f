"""One deployment: the objects that are applied together, a picture of a cluster of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.source.document import Document, Skipped

if TYPE_CHECKING:
    from vmlint.gitops.made import Unread

__all__ = ["MACHINES", "BuiltBefore", "Deployment", "Recipe"]

MACHINES = "kubevirt.io"
"""How the API groups of KubeVirt and CDI end."""


class Recipe(Record):
    """What a kustomization's result depends on, and what other deployments learn of it.

    `files` are all that its build reads, each with the places of the objects in it that matter. `names` has the kind
    and the name of everything that it applies. `is_step`: others complete what it applies. `forms_names`: a name in it
    may be one that no file has as a word.
    """

    files: Mapping[str, str]
    names: AbstractSet[tuple[str, str]]
    is_step: bool
    forms_names: bool


class BuiltBefore(Record):
    """A kustomization that was built before of files that have not changed: its recipe, and what gives its objects.

    These are made of the documents, by file and number, and of a function that builds them after all, in the same
    order, for somebody who asks for more than what is known.
    """

    recipe: Recipe
    objects: Callable[[Callable[[str, int], Document], Callable[[], Sequence[Resource]]], Sequence[Resource]]


class Deployment(Record):
    """What is applied together. `name` is for people, "" for the folder tree.

    `unread` is what it includes that no file holds, `unclear` which of its objects and patches are no whole objects.
    """

    name: str
    resources: tuple[Resource, ...]
    unread: tuple[Unread, ...] = ()
    unclear: tuple[Unread, ...] = ()
    tool: str = ""
    """The object of Flux or Argo CD that applies it, "" for none."""
    failed: bool = False
    """A tool refuses it, so that nothing of it is applied."""
    recipe: Recipe | None = None
    """How it is built, None where more than its files decides that, or where it has a problem."""

    @property
    def left_out(self) -> Iterator[Skipped]:
        """What is not linted of a deployment that holds machines or their disks, with the reason."""
        if any(found.kind.group.endswith(MACHINES) for found in self.resources):
            for reason, at in (*self.unread, *self.unclear):
                yield Skipped(at.document.file, at.document.span(at.path).line, reason)
