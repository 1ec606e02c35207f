"""Guest memory of a running guest.

Sources: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (handleMemoryHotplugRequest), `pkg/liveupdate/memory/memory.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Live, Restart, UpdateReason
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.quantity import Format, Quantity

__all__ = ["GUEST_MEMORY", "change_memory", "hotplug_flaw"]

GUEST_MEMORY: Path = ("domain", "memory", "guest")
_MAX_GUEST: Path = ("domain", "memory", "maxGuest")
_LEAST = Quantity.parse("1Gi")
_FIXED = (
    (("domain", "cpu", "realtime"), UpdateReason.MEMORY_REALTIME),
    (("domain", "cpu", "numa", "guestMappingPassthrough"), UpdateReason.MEMORY_NUMA),
    (("domain", "launchSecurity"), UpdateReason.MEMORY_ENCRYPTED),
)


def hotplug_flaw(spec: Mapping[str, Any], most: Quantity | None) -> UpdateReason | None:
    """Why a guest's memory can't grow up to an amount; None where it can."""
    for path, why in _FIXED:
        if get(spec, *path) is not None:
            return why
    guest = Quantity.try_parse(get(spec, *GUEST_MEMORY))
    if guest is None:
        return UpdateReason.MEMORY_UNSET
    if most is None:
        return UpdateReason.MEMORY_NO_MAXIMUM
    block = Quantity.parse("1Gi" if get(spec, "domain", "memory", "hugepages", "pageSize") == "1Gi" else "2Mi").value()
    if guest > most:
        return UpdateReason.MEMORY_ABOVE_MAXIMUM
    if guest.value() % block or most.value() % block:
        return UpdateReason.MEMORY_UNALIGNED
    if get(spec, "architecture") != "amd64":
        return UpdateReason.MEMORY_ARCHITECTURE
    return UpdateReason.MEMORY_TOO_SMALL if guest < _LEAST else None


def change_memory(wanted: Mapping[str, Any], guest: Guest, *, migratable: bool | None) -> Live | Restart | None:
    """Give a running guest the memory of the VM's spec, in place, or say why that takes a restart."""
    before, after = (Quantity.try_parse(get(spec, *GUEST_MEMORY)) for spec in (guest.spec, wanted))
    if before is None or after is None or before == after or guest.booted_with is None:
        return None
    if migratable is False:
        return Restart(UpdateReason.MEMORY_NOT_MIGRATABLE, (GUEST_MEMORY,))
    most = Quantity.try_parse(get(guest.spec, *_MAX_GUEST))
    if most is None:
        return Restart(UpdateReason.MEMORY_NOT_PREPARED, (GUEST_MEMORY,))
    flaw = hotplug_flaw(wanted, most)
    if flaw is None and after < guest.booted_with:
        flaw = UpdateReason.MEMORY_BELOW_BOOT
    if flaw is not None:
        return Restart(flaw, (GUEST_MEMORY,))
    guest.spec["domain"]["memory"]["guest"] = str(after)
    _raise_resources(wanted, guest, after.value() - before.value())
    return Live(GUEST_MEMORY, str(before), str(after), by_migration=True)


def _raise_resources(wanted: Mapping[str, Any], guest: Guest, delta: int) -> None:
    """The pod asks for as much more as the guest gets."""
    for kind, spec in (("requests", guest.spec), ("limits", wanted)):
        current = Quantity.try_parse(get(guest.spec, "domain", "resources", kind, "memory"))
        requested = Quantity.try_parse(get(spec, "domain", "resources", kind, "memory"))
        if current is not None and requested is not None and not requested.is_zero:
            raised = Quantity(current.value() + delta, format=Format.BINARY)
            guest.spec["domain"]["resources"][kind]["memory"] = str(raised)
