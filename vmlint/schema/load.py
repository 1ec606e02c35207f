"""Where schemas come from: the catalog for KubeVirt's and CDI's kinds, a CustomResourceDefinition for others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from vmlint.catalog.schemas import PROPOSAL, ApiVersion, api_kind, groups, kinds, newest, nodes, root
from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.kinds import in_wrong_group
from vmlint.model.refusal import Refusal
from vmlint.schema.check import Admission, Release, Schema
from vmlint.schema.code import Outcome, SchemaCode, fault
from vmlint.schema.node import Node

__all__ = ["check_version", "schema_of", "schemas_of_crd"]

_FIELD = ("apiVersion",)
_NAMES = {"kubevirt": "KubeVirt", "cdi": "CDI"}
_ALIKE = 0.93  # of two names of fourteen letters one letter may differ; difflib's ratio


@cache
def schema_of(api_version: str, kind: str) -> Schema | None:
    """The schema of a kind of KubeVirt or CDI, None for another kind or a version that never was."""
    group, _, version = api_version.rpartition("/")
    row = api_kind(group, kind)
    index = root(group, kind, version)
    if row is None or index is None or row.version(version) is None:
        return None
    table = nodes()
    return Schema(kind, Admission.named(row.admission), Node(table[index], table), row.product)


def schemas_of_crd(data: Any) -> Iterator[tuple[str, str, Schema]]:
    """The kinds that a CustomResourceDefinition defines: `apiVersion`, `kind` and schema of each served version.

    A version without a structural schema is passed over.
    """
    from vmlint.schema.openapi import normalise

    group, kind = text(data, "spec", "group"), text(data, "spec", "names", "kind")
    for version in sequence(data, "spec", "versions"):
        schema = get(version, "schema", "openAPIV3Schema")
        if group and kind and isinstance(schema, dict) and mapping(version).get("served") is True:
            yield (
                f"{group}/{text(version, 'name')}",
                kind,
                Schema(kind, Admission.named("crd"), Node(normalise(schema))),
            )


@lru_cache(maxsize=1024)  # a repository has few versions and kinds
def check_version(api_version: str, kind: str, *, target: Release | None = None) -> Refusal | None:
    """What is wrong with an object's API version, None if nothing is, or the kind is of another product's group.

    `target` is the release of the kind's product (KubeVirt or CDI); without one, the newest release counts, and what a
    proposal brings is accepted.
    """
    group, _, name = api_version.rpartition("/")
    row = api_kind(group, kind)
    if row is None:
        known = group in groups() or in_wrong_group(group, kind)
        return _unknown_kind(api_version, group, kind) if known else None
    product = _NAMES[row.product]
    version = row.version(name)
    release = target[:2] if target else _release(newest(row.product))
    served = sorted((known.name for known in row.versions if _serves(known.since, known.until, release)), key=_maturity)
    values: dict[str, Any] = {
        "api_version": api_version,
        "kind": kind,
        "product": product,
        "served": f"{group}/{served[-1]}" if served else "",
        "upgrade": bool(target),
    }
    if version is None:
        return fault(SchemaCode.VERSION_UNKNOWN, _FIELD, group=group, version=name, **values)
    if version.since == PROPOSAL:
        if target is None:
            return None
        return fault(SchemaCode.VERSION_PROPOSED, _FIELD, **values)
    if not _serves(version.since, version.until, release):
        if version.until and release > _release(version.until):
            return fault(SchemaCode.VERSION_GONE, _FIELD, release=version.until, **values)
        return fault(SchemaCode.VERSION_NOT_YET, _FIELD, release=version.since, **values)
    if version.deprecated and release >= _release(version.deprecated):
        other = row.version(served[-1]) if served[-1] != name else None
        if other is None or _deprecated(other, release):
            return _deprecation(version.deprecated, "", False, values)
        # What all releases serve beside it is the same object by another name: the definitions convert nothing.
        return _deprecation(version.deprecated, f"{group}/{other.name}", not other.since, values)
    return None


def _unknown_kind(api_version: str, group: str, kind: str) -> Refusal | None:
    """A known kind in the wrong group, or one that is misspelt; a kind of no known name may well exist."""
    homes = [other for other in sorted(groups()) if other != "flavor.kubevirt.io" and api_kind(other, kind)]
    if not homes:
        meant = _meant(kind, kinds(group))
        return fault(SchemaCode.KIND_MISSPELT, ("kind",), group=group, kind=kind, meant=meant) if meant else None
    row = api_kind(homes[0], kind)
    version = max((known.name for known in row.versions if known.since != PROPOSAL), key=_maturity) if row else ""
    meant = f"{homes[0]}/{version}"
    return fault(SchemaCode.KIND_ELSEWHERE, _FIELD, api_version=api_version, kind=kind, meant=meant)


def _meant(kind: str, known: Sequence[str]) -> str:
    """The kind that differs in case alone, by a plural, or by one letter; "" where none does."""
    from difflib import SequenceMatcher  # only a fault needs it

    for name in known:
        if kind.casefold() in (name.casefold(), f"{name.casefold()}s"):
            return name
    near = [name for name in known if abs(len(name) - len(kind)) < 2 and name[:1] == kind[:1]]
    ranked = sorted((SequenceMatcher(None, kind, name, autojunk=False).ratio(), name) for name in near)
    return ranked[-1][1] if ranked and ranked[-1][0] >= _ALIKE else ""


def _deprecation(release: str, instead: str, sure: bool, values: Mapping[str, Any]) -> Refusal:
    """`instead` is the version to write, "" for none; it is `sure` where it is the same object by another name."""
    code = SchemaCode.VERSION_DEPRECATED
    return fault(code, _FIELD, Outcome.ACCEPTED, release=release, instead=instead, sure=sure, **values)


def _deprecated(version: ApiVersion | None, release: Release) -> bool:
    return bool(version and version.deprecated and release >= _release(version.deprecated))


def _serves(since: str, until: str, release: Release) -> bool:
    if since == PROPOSAL:
        return False
    return (not since or _release(since) <= release) and (not until or release <= _release(until))


def _maturity(version: str) -> tuple[int, ...]:
    """The order in which Kubernetes prefers versions: v1alpha1, v1beta1, v1beta2, v1."""
    match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if not match:
        return (0,)
    return {"alpha": 1, "beta": 2, None: 3}[match[2]], int(match[1]), int(match[3] or 0)


def _release(text: str) -> Release:
    major, minor = text.split(".")
    return int(major), int(minor)
