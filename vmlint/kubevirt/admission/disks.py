"""Disks: name, volume, target, bus, serial number, block sizes, boot order.

Where a disk names no bus, the VM is accepted as it is, and the bus that KubeVirt picks is judged when the
VirtualMachineInstance is made. Sources: KubeVirt `pkg/storage/admitters/disks.go`, `vmi-create-admitter.go`
(validateBootOrder), `pkg/defaults/{amd64,arm64,s390x}.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_dns_label, is_pci_address
from vmlint.kubevirt.admission.reading import flag, has, look, many, names, whole, word
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import each
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal, Refuser
from vmlint.record import Codes, Record
from vmlint.runtime.pattern import late

__all__ = ["Code", "check", "is_serial"]

_DISKS = ("domain", "devices", "disks")
_INTERFACES = ("domain", "devices", "interfaces")
_TARGETS = ("disk", "lun", "cdrom")
_BUSES = ("virtio", "scsi", "sata", "usb")
_DEFAULT_BUS = {"amd64": "sata", "arm64": "virtio", "s390x": "virtio"}
_SERIAL = late(r"[A-Za-z0-9_.+-]+")
_SERIAL_LENGTH = 256
_BLOCK_SIZES = range(512, 2097152 + 1)


class Code(Codes):
    """What is wrong with a guest's disks."""

    TARGETS_SEVERAL = "disks/targets-several"
    VOLUME_NAMELESS = "disks/volume-nameless"
    NAMELESS = "disks/nameless"
    NAME_TWICE = "disks/name-twice"
    NAME_INVALID = "disks/name-invalid"
    WITHOUT_VOLUME = "disks/without-volume"
    LUN_VOLUME = "disks/lun-volume"
    METRICS_TARGET = "disks/metrics-target"
    METRICS_BUS = "disks/metrics-bus"
    PCI_BUS = "disks/pci-bus"
    PCI_WITHOUT_BUS = "disks/pci-without-bus"
    PCI_ADDRESS_INVALID = "disks/pci-address-invalid"
    SERIAL_CHARACTERS = "disks/serial-characters"
    SERIAL_LENGTH = "disks/serial-length"
    BLOCK_SIZES_TWICE = "disks/block-sizes-twice"
    LOGICAL_ABOVE_PHYSICAL = "disks/logical-above-physical"
    SATA_BLOCK_SIZE = "disks/sata-block-size"
    DISCARD_GRANULARITY = "disks/discard-granularity"
    BLOCK_SIZE = "disks/block-size"
    BOOT_ORDER = "disks/boot-order"
    BOOT_ORDER_TAKEN = "disks/boot-order-taken"
    BUS_UNSUPPORTED = "disks/bus-unsupported"
    BUS_UNKNOWN = "disks/bus-unknown"
    CDROM_ON_VIRTIO = "disks/cdrom-on-virtio"
    READONLY_ON_SATA = "disks/readonly-on-sata"
    IO_THREAD_BUS = "disks/io-thread-bus"


class _Disk(Record):
    """One disk with its number in the list, its target and the target's bus.

    `bus` is "" where none is written, and None where it is undecided.
    """

    view: View
    number: int
    data: Mapping[str, Any]
    target: str
    bus: str | None

    @property
    def path(self) -> Path:
        return self.view.at(*_DISKS, self.number)

    @property
    def entry(self) -> Entry:
        return Entry.of(self.data, "disks", self.number)


class _Bus(Record):
    """A bus to judge: the one that is written, or the one that KubeVirt would pick."""

    name: str
    by: Refuser
    gate: str | None
    architecture: str
    """The architecture whose default the bus is; "" where the bus is written."""


