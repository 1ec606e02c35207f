"""The kinds of KubeVirt and CDI: the API versions that each release serves, and the schemas of the newest release.

Data: `schemas-kinds.json` is kept by hand; `schemas.json` is made by `tools/distil_schemas.py`.
Sources: KubeVirt `pkg/virt-operator/resource/generate/components`, v0.53 to v1.9; CDI
`pkg/operator/resources/crds_generated.go`, v1.40 to v1.66.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from vmlint.catalog import data
from vmlint.record import Record

__all__ = ["PROPOSAL", "ApiKind", "ApiVersion", "api_kind", "groups", "kinds", "newest", "nodes", "root"]

PROPOSAL = "proposal"
"""Stands where a release would: a design document has it, and no release serves it yet."""


class ApiVersion(Record):
    """A version of a kind's API. "" means: as far back as is known, or: still.

    Releases are written as `1.8`; those of KubeVirt and of CDI are two countings.
    """

    name: str
    since: str = ""
    until: str = ""
    deprecated: str = ""


class ApiKind(Record):
    """A kind with its API versions, oldest first. `product` is `kubevirt` or `cdi`, the one whose releases count."""

    group: str
    name: str
    product: str
    namespaced: bool
    admission: str
    versions: tuple[ApiVersion, ...]

    def version(self, name: str) -> ApiVersion | None:
        return next((version for version in self.versions if version.name == name), None)


@cache
def _read(name: str) -> Any:
    return json.loads(data(name))


@cache
def _kinds() -> dict[tuple[str, str], ApiKind]:
    rows: dict[tuple[str, str], ApiKind] = {}
    for key, row in _read("schemas-kinds.json").items():
        group, _, name = key.partition("/")
        versions = tuple(ApiVersion(version, **facts) for version, facts in row["versions"].items())
        namespaced = row.get("scope") != "cluster"
        rows[group, name] = ApiKind(group, name, row["product"], namespaced, row["admission"], versions)
    return rows


def api_kind(group: str, name: str) -> ApiKind | None:
    """What is known of a kind, None for a kind of neither product."""
    return _kinds().get((group, name))


def groups() -> frozenset[str]:
    """The API groups of the two products."""
    return frozenset(group for group, _ in _kinds())


def kinds(group: str) -> list[str]:
    """The kinds of an API group of the two products."""
    return [name for own, name in _kinds() if own == group]


def root(group: str, name: str, version: str) -> int | None:
    """The index of a kind's schema in `nodes()`: that of one API version where it has its own. None where none is."""
    roots = _read("schemas.json")["roots"]
    found: int | None = roots.get(f"{group}/{name}@{version}", roots.get(f"{group}/{name}"))
    return found


def nodes() -> list[dict[str, Any]]:
    """All schema nodes in the normal form of `vmlint.schema.openapi`; a child is the index of a node."""
    found: list[dict[str, Any]] = _read("schemas.json")["nodes"]
    return found


def newest(product: str) -> str:
    """The newest release of a product that the schemas know."""
    found: str = _read("schemas.json")["newest"][product]
    return found
