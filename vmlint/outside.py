"""Objects that live in every cluster: what KubeVirt deploys itself, with their content.

A catalog is opened only when a name is not in the repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from vmlint.errors import UsageError
from vmlint.graph.build import resource
from vmlint.kubevirt.releases import Release
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.source.document import Document

if TYPE_CHECKING:
    from vmlint.catalog.instancetypes import Catalog

__all__ = ["CommonInstancetypes", "catalogs"]

_NAME = "common-instancetypes"
_KINDS = frozenset(matcher.cluster.name for matcher in Matcher)  # KubeVirt deploys the cluster-wide kinds


class CommonInstancetypes:
    """A release of common-instancetypes; without a version, the one that the release of KubeVirt deploys."""

    def __init__(self, version: str, release: Release | None) -> None:
        self._version = version
        self._release = release
        self._found: dict[Ref, Resource | None] = {}

    @cached_property
    def _catalog(self) -> Catalog | None:
        from vmlint.catalog.instancetypes import catalog, version_for

        version = self._version or version_for(self._release)
        return catalog(version) if version else None

    def find(self, ref: Ref) -> Resource | None:
        """The object of that identity, or None."""
        if ref.kind not in _KINDS:
            return None
        if ref not in self._found:
            self._found[ref] = self._read(ref)
        return self._found[ref]

    def names(self, kind: str) -> Sequence[str]:
        """The names of a kind's objects."""
        return self._catalog.names(kind) if kind in _KINDS and self._catalog else ()

    def _read(self, ref: Ref) -> Resource | None:
        data = self._catalog.find(ref.kind, ref.name) if self._catalog else None
        if data is None or self._catalog is None:
            return None
        document = Document(f"{_NAME} v{self._catalog.version}", 0, 0, "", data)
        return resource(document, (), data, default_namespace="", linted=False)


def catalogs(names: Sequence[str], release: Release | None) -> list[CommonInstancetypes]:
    """The catalogs of a configuration: those that it names, as `common-instancetypes@v1.5.1`, else the default one.

    Raises UsageError for a catalog or version that is not known.
    """
    from vmlint.catalog.instancetypes import versions

    chosen = []
    for name in names:
        catalog, _, version = name.partition("@")
        known = versions()
        if catalog != _NAME or version.removeprefix("v") not in known:
            raise UsageError(f"there is no catalog `{name}`: write `{_NAME}@v{known[-1]}`, or an older version of it")
        chosen.append(CommonInstancetypes(version, release))
    return chosen or [CommonInstancetypes("", release)]
