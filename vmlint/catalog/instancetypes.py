"""The instancetypes and preferences of common-instancetypes, which KubeVirt deploys itself.

The data is made by `tools/instancetypes.py` from the bundles of the releases: `instancetypes.json` has what each
release contains, two files beside it the specs and sets of labels, a line each. Most runs need few or none of these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from vmlint.catalog import data

__all__ = ["Catalog", "catalog", "newest", "version_for", "versions"]

_LABEL_PREFIX = "instancetype.kubevirt.io/"
_SECTIONS = {
    "VirtualMachineClusterInstancetype": "instancetypes",
    "VirtualMachineInstancetype": "instancetypes",
    "VirtualMachineClusterPreference": "preferences",
    "VirtualMachinePreference": "preferences",
}
# The first release has all its objects in the version before.
_API_VERSIONS = {"0.1.0": "instancetype.kubevirt.io/v1alpha2"}
_API_VERSION = "instancetype.kubevirt.io/v1beta1"


class Catalog:
    """One release. KubeVirt deploys the cluster-wide kinds; each object exists for the namespaced kinds as well."""

    def __init__(self, version: str, position: int, data: Mapping[str, Any]) -> None:
        self.version = version
        self._data = data
        self._position = position

    def __repr__(self) -> str:
        return f"<common-instancetypes {self.version}>"

    def names(self, kind: str) -> Sequence[str]:
        """The names of a kind's objects, sorted; none for another kind."""
        rows = self._data.get(_SECTIONS.get(kind, ""), {})
        return [name for name in rows if self._row(kind, name) is not None]

    def find(self, kind: str, name: str) -> dict[str, Any] | None:
        """A whole object, or None where the release has none of that kind and name. Don't change it."""
        row = self._row(kind, name)
        if row is None:
            return None
        _, _, spec, labels = row
        return {
            "apiVersion": _API_VERSIONS.get(self.version, _API_VERSION),
            "kind": kind,
            "metadata": {"name": name, "labels": _whole_labels(_entry("labels", labels))},
            "spec": _entry("specs", spec),
        }

    def _row(self, kind: str, name: str) -> Sequence[int] | None:
        rows = self._data.get(_SECTIONS.get(kind, ""), {}).get(name, ())
        return next((row for row in rows if row[0] <= self._position <= row[1]), None)


def versions() -> tuple[str, ...]:
    """Every release that is known, from the oldest."""
    return tuple(_data()["versions"])


def newest() -> str:
    """The newest release that is known."""
    return versions()[-1]


def version_for(release: tuple[int, int, int] | None) -> str | None:
    """The release that a release of KubeVirt deploys; None before 1.1, which deployed none.

    No release, or one that is newer than those known, means the newest.
    """
    pins = sorted((_numbers(kubevirt), version) for kubevirt, version in _data()["pins"].items())
    if release is None or release[:2] > pins[-1][0][:2]:
        return newest()
    return next((version for kubevirt, version in reversed(pins) if kubevirt <= release), None)


def _numbers(release: str) -> tuple[int, int, int]:
    major, minor, patch = release.split(".")
    return int(major), int(minor), int(patch)


@lru_cache(maxsize=8)
def catalog(version: str) -> Catalog:
    """A release of common-instancetypes, `1.7.0` or `v1.7.0`. Raises KeyError for one that is not known."""
    plain = version.removeprefix("v")
    known = versions()
    if plain not in known:
        raise KeyError(version)
    return Catalog(plain, known.index(plain), _data())


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(data("instancetypes.json"))
    return table


@cache
def _lines(store: str) -> list[bytes]:
    return data(f"instancetypes-{store}.jsonl").splitlines()


@cache
def _entry(store: str, index: int) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(_lines(store)[index])
    return entry


def _whole_labels(labels: Mapping[str, str]) -> dict[str, str]:
    return {key if key[0] != "/" else f"{_LABEL_PREFIX}{key[1:]}": value for key, value in labels.items()}
