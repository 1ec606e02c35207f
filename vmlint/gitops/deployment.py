"""One deployment: the objects that are applied together, a picture of a cluster of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.source.document import Skipped

if TYPE_CHECKING:
    from vmlint.gitops.build import Unread

__all__ = ["MACHINES", "Deployment"]

MACHINES = "kubevirt.io"
"""How the API groups of KubeVirt and CDI end."""


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

    @property
    def left_out(self) -> Iterator[Skipped]:
        """What is not linted of a deployment that holds machines or their disks, with the reason."""
        if any(found.kind.group.endswith(MACHINES) for found in self.resources):
            for reason, at in (*self.unread, *self.unclear):
                yield Skipped(at.document.file, at.document.span(at.path).line, reason)
