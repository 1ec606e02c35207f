"""CPU: requests and limits, dedicated placement, NUMA, realtime and hotplug.

Sources: KubeVirt `vmi-create-admitter.go`, `vms-admitter.go`, `pkg/util/hardware/hw_utils.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import amount, flag, has, whole
from vmlint.kubevirt.admission.view import View
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_CPU = ("domain", "cpu")
_DEDICATED = (*_CPU, "dedicatedCpuPlacement")
_PASSTHROUGH = (*_CPU, "numa", "guestMappingPassthrough")
_REALTIME = (*_CPU, "realtime")
_RESOURCES = ("domain", "resources")
_MEMORY_LIMIT = (*_RESOURCES, "limits", "memory")
_HUGEPAGES = ("domain", "memory", "hugepages")
_UINT32 = 0xFFFFFFFF


class Code(Codes):
    """What is wrong with a guest's CPUs."""

    SOCKETS_ABOVE_MAXIMUM = "cpu/sockets-above-maximum"
    NEGATIVE = "cpu/negative"
    REQUEST_ABOVE_LIMIT = "cpu/request-above-limit"
    PINNED_WITHOUT_MEMORY = "cpu/pinned-without-memory"
    PINNED_MEMORY_UNEQUAL = "cpu/pinned-memory-unequal"
    PINNED_CPUS_NOT_WHOLE = "cpu/pinned-cpus-not-whole"
    PINNED_WITHOUT_CPUS = "cpu/pinned-without-cpus"
    PINNED_CPUS_UNEQUAL = "cpu/pinned-cpus-unequal"
    PINNED_CPUS_NOT_VCPUS = "cpu/pinned-cpus-not-vcpus"
    ARM64_THREADS = "cpu/arm64-threads"
    PINNED_THREADS = "cpu/pinned-threads"
    NEEDS = "cpu/needs"


def check(view: View) -> Iterator[Refusal]:
    """CPU amounts and features that contradict each other."""
    yield from _amounts(view)
    if flag(view.spec, *_DEDICATED):
        yield from _pinned_memory(view)
        yield from _pinned_cpus(view)
        yield from _threads(view)
    yield from _needs(view)
    sockets, most = whole(view.spec, *_CPU, "sockets"), whole(view.spec, *_CPU, "maxSockets")
    if sockets is not None and most and sockets > most:
        yield Refusal(Code.SOCKETS_ABOVE_MAXIMUM, view.at(*_CPU, "sockets"), {"sockets": sockets, "most": most})


def _amounts(view: View) -> Iterator[Refusal]:
    request, limit = _cpu(view, "requests"), _cpu(view, "limits")
    for kind, value in (("requests", request), ("limits", limit)):
        if value is not None and value.milli() < 0:
            yield Refusal(Code.NEGATIVE, view.at(*_RESOURCES, kind, "cpu"), {"kind": kind, "value": value})
    if request is not None and limit is not None and 0 < limit.milli() < request.milli():
        yield Refusal(
            Code.REQUEST_ABOVE_LIMIT, view.at(*_RESOURCES, "requests", "cpu"), {"request": request, "limit": limit}
        )


def _cpu(view: View, kind: str) -> Quantity | None:
    return amount(view.spec, *_RESOURCES, kind, "cpu")


def _pinned_memory(view: View) -> Iterator[Refusal]:
    request, limit = (amount(view.spec, *_RESOURCES, kind, "memory") for kind in ("requests", "limits"))
    guest = amount(view.spec, "domain", "memory", "guest")
    if request is None or limit is None:
        return
    nothing = limit.is_zero and request.is_zero and has(view.spec, *_HUGEPAGES) is False
    if nothing and guest is not None and guest.is_zero:
        yield Refusal(Code.PINNED_WITHOUT_MEMORY, view.at(*_MEMORY_LIMIT))
    if _unequal(request, limit):
        yield Refusal(
            Code.PINNED_MEMORY_UNEQUAL, view.at(*_RESOURCES, "requests", "memory"), {"request": request, "limit": limit}
        )


def _pinned_cpus(view: View) -> Iterator[Refusal]:
    request, limit = _cpu(view, "requests"), _cpu(view, "limits")
    if request is None or limit is None:
        return
    for kind, value in (("requests", request), ("limits", limit)):
        if value.value() > 0 and value.value() * 1000 != value.milli():
            yield Refusal(Code.PINNED_CPUS_NOT_WHOLE, view.at(*_RESOURCES, kind, "cpu"), {"kind": kind, "value": value})
    vcpus = _vcpus(view)
    if vcpus is None:
        return
    if request.value() == limit.value() == vcpus == 0:
        yield Refusal(Code.PINNED_WITHOUT_CPUS, view.at(*_DEDICATED))
    if _unequal(request, limit):
        yield Refusal(Code.PINNED_CPUS_UNEQUAL, view.at(*_DEDICATED), {"request": request, "limit": limit})
    if (request.value() > 0 or limit.value() > 0) and vcpus > 0 and vcpus not in (request.value(), limit.value()):
        yield Refusal(
            Code.PINNED_CPUS_NOT_VCPUS, view.at(*_DEDICATED), {"vcpus": vcpus, "request": request, "limit": limit}
        )


def _unequal(request: Quantity, limit: Quantity) -> bool:
    return request.value() > 0 and limit.value() > 0 and request.value() != limit.value()


def _vcpus(view: View) -> int | None:
    """Cores by sockets by threads, of those that are given; None where one is undecided."""
    total = 0
    for part in ("cores", "sockets", "threads"):
        count = whole(view.spec, *_CPU, part)
        if count is None or count < 0:
            return None
        total = (total * count if total and count else total or count) & _UINT32
    return total


def _threads(view: View) -> Iterator[Refusal]:
    threads = whole(view.spec, *_CPU, "threads")
    if threads is None:
        return
    if threads > 1 and view.architecture == "arm64":
        yield Refusal(Code.ARM64_THREADS, view.at("architecture"), {"threads": threads})
    if threads > 2:
        yield Refusal(Code.PINNED_THREADS, view.at(*_DEDICATED), {"threads": threads})


def _needs(view: View) -> Iterator[Refusal]:
    """Features of the CPU that need another one."""
    dedicated = flag(view.spec, *_DEDICATED)
    passthrough = has(view.spec, *_PASSTHROUGH)
    hugepages = has(view.spec, *_HUGEPAGES)
    isolated = flag(view.spec, *_CPU, "isolateEmulatorThread")
    realtime = has(view.spec, *_REALTIME)
    rows = (
        (passthrough and dedicated is False, _PASSTHROUGH, "numa.guestMappingPassthrough", "dedicatedCpuPlacement"),
        (passthrough and hugepages is False, _PASSTHROUGH, "numa.guestMappingPassthrough", "memory.hugepages"),
        (
            isolated and dedicated is False,
            (*_CPU, "isolateEmulatorThread"),
            "isolateEmulatorThread",
            "dedicatedCpuPlacement",
        ),
        (realtime and dedicated is False, _DEDICATED, "realtime", "dedicatedCpuPlacement"),
        (realtime and passthrough is False, _PASSTHROUGH, "realtime", "numa.guestMappingPassthrough"),
    )
    for missing, path, feature, needed in rows:
        if missing:
            yield Refusal(Code.NEEDS, view.at(*path), {"feature": feature, "needed": needed})
