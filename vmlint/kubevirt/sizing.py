"""Who gives a VM its vCPUs and its memory, in the design proposals' world.

There an instancetype (`instancetype.kubevirt.io/v1beta2`) need not give amounts, and a VM may give its vCPUs as
`domain.cpu.guest`. No release has either. Source: the design proposal on customized instancetypes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.conflicts import CPU_GROUP, MEMORY_GROUP, TABLE, ReservedFields, Row, nonzero
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.values import whole
from vmlint.model.access import get, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Giver", "Sizing", "applies", "sizing", "sizing_bars", "vm_vcpus"]

_DOMAIN = ("spec", "domain")
_GUEST_CPU = (*_DOMAIN, "cpu", "guest")
_GUEST_MEMORY = (*_DOMAIN, "memory", "guest")
_TOPOLOGY = tuple((*_DOMAIN, "cpu", part) for part in ("cores", "sockets", "threads"))
_REQUESTS = {
    kind: tuple((*_DOMAIN, "resources", section, kind) for section in ("requests", "limits"))
    for kind in ("cpu", "memory")
}
_AMOUNTS = (("cpu", "guest"), ("memory", "guest"))
_GUEST_ROW = Row(CPU_GROUP, _GUEST_CPU, nonzero, _AMOUNTS[0], lambda value: value is not None)
_VERSION = "instancetype.kubevirt.io/v1beta2"


class Giver(Codes):
    """Who gives an amount."""

    NEITHER = "neither"
    VM = "VM"
    INSTANCETYPE = "instancetype"
    BOTH = "both"


class Sizing(Record):
    """Who gives what. The paths lead from the template's root.

    `exclusive` are the fields of a topology beside `domain.cpu.guest`, which exclude each other. `unsupported` are
    the fields that give vCPUs to a VM whose instancetype gives none: only `domain.cpu.guest` may.
    """

    vcpus: Giver
    memory: Giver
    exclusive: tuple[Path, ...]
    unsupported: tuple[Path, ...]


def applies(instancetype: Mapping[str, Any] | None, template: Mapping[str, Any], release: Release | None) -> bool:
    """Whether the proposals decide: no release is named, and the VM or its instancetype, a whole object, uses them."""
    if release is not None:
        return False
    return text(instancetype, "apiVersion") == _VERSION or get(template, *_GUEST_CPU) is not None


def vm_vcpus(template: Mapping[str, Any]) -> int | str | None:
    """The VM's `domain.cpu.guest`; 0 is as good as absent, a variable is its text."""
    guest = get(template, *_GUEST_CPU)
    return guest if isinstance(guest, str) and is_unknown(guest) else whole(guest) or None


def sizing(template: Mapping[str, Any], instancetype: Mapping[str, Any] | None) -> Sizing:
    """Who gives a VM's amounts: its `spec.template` and its instancetype's `spec`, None for a VM without one.

    Without an instancetype, requests and limits count as amounts too: KubeVirt's defaults are taken from them.
    """
    own = vm_vcpus(template) is not None
    parts = tuple(path for path in _TOPOLOGY if whole(get(template, *path)))
    ways = parts if instancetype is None else ()
    vcpus = own or bool(ways) or (instancetype is None and _any(template, _REQUESTS["cpu"]))
    memory = get(template, *_GUEST_MEMORY) is not None or (instancetype is None and _any(template, _REQUESTS["memory"]))
    theirs = get(instancetype, "cpu", "guest") is not None
    unsupported: tuple[Path, ...] = ()
    if instancetype is not None and not theirs:
        unsupported = tuple(path for path in (*parts, _REQUESTS["cpu"][0]) if get(template, *path) is not None)
    return Sizing(
        vcpus=_giver(vcpus, theirs),
        memory=_giver(memory, get(instancetype, "memory", "guest") is not None),
        exclusive=parts if own else (),
        unsupported=unsupported,
    )


def sizing_bars(instancetype: Mapping[str, Any]) -> ReservedFields:
    """What an instancetype's `spec` bars: as ever for what it gives.

    An amount that it does not give bars none of the VM's fields; `Sizing.unsupported` is what the VM may not use.
    """
    rows = [row for row in TABLE if not _is_free(row, instancetype)]
    if get(instancetype, "cpu", "guest") is not None:
        rows.insert(next(at for at, row in enumerate(rows) if row.group == CPU_GROUP), _GUEST_ROW)
    return ReservedFields.of(rows, (MEMORY_GROUP,), instancetype)


def _is_free(row: Row, instancetype: Mapping[str, Any]) -> bool:
    """Whether a row bars a field for the sake of an amount that the instancetype does not give."""
    return row.instancetype in _AMOUNTS and get(instancetype, *row.instancetype) is None


def _any(template: Mapping[str, Any], paths: tuple[Path, ...]) -> bool:
    return any(get(template, *path) is not None for path in paths)


def _giver(vm: bool, instancetype: bool) -> Giver:
    return {(0, 0): Giver.NEITHER, (1, 0): Giver.VM, (0, 1): Giver.INSTANCETYPE}.get((vm, instancetype), Giver.BOTH)
