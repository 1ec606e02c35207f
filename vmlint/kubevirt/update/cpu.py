"""CPU sockets of a running guest.

Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (handleCPUChangeRequest, VMICPUsPatch).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Live, Restart, UpdateReason
from vmlint.kubevirt.values import whole
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity

__all__ = ["SOCKETS", "change_sockets"]

SOCKETS: Path = ("domain", "cpu", "sockets")
_ALLOCATION_RATIO = 10


def change_sockets(
    wanted: Mapping[str, Any], guest: Guest, allocation_ratio: int = _ALLOCATION_RATIO
) -> Live | Restart | None:
    """Give a running guest the sockets of the VM's spec, in place, or say why that takes a restart."""
    if get(wanted, *SOCKETS[:-1]) is None or get(guest.spec, *SOCKETS[:-1]) is None:
        return None
    before, after = (_number(get(spec, *SOCKETS)) for spec in (guest.spec, wanted))
    if before is None or after is None or before == after:
        return None
    if after > (whole(get(guest.spec, "domain", "cpu", "maxSockets")) or 0):
        return Restart(UpdateReason.SOCKETS_ABOVE_MAXIMUM, (SOCKETS,))
    if after < before:
        return Restart(UpdateReason.SOCKETS_REDUCED, (SOCKETS,))
    if wanted.get("architecture") == "arm64":
        return Restart(UpdateReason.SOCKETS_ARCHITECTURE, (SOCKETS,))
    _raise_resources(wanted, guest, after, allocation_ratio)
    guest.spec["domain"]["cpu"]["sockets"] = after
    return Live(SOCKETS, before, after, by_migration=True)


def _number(value: Any) -> int | None:
    return 0 if value is None else whole(value)


def _raise_resources(wanted: Mapping[str, Any], guest: Guest, sockets: int, ratio: int) -> None:
    cpu = guest.spec["domain"]["cpu"]
    each = (whole(cpu.get("cores")) or 1) * (whole(cpu.get("threads")) or 1)
    delta = (sockets - (whole(cpu.get("sockets")) or 0)) * each * (1000 // max(ratio, 1))
    for kind in ("requests", "limits"):
        requested = Quantity.try_parse(get(wanted, "domain", "resources", kind, "cpu"))
        current = Quantity.try_parse(get(guest.spec, "domain", "resources", kind, "cpu"))
        if requested is not None and not requested.is_zero and current is not None:
            guest.spec["domain"]["resources"][kind]["cpu"] = str(current + Quantity(delta, -3))
