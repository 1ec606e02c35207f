"""What the user declares about the cluster that the files are for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from vmlint.kubevirt.releases import Release
from vmlint.model.ref import Ref
from vmlint.record import Record

__all__ = ["Settings"]


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

    def is_closed(self, ref: Ref) -> bool:
        """Whether an object that is not in the files does not exist."""
        if isinstance(self.closed, bool):
            return self.closed
        return bool(ref.namespace) and any(fnmatchcase(ref.namespace, pattern) for pattern in self.closed)
