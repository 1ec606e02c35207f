"""What a reference leads to."""

from __future__ import annotations

from vmlint.model.field import Path
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.record import Codes, Record

__all__ = ["Resolution", "State"]


class State(Codes):
    """Found in the repository; missing from it; living elsewhere by the user's or a catalog's word; not decidable."""

    FOUND = "found"
    MISSING = "missing"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


class Resolution(Record):
    """The answer to "what is this reference?".

    `resource` is the object where its content is known: always when found, sometimes when outside (a context folder,
    a catalog). `made_at` is the field of `resource` that makes the object, where the object itself is written nowhere:
    the template of a VM, the claim of a DataVolume. `nowhere` means that no cluster can have the object, whatever the
    world. `moved` is the object that has this identity in its own file, and is applied under another one. `reason` is
    for people.
    """

    state: State
    ref: Ref
    resource: Resource | None = None
    made_at: Path = ()
    reason: str = ""
    nowhere: bool = False
    moved: Resource | None = None

    @property
    def made(self) -> bool:
        """Whether `resource` is not the object itself but what makes it."""
        return self.resource is not None and self.resource.ref != self.ref

    @property
    def place(self) -> Place | None:
        """Where the object is, or is made."""
        if self.resource is None or not self.resource.document.text:
            return None
        return Place(self.resource, self.made_at or ("metadata", "name"))
