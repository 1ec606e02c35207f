"""Memory: requests, limits, huge pages, guest memory and its hotplug.

Sources: KubeVirt `vmi-create-admitter.go`, `vms-admitter.go` (validateLiveUpdateFeatures),
`pkg/liveupdate/memory/memory.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import amount, has, look, word
from vmlint.kubevirt.admission.view import Cause, Stage, View
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity, QuantityError

__all__ = ["check"]

_SUBJECT = "memory"
_UNSET = "memory_unset"
_RESOURCES = frozenset(("requests", "limits"))
_REQUEST = ("domain", "resources", "requests", "memory")
_LIMIT = ("domain", "resources", "limits", "memory")
_MEMORY = ("domain", "memory")
_GUEST = (*_MEMORY, "guest")
_MAX_GUEST = (*_MEMORY, "maxGuest")
_PAGE_SIZE = (*_MEMORY, "hugepages", "pageSize")
_FIXED_MEMORY = (
    (("domain", "cpu", "realtime"), "a realtime guest"),
    (("domain", "cpu", "numa", "guestMappingPassthrough"), "a guest that maps the host's NUMA nodes"),
    (("domain", "launchSecurity"), "an encrypted guest"),
)
_LEAST_REQUEST = Quantity.parse("1M")
_LEAST_HOTPLUG = Quantity.parse("1Gi")


def check(view: View) -> Iterator[Cause]:
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


def _amounts(view: View) -> Iterator[Cause]:
    request, limit = amount(view.spec, *_REQUEST), amount(view.spec, *_LIMIT)
    if request is not None and request.value() < 0:
        yield _negative(view, _REQUEST, request)
    elif request is not None and request.value() > 0 and request < _LEAST_REQUEST:
        yield Cause(
            view.at(*_REQUEST),
            f"the memory request is `{request}`, which is less than one megabyte.",
            "add the unit; `1Gi` is one gibibyte, `1` is one byte",
            _SUBJECT,
        )
    if limit is not None and limit.value() < 0:
        yield _negative(view, _LIMIT, limit)
    if request is not None and limit is not None and 0 < limit.value() < request.value():
        yield Cause(
            view.at(*_REQUEST),
            f"the memory request `{request}` is greater than the limit `{limit}`.",
            "raise the limit or lower the request",
            _SUBJECT,
        )


def _negative(view: View, path: Path, value: Quantity) -> Cause:
    return Cause(
        view.at(*path),
        f"`{'.'.join(map(str, path[1:]))}` is `{value}`; it must not be negative.",
        "use a positive amount",
        _SUBJECT,
    )


def _hugepages(view: View) -> Iterator[Cause]:
    if not has(view.spec, *_PAGE_SIZE[:-1]) or (text := word(view.spec, *_PAGE_SIZE)) is None:
        return
    try:
        size = Quantity.parse(text)
    except QuantityError:
        yield Cause(
            view.at(*_PAGE_SIZE),
            f"the huge page size `{text}` is not a valid quantity.",
            "use a page size that the nodes have, such as `2Mi` or `1Gi`",
            _SUBJECT,
        )
        return
    request, guest, limit = (amount(view.spec, *path) for path in (_REQUEST, _GUEST, _LIMIT))
    if request is None or guest is None or limit is None:
        return
    page = size.value()
    memory = request if request.value() else guest if guest.value() else limit
    if not request.value() and look(view.spec, *_GUEST) is None:
        yield Cause(
            view.at(*_PAGE_SIZE),
            "the template uses huge pages without `memory.guest` or a memory request, on which KubeVirt's "
            "webhook crashes.",
            "set `domain.memory.guest`",
            _SUBJECT,
        )
    elif not page:
        yield Cause(
            view.at(*_PAGE_SIZE),
            f"the huge page size is `{text}`; it must be more than zero.",
            "use a page size that the nodes have, such as `2Mi` or `1Gi`",
            _SUBJECT,
        )
    elif memory.value() and memory.value() < page:
        yield Cause(
            view.at(*_PAGE_SIZE),
            f"the memory `{memory}` is less than one huge page of `{text}`.",
            "use a smaller page size or more memory",
            _SUBJECT,
        )
    elif memory.value() % page:
        yield Cause(
            view.at(*_PAGE_SIZE),
            f"the memory `{memory}` is not a multiple of the huge page size `{text}`.",
            "use a multiple of the page size",
            _SUBJECT,
        )


def _guest_within_limit(view: View) -> Iterator[Cause]:
    guest, limit = amount(view.spec, *_GUEST), amount(view.spec, *_LIMIT)
    if view.cluster.live_update is not False or guest is None or limit is None:
        return
    if limit.value() and limit.value() < guest.value():
        yield Cause(
            view.at(*_GUEST),
            f"the guest memory `{guest}` is greater than the memory limit `{limit}`.",
            "raise `resources.limits.memory`, or remove it",
            _SUBJECT,
        )


def _hotplug(view: View) -> Iterator[Cause]:
    """The first reason why the guest's memory can't grow to `maxGuest`."""
    if view.owner.value.vm is None or view.cluster.live_update is False:
        return
    if look(view.spec, *_MAX_GUEST) is None:
        return
    found = _no_hotplug(view)
    if found:
        path, reason, fix = found
        gate = "vmRolloutStrategy" if view.cluster.live_update is None else None
        yield Cause(
            view.at(*path), f"`memory.maxGuest` enables memory hotplug, and {reason}.", fix, _SUBJECT, gate=gate
        )


def _no_hotplug(view: View) -> tuple[Path, str, str] | None:
    spec = view.spec
    for path, guest_kind in _FIXED_MEMORY:
        there = has(spec, *path)
        if there is None:
            return None
        if there:
            return _MEMORY, f"{guest_kind} can't have it", f"remove `maxGuest`, or `{'.'.join(path)}`"
    guest, most = amount(spec, *_GUEST), amount(spec, *_MAX_GUEST)
    page = word(spec, *_PAGE_SIZE)
    if guest is None or most is None or page is None:
        return None
    block = "1Gi" if page == "1Gi" else "2Mi"
    if look(spec, *_GUEST) is None:
        return _GUEST, "the guest memory is not set", "set `domain.memory.guest`"
    if guest > most:
        return _GUEST, f"the guest memory `{guest}` is greater than the maximum `{most}`", "raise `maxGuest`"
    for path, value, noun in ((_GUEST, guest, "the guest memory"), (_MEMORY, most, "`maxGuest`")):
        if value.value() % Quantity.parse(block).value():
            return path, f"{noun} `{value}` is not a multiple of `{block}`", f"use a multiple of `{block}`"
    architecture = word(spec, "architecture")
    if architecture is None:
        return None
    if architecture != "amd64":
        written = f"`{architecture}`" if architecture else "a template without `architecture`"
        return _MEMORY, f"{written} can't have it: only `amd64` can", "set `architecture: amd64`, or remove `maxGuest`"
    if guest < _LEAST_HOTPLUG:
        return _GUEST, f"the guest memory `{guest}` is less than `1Gi`", "use `1Gi` or more, or remove `maxGuest`"
    return None


def _absent(view: View) -> Iterator[Cause]:
    """A template may leave memory out; the VirtualMachineInstance made from it may not."""
    if any(look(view.spec, *path) is not None for path in (_GUEST, _PAGE_SIZE[:-1])):
        return
    amounts = [amount(view.spec, *path) for path in (_REQUEST, _LIMIT)]
    if all(value is not None and value.is_zero for value in amounts):
        yield Cause(
            view.at(*_MEMORY),
            "the VM has no memory: `memory.guest`, `memory.hugepages`, a request or a limit must be set.",
            "set `domain.memory.guest`" + (", or name an instancetype" if view.vm is not None else ""),
            _UNSET,
            Stage.VMI,
        )
