"""CPU: requests and limits, dedicated placement, NUMA, realtime and hotplug.

Sources: KubeVirt `vmi-create-admitter.go`, `vms-admitter.go`, `pkg/util/hardware/hw_utils.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import amount, flag, has, whole
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.model.quantity import Quantity

__all__ = ["check"]

_SUBJECT = "cpu"
_FIELDS = frozenset(
    (
        "requests",
        "limits",
        "dedicatedCpuPlacement",
        "guestMappingPassthrough",
        "isolateEmulatorThread",
        "realtime",
        "maxSockets",
    )
)
_CPU = ("domain", "cpu")
_DEDICATED = (*_CPU, "dedicatedCpuPlacement")
_PASSTHROUGH = (*_CPU, "numa", "guestMappingPassthrough")
_REALTIME = (*_CPU, "realtime")
_RESOURCES = ("domain", "resources")
_MEMORY_LIMIT = (*_RESOURCES, "limits", "memory")
_HUGEPAGES = ("domain", "memory", "hugepages")
_UINT32 = 0xFFFFFFFF


def check(view: View) -> Iterator[Cause]:
    """CPU amounts and features that contradict each other."""
    if view.fields.isdisjoint(_FIELDS):
        return
    yield from _amounts(view)
    if flag(view.spec, *_DEDICATED):
        yield from _pinned_memory(view)
        yield from _pinned_cpus(view)
        yield from _threads(view)
    yield from _needs(view)
    sockets, most = whole(view.spec, *_CPU, "sockets"), whole(view.spec, *_CPU, "maxSockets")
    if sockets is not None and most and sockets > most:
        yield Cause(
            view.at(*_CPU, "sockets"),
            f"`cpu.sockets` is {sockets}, more than `maxSockets: {most}`.",
            "raise `maxSockets`, or use fewer sockets",
            _SUBJECT,
        )


def _amounts(view: View) -> Iterator[Cause]:
    request, limit = _cpu(view, "requests"), _cpu(view, "limits")
    for kind, value in (("requests", request), ("limits", limit)):
        if value is not None and value.milli() < 0:
            yield Cause(
                view.at(*_RESOURCES, kind, "cpu"),
                f"`resources.{kind}.cpu` is `{value}`; it must not be negative.",
                "use a positive amount",
                _SUBJECT,
            )
    if request is not None and limit is not None and 0 < limit.milli() < request.milli():
        yield Cause(
            view.at(*_RESOURCES, "requests", "cpu"),
            f"the CPU request `{request}` is greater than the limit `{limit}`.",
            "raise the limit or lower the request",
            _SUBJECT,
        )


def _cpu(view: View, kind: str) -> Quantity | None:
    return amount(view.spec, *_RESOURCES, kind, "cpu")


def _pinned_memory(view: View) -> Iterator[Cause]:
    request, limit = (amount(view.spec, *_RESOURCES, kind, "memory") for kind in ("requests", "limits"))
    guest = amount(view.spec, "domain", "memory", "guest")
    if request is None or limit is None:
        return
    nothing = limit.is_zero and request.is_zero and has(view.spec, *_HUGEPAGES) is False
    if nothing and guest is not None and guest.is_zero:
        yield Cause(
            view.at(*_MEMORY_LIMIT),
            "`dedicatedCpuPlacement` needs an amount of memory: `memory.guest`, huge pages, a request or a limit "
            "must be set.",
            "set `domain.memory.guest`",
            _SUBJECT,
        )
    if _unequal(request, limit):
        yield Cause(
            view.at(*_RESOURCES, "requests", "memory"),
            f"`dedicatedCpuPlacement` needs a memory request equal to the limit; they are `{request}` and `{limit}`.",
            "use one value for both",
            _SUBJECT,
        )


def _pinned_cpus(view: View) -> Iterator[Cause]:
    request, limit = _cpu(view, "requests"), _cpu(view, "limits")
    if request is None or limit is None:
        return
    for kind, value in (("requests", request), ("limits", limit)):
        if value.value() > 0 and value.value() * 1000 != value.milli():
            yield Cause(
                view.at(*_RESOURCES, kind, "cpu"),
                f"`dedicatedCpuPlacement` needs whole CPUs, and `resources.{kind}.cpu` is `{value}`.",
                "use a whole number",
                _SUBJECT,
            )
    vcpus = _vcpus(view)
    if vcpus is None:
        return
    if request.value() == limit.value() == vcpus == 0:
        yield Cause(
            view.at(*_DEDICATED),
            "`dedicatedCpuPlacement` needs a number of CPUs, which is not set.",
            "set `domain.cpu.cores`",
            _SUBJECT,
        )
    if _unequal(request, limit):
        yield Cause(
            view.at(*_DEDICATED),
            f"`dedicatedCpuPlacement` needs a CPU request equal to the limit; they are `{request}` and `{limit}`.",
            "use one value for both, or remove them",
            _SUBJECT,
        )
    if (request.value() > 0 or limit.value() > 0) and vcpus > 0 and vcpus not in (request.value(), limit.value()):
        yield Cause(
            view.at(*_DEDICATED),
            f"`dedicatedCpuPlacement` needs a CPU request or limit equal to the {vcpus} vCPUs of `domain.cpu`; they "
            f"are `{request}` and `{limit}`.",
            "remove the CPU request and limit, or the topology",
            _SUBJECT,
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


def _threads(view: View) -> Iterator[Cause]:
    threads = whole(view.spec, *_CPU, "threads")
    if threads is None:
        return
    if threads > 1 and view.architecture == "arm64":
        yield Cause(
            view.at("architecture"),
            f"`dedicatedCpuPlacement` on `arm64` allows one thread per core, and `cpu.threads` is {threads}.",
            "set `cpu.threads` to 1 and use more cores",
            _SUBJECT,
        )
    if threads > 2:
        yield Cause(
            view.at(*_DEDICATED),
            f"`dedicatedCpuPlacement` allows two threads per core, and `cpu.threads` is {threads}.",
            "use more cores and fewer threads",
            _SUBJECT,
        )


def _needs(view: View) -> Iterator[Cause]:
    """Features of the CPU that need another one."""
    dedicated = flag(view.spec, *_DEDICATED)
    passthrough = has(view.spec, *_PASSTHROUGH)
    hugepages = has(view.spec, *_HUGEPAGES)
    isolated = flag(view.spec, *_CPU, "isolateEmulatorThread")
    realtime = has(view.spec, *_REALTIME)
    pin = "set `dedicatedCpuPlacement: true`"
    rows = (
        (
            passthrough and dedicated is False,
            _PASSTHROUGH,
            "numa.guestMappingPassthrough",
            "dedicatedCpuPlacement",
            pin,
        ),
        (
            passthrough and hugepages is False,
            _PASSTHROUGH,
            "numa.guestMappingPassthrough",
            "memory.hugepages",
            "set `domain.memory.hugepages.pageSize`",
        ),
        (
            isolated and dedicated is False,
            (*_CPU, "isolateEmulatorThread"),
            "isolateEmulatorThread",
            "dedicatedCpuPlacement",
            pin,
        ),
        (realtime and dedicated is False, _DEDICATED, "realtime", "dedicatedCpuPlacement", pin),
        (
            realtime and passthrough is False,
            _PASSTHROUGH,
            "realtime",
            "numa.guestMappingPassthrough",
            "set `numa.guestMappingPassthrough: {}`",
        ),
    )
    for missing, path, feature, needed, fix in rows:
        if missing:
            yield Cause(view.at(*path), f"`cpu.{feature}` needs `{needed}`, which is not set.", fix, _SUBJECT)
