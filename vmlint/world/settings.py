"""What the user declares about the cluster that the files are for."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from vmlint.kubevirt.releases import Release
from vmlint.model.ref import Ref
from vmlint.record import Codes, Record

__all__ = ["Absence", "Settings"]


class Absence(Codes):
    """Why the cluster surely lacks an object after an edit."""

    DELETED = "deleted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    """The tool that would apply it is suspended."""


class Settings(Record):
    """What the user declares about the cluster.

    `closed` is True where nothing exists but what the files hold, or names the namespaces (globs) that are wholly in
    the repository.
    """

    closed: bool | tuple[str, ...] = False
    release: Release | None = None
    """The release of KubeVirt that the repository is for; None accepts everything known."""
    likeness: bool = True
    """Whether VMs and templates that are identical apart from names are judged once, see `likeness`."""

    absent: Mapping[Ref, Absence] = {}
    """The objects that the cluster surely lacks, whatever is declared about it."""

    def is_closed(self, ref: Ref) -> bool:
        """Whether an object that is not in the files does not exist."""
        if ref in self.absent:
            return True
        if isinstance(self.closed, bool):
            return self.closed
        return bool(ref.namespace) and any(fnmatchcase(ref.namespace, pattern) for pattern in self.closed)
