"""Memory: requests, limits, huge pages, guest memory and its hotplug.

Sources: KubeVirt `vmi-create-admitter.go`, `vms-admitter.go` (validateLiveUpdateFeatures),
`pkg/liveupdate/memory/memory.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import amount, has, look, word
from vmlint.kubevirt.admission.view import View
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity, QuantityError
from vmlint.model.refusal import Refusal, Refuser
from vmlint.record import Codes

__all__ = ["Code", "check"]

_RESOURCES = frozenset(("requests", "limits"))
_REQUEST = ("domain", "resources", "requests", "memory")
_LIMIT = ("domain", "resources", "limits", "memory")
_MEMORY = ("domain", "memory")
_GUEST = (*_MEMORY, "guest")
_MAX_GUEST = (*_MEMORY, "maxGuest")
_PAGE_SIZE = (*_MEMORY, "hugepages", "pageSize")
_FIXED_MEMORY = (
    ("domain", "cpu", "realtime"),
    ("domain", "cpu", "numa", "guestMappingPassthrough"),
    ("domain", "launchSecurity"),
)
_LEAST_REQUEST = Quantity.parse("1M")
_LEAST_HOTPLUG = Quantity.parse("1Gi")


class Code(Codes):
    """What is wrong with a guest's memory."""

    REQUEST_TOO_SMALL = "memory/request-too-small"
    REQUEST_ABOVE_LIMIT = "memory/request-above-limit"
    NEGATIVE = "memory/negative"
    PAGE_SIZE_INVALID = "memory/page-size-invalid"
    HUGEPAGES_WITHOUT_MEMORY = "memory/hugepages-without-memory"
    PAGE_SIZE_ZERO = "memory/page-size-zero"
    LESS_THAN_A_PAGE = "memory/less-than-a-page"
    NOT_WHOLE_PAGES = "memory/not-whole-pages"
    GUEST_ABOVE_LIMIT = "memory/guest-above-limit"
    UNSET_IN_VM = "memory_unset/unset-in-vm"
    UNSET = "memory_unset/unset"
    HOTPLUG_FIXED = "memory/hotplug-fixed"
    HOTPLUG_WITHOUT_GUEST = "memory/hotplug-without-guest"
    HOTPLUG_ABOVE_MAXIMUM = "memory/hotplug-above-maximum"
    HOTPLUG_GUEST_BLOCKS = "memory/hotplug-guest-blocks"
    HOTPLUG_MAXIMUM_BLOCKS = "memory/hotplug-maximum-blocks"
    HOTPLUG_ARCHITECTURE = "memory/hotplug-architecture"
    HOTPLUG_WITHOUT_ARCHITECTURE = "memory/hotplug-without-architecture"
    HOTPLUG_TOO_SMALL = "memory/hotplug-too-small"


def check(view: View) -> Iterator[Refusal]:
    """Amounts that contradict each other or the rules of hotplug."""
    fields = view.fields
    if not fields.isdisjoint(_RESOURCES):
        yield from _amounts(view)
    if "hugepages" in fields:
        yield from _hugepages(view)
    if "limits" in fields:
        yield from _guest_within_limit(view)
    if "maxGuest" in fields:
        yield from _hotplug(view)
    yield from _absent(view)


def _amounts(view: View) -> Iterator[Refusal]:
    request, limit = amount(view.spec, *_REQUEST), amount(view.spec, *_LIMIT)
    if request is not None and request.value() < 0:
        yield _negative(view, _REQUEST, request)
    elif request is not None and request.value() > 0 and request < _LEAST_REQUEST:
        yield Refusal(Code.REQUEST_TOO_SMALL, view.at(*_REQUEST), {"request": request})
    if limit is not None and limit.value() < 0:
        yield _negative(view, _LIMIT, limit)
    if request is not None and limit is not None and 0 < limit.value() < request.value():
        yield Refusal(Code.REQUEST_ABOVE_LIMIT, view.at(*_REQUEST), {"request": request, "limit": limit})


def _negative(view: View, path: Path, value: Quantity) -> Refusal:
    return Refusal(Code.NEGATIVE, view.at(*path), {"field": ".".join(map(str, path[1:])), "value": value})


