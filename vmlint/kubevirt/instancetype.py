"""What an instancetype gives to a VM that does not conflict with it.

Source: KubeVirt `pkg/instancetype/apply/*.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.topology import UNDECIDED, Topology, distribute
from vmlint.kubevirt.values import Draft, whole
from vmlint.model.access import get, mapping
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.record import Record

__all__ = [
    "TABLE",
    "InstancetypePlan",
    "Row",
    "apply_instancetype",
    "instancetype_plan",
    "lay_out",
    "memory_request",
    "vcpus",
]


class Row(Record):
    """A field of an instancetype's `spec`, and the VM's field from its template's root."""

    instancetype: Path
    vm: Path
    since: tuple[int, int] = (0, 56)
    empty: bool = False
    """Whether an empty text is copied too."""


_DOMAIN = ("spec", "domain")
_SECTIONS = ((*_DOMAIN, "cpu"), (*_DOMAIN, "memory"))
_REQUESTS = (*_DOMAIN, "resources", "requests")
_ANNOTATIONS = ("metadata", "annotations")

TABLE: tuple[Row, ...] = (
    Row(("nodeSelector",), ("spec", "nodeSelector"), (1, 1)),
    Row(("schedulerName",), ("spec", "schedulerName"), (1, 1)),
    Row(("cpu", "model"), (*_DOMAIN, "cpu", "model")),
    Row(("cpu", "dedicatedCPUPlacement"), (*_DOMAIN, "cpu", "dedicatedCpuPlacement")),
    Row(("cpu", "isolateEmulatorThread"), (*_DOMAIN, "cpu", "isolateEmulatorThread")),
    Row(("cpu", "numa"), (*_DOMAIN, "cpu", "numa")),
    Row(("cpu", "realtime"), (*_DOMAIN, "cpu", "realtime")),
    Row(("cpu", "maxSockets"), (*_DOMAIN, "cpu", "maxSockets"), (1, 3)),
    Row(("memory", "guest"), (*_DOMAIN, "memory", "guest")),
    Row(("memory", "hugepages"), (*_DOMAIN, "memory", "hugepages")),
    Row(("memory", "maxGuest"), (*_DOMAIN, "memory", "maxGuest"), (1, 3)),
    Row(("ioThreads", "supplementalPoolThreadCount"), (*_DOMAIN, "ioThreads", "supplementalPoolThreadCount"), (1, 7)),
    Row(("ioThreadsPolicy",), (*_DOMAIN, "ioThreadsPolicy"), empty=True),
    Row(("launchSecurity",), (*_DOMAIN, "launchSecurity")),
    Row(("gpus",), (*_DOMAIN, "devices", "gpus")),
    Row(("hostDevices",), (*_DOMAIN, "devices", "hostDevices")),
)
"""The fields that are copied, over the VM's own where that is no conflict (`maxSockets`, and `false`)."""

_OVERCOMMIT_SINCE = (1, 0)
_ANNOTATIONS_SINCE = (1, 1)


def vcpus(instancetype: Mapping[str, Any]) -> int | str:
    """The number of vCPUs of an instancetype's `spec`, 0 where it has none; a variable is its text."""
    guest = get(instancetype, "cpu", "guest")
    return guest if isinstance(guest, str) and is_unknown(guest) else whole(guest) or 0


class InstancetypePlan(Record):
    """An instancetype, prepared for many VMs: values with the mappings that get them, by the path from a template's
    root, and their fields there; the pod's memory request, and annotations."""

    values: tuple[tuple[tuple[str, ...], str, Any], ...]
    request: str | None
    annotations: Mapping[str, Any] | None


def instancetype_plan(instancetype: Mapping[str, Any], release: Release | None = None) -> InstancetypePlan:
    """The plan of an instancetype's `spec` in a release; `lay_out` distributes its vCPUs."""
    served = [row for row in TABLE if release is None or release.serves(row.since)]
    request = None
    if release is None or release.serves(_OVERCOMMIT_SINCE):
        request = memory_request(get(instancetype, "memory", "guest"), get(instancetype, "memory", "overcommitPercent"))
    with_annotations = release is None or release.serves(_ANNOTATIONS_SINCE)
    return InstancetypePlan(
        tuple(
            (tuple(map(str, row.vm[:-1])), str(row.vm[-1]), value)
            for row in served
            if not _left_out(row, value := get(instancetype, *row.instancetype))
        ),
        None if request is None else str(request),
        mapping(instancetype, "annotations") if with_annotations else None,
    )


def _left_out(row: Row, value: Any) -> bool:
    return value is None or value == [] or (value == "" and not row.empty)


def apply_instancetype(draft: Draft, plan: InstancetypePlan) -> None:
    """Give what an instancetype gives to a VM's template that does not conflict with it."""
    for section in _SECTIONS:
        draft.at(section)
    for holder, field, value in plan.values:
        draft.at(holder)[field] = value
    if plan.request is not None:
        draft.at(_REQUESTS)["memory"] = plan.request
    if plan.annotations is not None:
        annotations = draft.at(_ANNOTATIONS)
        for key, value in plan.annotations.items():
            annotations.setdefault(key, value)


def lay_out(
    cpu: dict[str, Any], count: int | str, preference: Mapping[str, Any] | None, release: Release | None = None
) -> None:
    """Write that many vCPUs into `domain.cpu`, as the preference's `spec` prefers.

    What nobody can tell is written as a variable.
    """
    topology = distribute(count, preference, release) or Topology(UNDECIDED, UNDECIDED, UNDECIDED)
    cpu.update(topology._asdict())


def memory_request(guest: Any, overcommit_percent: Any) -> Quantity | None:
    """The memory that the pod asks for under overcommitment, None without: whole bytes, in single precision as
    KubeVirt reckons."""
    percent = whole(overcommit_percent)
    amount = Quantity.try_parse(guest)
    if not percent or percent < 0 or amount is None:
        return None
    share = _single(1 - _single(_single(percent) / 100))
    return Quantity(int(_single(_single(amount.value()) * share)), format=amount.format)


def _single(value: float) -> float:
    """The nearest number of single precision."""
    import struct

    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return 0.0
