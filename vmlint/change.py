"""An object before and after a change: the subject of the rules about what an update may do."""

from __future__ import annotations

from typing import NamedTuple

from vmlint.model.resource import Resource

__all__ = ["Change"]


class Change(NamedTuple):
    """One object whose content differs: as a commit had it, and as the files have it now."""

    old: Resource
    new: Resource
