"""The identity of a Kubernetes object."""

from __future__ import annotations

from vmlint.record import Record

__all__ = ["Ref"]


class Ref(Record):
    """Group, kind, namespace ("" for a cluster-wide kind) and name. The version is no part of an identity."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Kind namespace/name, as messages write it."""
        return f"{self.kind} {self.short}"

    @property
    def short(self) -> str:
        """namespace/name, or the name alone for a cluster-wide object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name