def check(view: View) -> Iterator[Refusal]:
    """Disks without a volume, and settings that don't go with the disk's bus or target."""
    volumes = names(view.spec, "volumes")
    seen: dict[str, int] = {}
    for index, data in view.disks:
        targets = many(data, keys=_TARGETS)
        target = targets[0] if targets else ""
        bus = None if targets is None else word(data, target, "bus") if target else ""
        disk = _Disk(view, index, data, target, bus)
        if word(data, "name") == "":  # whatever else is wrong with it comes of that
            yield _nameless(disk)
            continue
        yield from _name(disk, volumes, seen)
        if targets and len(targets) > 1:
            yield _refusal(disk, Code.TARGETS_SEVERAL, targets=targets)
        if "lun" in data or "downwardMetrics" in view.fields:
            yield from _volume(disk)
        if targets is not None and (bus != "virtio" or target == "cdrom"):  # other disks may all be on virtio
            for bus_row in _judged(disk):
                yield from _bus(disk, bus_row)
        if "pciAddress" in view.fields:
            yield from _pci(disk)
        if "serial" in data:
            yield from _serial(disk)
        if "blockSize" in data:
            yield from _block_size(disk)
    if "bootOrder" in view.fields:
        yield from _boot_order(view)


def _refusal(disk: _Disk, code: Code, *path: str | int, **values: Any) -> Refusal:
    return Refusal(code, (*disk.path, *path), {"entry": disk.entry, **values})


def _nameless(disk: _Disk) -> Refusal:
    """A disk has no name, or a volume has none, and the disk that KubeVirt adds for it neither."""
    view = disk.view
    if look(view.raw, *_DISKS, disk.number) is None:
        for number, volume in each(view.raw, "volumes"):
            if word(volume, "name") == "":
                entry = Entry("", "volumes", number)
                return Refusal(Code.VOLUME_NAMELESS, view.at("volumes", number, "name"), {"entry": entry})
    return _refusal(disk, Code.NAMELESS, "name")


def _name(disk: _Disk, volumes: frozenset[str] | None, seen: dict[str, int]) -> Iterator[Refusal]:
    name = word(disk.data, "name")
    if name is None:
        return
    if seen.setdefault(name, disk.number) != disk.number:
        yield _refusal(disk, Code.NAME_TWICE, "name", name=name)
    if not is_dns_label(name):
        yield _refusal(disk, Code.NAME_INVALID, "name", name=name)
    may_be_empty = disk.view.does.admits_empty_cdroms and has(disk.data, "cdrom") is not False
    if volumes is not None and name not in volumes and not may_be_empty:
        yield _refusal(disk, Code.WITHOUT_VOLUME, "name", name=name)


def _volume(disk: _Disk) -> Iterator[Refusal]:
    volume = disk.view.volume(word(disk.data, "name") or "")
    if volume is None:
        return
    if has(disk.data, "lun") and many(volume, keys=("persistentVolumeClaim", "dataVolume")) == []:
        yield _refusal(disk, Code.LUN_VOLUME, "lun")
    if not has(volume, "downwardMetrics"):
        return
    if has(disk.data, "disk") is False:
        yield _refusal(disk, Code.METRICS_TARGET, "disk")
        return
    for bus in _judged(disk):
        if bus.name != "virtio":
            yield _refusal(disk, Code.METRICS_BUS, "disk", "bus", bus=bus.name, architecture=bus.architecture)._replace(
                by=bus.by, gate=bus.gate
            )


def _judged(disk: _Disk) -> Iterator[_Bus]:
    """The disk's bus, with the stage at which it is judged."""
    view = disk.view
    if disk.bus:
        yield _Bus(disk.bus, Refuser.VALIDATING_WEBHOOK, None, "")
    elif disk.bus == "" and view.architecture in _DEFAULT_BUS:
        bus = _DEFAULT_BUS[view.architecture]
        yield _Bus(bus, Refuser.GUEST_WEBHOOK, view.architecture_gate, view.architecture)


def _bus(disk: _Disk, bus: _Bus) -> Iterator[Refusal]:
    values = {"bus": bus.name, "architecture": bus.architecture, "target": disk.target or "disk", "known": _BUSES}
    for code, path in _bus_flaws(disk, bus):
        yield _refusal(disk, code, *path, **values)._replace(by=bus.by, gate=bus.gate)