def _hugepages(view: View) -> Iterator[Refusal]:
    if not has(view.spec, *_PAGE_SIZE[:-1]) or (text := word(view.spec, *_PAGE_SIZE)) is None:
        return
    try:
        size = Quantity.parse(text)
    except QuantityError:
        yield Refusal(Code.PAGE_SIZE_INVALID, view.at(*_PAGE_SIZE), {"size": text})
        return
    request, guest, limit = (amount(view.spec, *path) for path in (_REQUEST, _GUEST, _LIMIT))
    if request is None or guest is None or limit is None:
        return
    page = size.value()
    memory = request if request.value() else guest if guest.value() else limit
    if not request.value() and look(view.spec, *_GUEST) is None:
        yield Refusal(Code.HUGEPAGES_WITHOUT_MEMORY, view.at(*_PAGE_SIZE))
    elif not page:
        yield Refusal(Code.PAGE_SIZE_ZERO, view.at(*_PAGE_SIZE), {"size": text})
    elif memory.value() and memory.value() < page:
        yield Refusal(Code.LESS_THAN_A_PAGE, view.at(*_PAGE_SIZE), {"memory": memory, "size": text})
    elif memory.value() % page:
        yield Refusal(Code.NOT_WHOLE_PAGES, view.at(*_PAGE_SIZE), {"memory": memory, "size": text})


def _guest_within_limit(view: View) -> Iterator[Refusal]:
    guest, limit = amount(view.spec, *_GUEST), amount(view.spec, *_LIMIT)
    if view.cluster.live_update is not False or guest is None or limit is None:
        return
    if limit.value() and limit.value() < guest.value():
        yield Refusal(Code.GUEST_ABOVE_LIMIT, view.at(*_GUEST), {"guest": guest, "limit": limit})


def _hotplug(view: View) -> Iterator[Refusal]:
    """The first reason why the guest's memory can't grow to `maxGuest`."""
    if view.owner.value.vm is None or view.cluster.live_update is False:
        return
    if look(view.spec, *_MAX_GUEST) is None:
        return
    found = _no_hotplug(view)
    if found is not None:
        gate = "vmRolloutStrategy" if view.cluster.live_update is None else None
        yield found._replace(path=view.at(*found.path), gate=gate)


def _no_hotplug(view: View) -> Refusal | None:
    """The refusal at a path in the guest's spec."""
    spec = view.spec
    for path in _FIXED_MEMORY:
        there = has(spec, *path)
        if there is None:
            return None
        if there:
            return Refusal(Code.HOTPLUG_FIXED, _MEMORY, {"field": ".".join(path)})
    guest, most = amount(spec, *_GUEST), amount(spec, *_MAX_GUEST)
    page = word(spec, *_PAGE_SIZE)
    if guest is None or most is None or page is None:
        return None
    block = "1Gi" if page == "1Gi" else "2Mi"
    if look(spec, *_GUEST) is None:
        return Refusal(Code.HOTPLUG_WITHOUT_GUEST, _GUEST)
    if guest > most:
        return Refusal(Code.HOTPLUG_ABOVE_MAXIMUM, _GUEST, {"guest": guest, "most": most})
    for code, path, value in ((Code.HOTPLUG_GUEST_BLOCKS, _GUEST, guest), (Code.HOTPLUG_MAXIMUM_BLOCKS, _MEMORY, most)):
        if value.value() % Quantity.parse(block).value():
            return Refusal(code, path, {"value": value, "block": block})
    architecture = word(spec, "architecture")
    if architecture is None:
        return None
    if architecture != "amd64":
        code = Code.HOTPLUG_ARCHITECTURE if architecture else Code.HOTPLUG_WITHOUT_ARCHITECTURE
        return Refusal(code, _MEMORY, {"architecture": architecture})
    if guest < _LEAST_HOTPLUG:
        return Refusal(Code.HOTPLUG_TOO_SMALL, _GUEST, {"guest": guest})
    return None


def _absent(view: View) -> Iterator[Refusal]:
    """A template may leave memory out; the VirtualMachineInstance made from it may not."""
    if any(look(view.spec, *path) is not None for path in (_GUEST, _PAGE_SIZE[:-1])):
        return
    amounts = [amount(view.spec, *path) for path in (_REQUEST, _LIMIT)]
    if all(value is not None and value.is_zero for value in amounts):
        yield Refusal(
            Code.UNSET_IN_VM if view.vm is not None else Code.UNSET, view.at(*_MEMORY), by=Refuser.GUEST_WEBHOOK
        )
