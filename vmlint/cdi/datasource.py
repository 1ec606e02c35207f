"""What a DataSource leads to: a claim or a snapshot, straight or over one other DataSource.

Source: CDI `pkg/controller/common/util.go` (ResolveDataSourceChain), `pkg/controller/datasource-controller.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.cdi.storageworld import Gap, Lookup, Reason, Undecided
from vmlint.model.access import get, text
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record
from vmlint.source.span import Path

__all__ = ["End", "Target", "resolve"]


class End(Codes):
    """Where a DataSource ends; from NO_SOURCE on it never becomes ready."""

    CLAIM = "claim"
    SNAPSHOT = "snapshot"
    NO_SOURCE = "no-source"
    NOT_FOUND = "not-found"
    CROSS_NAMESPACE = "cross-namespace"
    SELF_REFERENCE = "self-reference"
    TOO_DEEP = "too-deep"


class Target(Record):
    """The end of a DataSource: for CLAIM and SNAPSHOT the object that it names (it may not exist).

    `path` is the field of the first DataSource that leads there, or that is wrong.
    """

    end: End
    path: Path
    namespace: str = ""
    name: str = ""

    @property
    def ready(self) -> bool:
        """Whether the chain itself is sound."""
        return self.end in (End.CLAIM, End.SNAPSHOT)


_SOURCE: Path = ("spec", "source")
_REFERENCE: Path = (*_SOURCE, "dataSource")
_MEMBERS = (("pvc", End.CLAIM), ("snapshot", End.SNAPSHOT))


def resolve(data: Mapping[str, Any], name: str, namespace: str, lookup: Lookup) -> Target | Undecided:
    """Follows a DataSource of that name and namespace; a reference goes before a claim, a claim before a snapshot."""
    if not isinstance(get(data, *_REFERENCE), dict):
        return _end(data, namespace, None)
    other, other_namespace = text(data, *_REFERENCE, "name"), text(data, *_REFERENCE, "namespace") or namespace
    if is_unknown(other) or is_unknown(other_namespace):
        return Undecided("", Reason(Gap.VARIABLE_IN_DATA_SOURCE_REFERENCE))
    if other_namespace != namespace:
        return Target(End.CROSS_NAMESPACE, (*_REFERENCE, "namespace"), other_namespace, other)
    if other == name:
        return Target(End.SELF_REFERENCE, (*_REFERENCE, "name"), namespace, other)
    found = lookup(namespace, other)
    if isinstance(found, Undecided):
        return found
    if found is None:
        return Target(End.NOT_FOUND, (*_REFERENCE, "name"), namespace, other)
    if isinstance(get(found, *_REFERENCE), dict):
        return Target(End.TOO_DEEP, (*_REFERENCE, "name"), namespace, other)
    return _end(found, namespace, _REFERENCE)


def _end(data: Mapping[str, Any], namespace: str, over: Path | None) -> Target | Undecided:
    for member, end in _MEMBERS:
        if isinstance(get(data, *_SOURCE, member), dict):
            name, own = text(data, *_SOURCE, member, "name"), text(data, *_SOURCE, member, "namespace")
            if is_unknown(name) or is_unknown(own):
                return Undecided("", Reason(Gap.VARIABLE_IN_DATA_SOURCE))
            return Target(end, over or (*_SOURCE, member), own or namespace, name)
    return Target(End.NO_SOURCE, over or _SOURCE)
