"""A custom instancetype or preference, copied from another. Source: the design proposal on customization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.errors import UsageError
from vmlint.kubevirt.values import ensure, whole
from vmlint.model.access import get, items, mapping
from vmlint.model.kinds import Kind
from vmlint.model.matcher import LABEL_PREFIX, Matcher
from vmlint.model.quantity import Quantity
from vmlint.source.clone import clone

__all__ = ["LEAST_MEMORY", "MOST_VCPUS", "customize"]

MOST_VCPUS = 2**32 - 1
"""The greatest value of `cpu.guest`, an unsigned integer of 32 bits."""

LEAST_MEMORY = Quantity.parse("1M")
"""The API server refuses less: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-create-admitter.go`."""

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def customize(
    original: Mapping[str, Any],
    *,
    kind: Kind,
    name: str,
    namespace: str = "",
    vcpus: int | None = None,
    memory: str | None = None,
) -> dict[str, Any]:
    """A manifest of the given kind, name and namespace ("" for none) with the spec of the original.

    `vcpus` and `memory` replace the amounts of an instancetype; `maxSockets` and `maxGuest` rise with them, as a guest
    can't start above its limit. Labels and annotations of `instancetype.kubevirt.io`, which describe the original, are
    not copied, and neither is what a cluster writes into metadata. UsageError for an amount that the original can't
    have.
    """
    metadata: dict[str, Any] = {"name": name, **({"namespace": namespace} if namespace else {})}
    for section in ("labels", "annotations"):
        kept = {key: value for key, value in items(original, "metadata", section) if not _describes_original(key)}
        if kept:
            metadata[section] = kept
    spec: dict[str, Any] = clone(mapping(original, "spec"))
    if vcpus is not None:
        _need_instancetype(kind, "vcpus")
        _set_vcpus(spec, vcpus)
    if memory is not None:
        _need_instancetype(kind, "memory")
        _set_memory(spec, memory)
    return {"apiVersion": original.get("apiVersion"), "kind": kind.name, "metadata": metadata, "spec": spec}


def _describes_original(key: str) -> bool:
    return key.startswith(LABEL_PREFIX) or key == _APPLIED


def _need_instancetype(kind: Kind, option: str) -> None:
    if kind in (Matcher.PREFERENCE.cluster, Matcher.PREFERENCE.namespaced):
        raise UsageError(f"`--{option}` applies to instancetypes: a preference sets no amounts")


def _set_vcpus(spec: dict[str, Any], vcpus: int) -> None:
    cpu = ensure(spec, "cpu")
    cpu["guest"] = vcpus
    most = whole(cpu.get("maxSockets"))
    if most is not None and most < vcpus:
        cpu["maxSockets"] = vcpus


def _set_memory(spec: dict[str, Any], memory: str) -> None:
    amount = Quantity.parse(memory)
    page = Quantity.try_parse(get(spec, "memory", "hugepages", "pageSize"))
    if page is not None and page.value() > 0 and amount.value() % page.value():
        raise UsageError(f"the memory `{memory}` is not a multiple of the original's huge pages of `{page}`")
    section = ensure(spec, "memory")
    section["guest"] = memory
    most = Quantity.try_parse(section.get("maxGuest"))
    if most is not None and most < amount:
        section["maxGuest"] = memory
