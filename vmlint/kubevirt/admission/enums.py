"""Fields that take one of a few words.

Sources: KubeVirt `vmi-create-admitter.go`, `pkg/network/admitter`, `pkg/storage/admitters/disks.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import found
from vmlint.kubevirt.admission.view import Owner, View
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Code", "check"]

_DEVICES = ("domain", "devices")


class Code(Codes):
    """What is wrong with a field that takes one of a few words."""

    MISSPELT = "enums/misspelt"
    UNKNOWN = "enums/unknown"
    MISSING = "enums/missing"


class _Words(Record):
    """A path, in which `*` represents a list's indexes, and what may stand there. "" means absent to some fields."""

    path: Path
    words: tuple[str, ...]
    may_be_empty: bool = True


_TABLE = (
    _Words(("domain", "cpu", "features", "*", "policy"), ("force", "require", "optional", "disable", "forbid")),
    _Words(("startStrategy",), ("Paused",), False),
    _Words(("domain", "devices", "interfaces", "*", "state"), ("absent", "up", "down")),
    _Words(
        (*_DEVICES, "interfaces", "*", "model"), ("e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "virtio")
    ),
    _Words((*_DEVICES, "inputs", "*", "bus"), ("virtio", "usb")),
    _Words((*_DEVICES, "inputs", "*", "type"), ("tablet",), False),
    _Words(("domain", "ioThreadsPolicy"), ("shared", "auto", "supplementalPool"), False),
    _Words((*_DEVICES, "disks", "*", "cache"), ("none", "writethrough", "writeback")),
    _Words((*_DEVICES, "disks", "*", "io"), ("native", "threads")),
    _Words((*_DEVICES, "disks", "*", "errorPolicy"), ("stop", "ignore", "report", "enospace"), False),
    _Words(("volumes", "*", "hostDisk", "type"), ("DiskOrCreate", "Disk"), False),
    _Words(("dnsPolicy",), ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")),
    _Words(("evictionStrategy",), ("None", "LiveMigrate", "LiveMigrateIfPossible", "External"), False),
    _Words((*_DEVICES, "sound", "model"), ("ich9", "ac97")),
    _Words((*_DEVICES, "panicDevices", "*", "model"), ("hyperv", "isa", "pvpanic"), False),
)


# Words that must be there: to KubeVirt absent is empty. A VirtualMachineInstance gets the only input type by default.
_REQUIRED: tuple[tuple[Path, str, tuple[Owner, ...]], ...] = (
    ((*_DEVICES, "inputs", "*"), "type", (Owner.VM, Owner.POOL, Owner.REPLICA_SET)),
    (("volumes", "*", "hostDisk"), "type", tuple(Owner)),
)


def _fields(path: Path) -> frozenset[str | int]:
    """The fields of a path; where one is nowhere in a spec, the path leads nowhere."""
    return frozenset(path) - {"*"}


_BY_FIELDS = tuple((_fields(row.path), row) for row in _TABLE)
_REQUIRED_BY_FIELDS = tuple((_fields(row[0]), row) for row in _REQUIRED)


def check(view: View) -> Iterator[Refusal]:
    """Words that a field does not take."""
    for needed, (path, words, may_be_empty) in _BY_FIELDS:
        for place, value in found(view.spec, path) if needed <= view.fields else ():
            if not isinstance(value, str) or is_unknown(value) or value in words or (may_be_empty and not value):
                continue
            meant = next((word for word in words if value and word.casefold() == value.casefold()), "")
            values = {"field": path[-1], "value": value, "known": words, "meant": meant}
            yield Refusal(Code.MISSPELT if meant else Code.UNKNOWN, view.at(*place), values)
    for needed, (path, field, owners) in _REQUIRED_BY_FIELDS:
        if not needed <= view.fields or view.owner not in owners:
            continue
        words = next(row.words for row in _TABLE if row.path == (*path, field))
        for place, holder in found(view.spec, path):
            if isinstance(holder, dict) and holder.get(field) is None:
                yield Refusal(Code.MISSING, view.at(*place, field), {"field": field, "known": words})
