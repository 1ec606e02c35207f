"""Objects that live in every cluster: what KubeVirt deploys itself, with their content.

A catalog is opened only when a name is not in the repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmlint.errors import UsageError
from vmlint.graph.build import resource
from vmlint.kubevirt.releases import Release
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.runtime.cached import cached_property
from vmlint.source.document import Document

if TYPE_CHECKING:
    from vmlint.catalog.instancetypes import Catalog

__all__ = ["AnyCatalog", "CommonInstancetypes", "GoldenImages", "catalogs"]

_NAME = "common-instancetypes"
_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]
_KINDS = frozenset(matcher.cluster for matcher in Matcher)  # KubeVirt deploys the cluster-wide kinds


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
        if BY_GROUP_KIND.get(ref[:2]) not in _KINDS:
            return None
        if ref not in self._found:
            self._found[ref] = self._read(ref)
        return self._found[ref]

    def names(self, kind: Kind) -> Sequence[str]:
        """The names of a kind's objects."""
        return self._catalog.names(kind.name) if kind in _KINDS and self._catalog else ()

    def _read(self, ref: Ref) -> Resource | None:
        data = self._catalog.find(ref.kind, ref.name) if self._catalog else None
        if data is None or self._catalog is None:
            return None
        document = Document(f"{_NAME} v{self._catalog.version}", 0, 0, "", data)
        return resource(document, (), data, default_namespace="", linted=False)


class GoldenImages:
    """The golden images of a platform. What an image holds is not known, but for the labels that name its defaults."""

    def __init__(self, name: str) -> None:
        from vmlint.catalog.images import IMAGES

        self._name = name
        self._namespace, images = IMAGES[name]
        self._images = {image.name: image for image in images}
        self._found: dict[str, Resource | None] = {}

    def find(self, ref: Ref) -> Resource | None:
        """The DataSource of that identity, or None."""
        if ref[:3] != (*_DATA_SOURCE[:2], self._namespace) or ref.name not in self._images:
            return None
        if ref.name not in self._found:
            self._found[ref.name] = self._read(ref.name)
        return self._found[ref.name]

    def names(self, kind: Kind) -> Sequence[str]:
        """None: a name of an image is no hint at what another namespace holds."""
        return ()

    @property
    def namespace(self) -> str:
        """The namespace of the images."""
        return self._namespace

    @property
    def unlabelled(self) -> list[str]:
        """The images of which no more than the name is known, as patterns of objects outside."""
        return [
            f"{_DATA_SOURCE.name} {self._namespace}/{name}"
            for name, image in self._images.items()
            if not image.instancetype
        ]

    def _read(self, name: str) -> Resource | None:
        image = self._images[name]
        if not image.instancetype:
            return None
        labels = {Matcher.INSTANCETYPE.label: image.instancetype, Matcher.PREFERENCE.label: image.preference}
        data = {
            "apiVersion": f"{_DATA_SOURCE.group}/v1beta1",
            "kind": _DATA_SOURCE.name,
            "metadata": {"name": name, "namespace": self._namespace, "labels": labels},
            "spec": {"source": {"pvc": {"name": f"{name}-${{import}}", "namespace": self._namespace}}},
        }
        document = Document(f"the catalog {self._name}", 0, 0, "", data)
        return resource(document, (), data, default_namespace="", linted=False)


AnyCatalog = CommonInstancetypes | GoldenImages


def catalogs(names: Sequence[str], release: Release | None) -> list[AnyCatalog]:
    """The catalogs of a configuration: those that it names, such as `common-instancetypes@v1.5.1`.

    Where it names no version of common-instancetypes, the default one is known too. Raises UsageError for a catalog or
    version that is not known.
    """
    from vmlint.catalog.images import IMAGES
    from vmlint.catalog.instancetypes import versions

    chosen: list[AnyCatalog] = []
    for name in names:
        if name in IMAGES:
            chosen.append(GoldenImages(name))
            continue
        catalog, _, version = name.partition("@")
        known = versions()
        if catalog != _NAME or version.removeprefix("v") not in known:
            raise UsageError(
                f"the catalog `{name}` does not exist: write `{_NAME}@v{known[-1]}`, or an older version of it"
            )
        chosen.append(CommonInstancetypes(version, release))
    if not any(isinstance(catalog, CommonInstancetypes) for catalog in chosen):
        chosen.append(CommonInstancetypes("", release))
    return chosen