def _bus_flaws(disk: _Disk, bus: _Bus) -> Iterator[tuple[Code, Path]]:
    target = disk.target or "disk"
    if bus.name not in _BUSES:
        yield Code.BUS_UNSUPPORTED if bus.name == "ide" else Code.BUS_UNKNOWN, (target, "bus")
    if bus.name == "virtio" and disk.target == "cdrom":
        yield Code.CDROM_ON_VIRTIO, (target, "bus")
    if bus.name == "sata" and target == "disk" and flag(disk.data, "disk", "readonly"):
        yield Code.READONLY_ON_SATA, (target, "bus")
    if flag(disk.data, "dedicatedIOThread") and bus.name != "virtio":
        yield Code.IO_THREAD_BUS, ("dedicatedIOThread",)


def _pci(disk: _Disk) -> Iterator[Refusal]:
    address = word(disk.data, "disk", "pciAddress")
    if not address:
        return
    bus = word(disk.data, "disk", "bus")
    if bus is not None and bus != "virtio":
        yield _refusal(disk, Code.PCI_BUS if bus else Code.PCI_WITHOUT_BUS, "disk", "pciAddress", bus=bus)
    if not is_pci_address(address):
        yield _refusal(disk, Code.PCI_ADDRESS_INVALID, "disk", "pciAddress", address=address)


def is_serial(serial: str) -> bool:
    """Whether a text can be the serial number of a disk."""
    return len(serial) <= _SERIAL_LENGTH and _SERIAL.fullmatch(serial) is not None


def _serial(disk: _Disk) -> Iterator[Refusal]:
    serial = word(disk.data, "serial")
    if serial and not _SERIAL.fullmatch(serial):
        yield _refusal(disk, Code.SERIAL_CHARACTERS, "serial")
    if serial and len(serial) > _SERIAL_LENGTH:
        yield _refusal(disk, Code.SERIAL_LENGTH, "serial", count=len(serial), most=_SERIAL_LENGTH)


def _block_size(disk: _Disk) -> Iterator[Refusal]:
    custom: Path = ("blockSize", "custom")
    if not has(disk.data, *custom):
        return
    matched = has(disk.data, "blockSize", "matchVolume")
    if matched and flag(disk.data, "blockSize", "matchVolume", "enabled", default=True):
        yield _refusal(disk, Code.BLOCK_SIZES_TWICE, "blockSize")
        return
    logical, physical = whole(disk.data, *custom, "logical"), whole(disk.data, *custom, "physical")
    discard = look(disk.data, *custom, "discardGranularity")
    if matched is None or logical is None or physical is None:
        return
    if logical > physical:
        yield _refusal(disk, Code.LOGICAL_ABOVE_PHYSICAL, *custom, "logical", logical=logical, physical=physical)
        return
    for bus in _judged(disk):
        if bus.name == "sata" and logical != _BLOCK_SIZES.start:
            yield _refusal(
                disk, Code.SATA_BLOCK_SIZE, *custom, "logical", architecture=bus.architecture, logical=logical
            )._replace(by=bus.by, gate=bus.gate)
            if bus.by is Refuser.VALIDATING_WEBHOOK:
                return
    granularity = whole(discard)
    if discard is not None and granularity is not None and logical and granularity % logical:
        yield _refusal(
            disk, Code.DISCARD_GRANULARITY, *custom, "discardGranularity", granularity=granularity, logical=logical
        )
        return
    for kind, size in (("logical", logical), ("physical", physical)):
        if size not in _BLOCK_SIZES or size & (size - 1):
            yield _refusal(disk, Code.BLOCK_SIZE, *custom, kind, kind=kind, size=size)


def _boot_order(view: View) -> Iterator[Refusal]:
    """Disks and interfaces share one order."""
    seen: dict[int, Entry] = {}
    for base, devices in ((_DISKS, view.disks), (_INTERFACES, view.interfaces)):
        for index, device in devices:
            order = None if look(device, "bootOrder") is None else whole(device, "bootOrder")
            if order is None:
                continue
            entry = Entry.of(device, base[-1], index)
            path = view.at(*base, index, "bootOrder")
            if order < 1:
                yield Refusal(Code.BOOT_ORDER, path, {"entry": entry, "order": order})
            elif order in seen:
                yield Refusal(Code.BOOT_ORDER_TAKEN, path, {"entry": entry, "order": order, "holder": seen[order]})
            else:
                seen[order] = entry
