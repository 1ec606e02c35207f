"""Disks: name, volume, target, bus, serial number, block sizes, boot order.

Where a disk names no bus, the VM is accepted as it is, and the bus that KubeVirt picks is judged when the
VirtualMachineInstance is made. Sources: KubeVirt `pkg/storage/admitters/disks.go`, `vmi-create-admitter.go`
(validateBootOrder), `pkg/defaults/{amd64,arm64,s390x}.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vmlint.kubevirt.admission.forms import is_dns_label, is_pci_address
from vmlint.kubevirt.admission.reading import flag, has, look, many, names, whole, word
from vmlint.kubevirt.admission.view import Cause, Stage, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.model.access import each
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "disks"
_DISKS = ("domain", "devices", "disks")
_INTERFACES = ("domain", "devices", "interfaces")
_TARGETS = ("disk", "lun", "cdrom")
_BUSES = ("virtio", "scsi", "sata", "usb")
_DEFAULT_BUS = {"amd64": "sata", "arm64": "virtio", "s390x": "virtio"}
_SERIAL = re.compile(r"[A-Za-z0-9_.+-]+")
_SERIAL_LENGTH = 256
_BLOCK_SIZES = range(512, 2097152 + 1)


class _Disk(NamedTuple):
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
    def what(self) -> str:
        """How a message calls it."""
        return named("disk", self.data, "disks", self.number)


class _Bus(NamedTuple):
    """A bus to judge: the one that is written, or the one that KubeVirt would pick."""

    name: str
    stage: Stage
    gate: str | None
    by_default: str
    """How a message says that the bus is a default: "" where it is written."""


def check(view: View) -> Iterator[Cause]:
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
            yield _cause(
                disk,
                f"{disk.what} is both {' and '.join(f'`{name}`' for name in targets)}; it must be one of them.",
                f"keep {choice(targets)}",
            )
        if "lun" in data or "downwardMetrics" in view.fields:
            yield from _volume(disk)
        if targets is not None and (bus != "virtio" or target == "cdrom"):  # other disks may all be on virtio
            for one in _judged(disk):
                yield from _bus(disk, one)
        if "pciAddress" in view.fields:
            yield from _pci(disk)
        if "serial" in data:
            yield from _serial(disk)
        if "blockSize" in data:
            yield from _block_size(disk)
    if "bootOrder" in view.fields:
        yield from _boot_order(view)


def _cause(disk: _Disk, message: str, fix: str, *path: str | int) -> Cause:
    return Cause((*disk.path, *path), message, fix, _SUBJECT)


def _nameless(disk: _Disk) -> Cause:
    """A disk has no name, or a volume has none, and the disk that KubeVirt adds for it neither."""
    view = disk.view
    if look(view.raw, *_DISKS, disk.number) is None:
        for number, volume in each(view.raw, "volumes"):
            if word(volume, "name") == "":
                what = f"`volumes[{number}]`"
                return Cause(view.at("volumes", number, "name"), f"{what} has no name.", "set its `name`", _SUBJECT)
    return _cause(disk, f"{disk.what} has no name.", "set the name of its volume", "name")


def _name(disk: _Disk, volumes: frozenset[str] | None, seen: dict[str, int]) -> Iterator[Cause]:
    name = word(disk.data, "name")
    if name is None:
        return
    if seen.setdefault(name, disk.number) != disk.number:
        yield _cause(disk, f"two disks have the name `{name}`.", "give each disk and its volume a unique name", "name")
    if not is_dns_label(name):
        yield _cause(
            disk,
            f"the disk name `{name}` is not a valid DNS label.",
            "use at most 63 lower-case letters, digits and inner dashes, in the disk and its volume",
            "name",
        )
    if volumes is not None and name not in volumes and has(disk.data, "cdrom") is False:
        yield _cause(
            disk,
            f"{disk.what} has no volume with the same name.",
            f"add a volume `{name}` to `volumes`, or remove the disk",
            "name",
        )


def _volume(disk: _Disk) -> Iterator[Cause]:
    volume = disk.view.volume(word(disk.data, "name") or "")
    if volume is None:
        return
    if has(disk.data, "lun") and many(volume, keys=("persistentVolumeClaim", "dataVolume")) == []:
        yield _cause(
            disk,
            f"{disk.what} is a `lun`, which needs a claim or a DataVolume as its volume.",
            "use `disk`, or a `persistentVolumeClaim` or `dataVolume` volume",
            "lun",
        )
    if not has(volume, "downwardMetrics"):
        return
    if has(disk.data, "disk") is False:
        yield _cause(
            disk,
            f"{disk.what} shows downward metrics; it must be a `disk`.",
            "set `disk: {bus: virtio}`",
            "disk",
        )
        return
    for bus in _judged(disk):
        if bus.name != "virtio":
            yield _cause(
                disk,
                f"{disk.what} shows downward metrics and is on the bus `{bus.name}`{bus.by_default}; it must be "
                "on `virtio`.",
                "set `disk.bus: virtio`",
                "disk",
                "bus",
            )._replace(stage=bus.stage, gate=bus.gate)


def _judged(disk: _Disk) -> Iterator[_Bus]:
    """The disk's bus, with the stage at which it is judged."""
    view = disk.view
    if disk.bus:
        yield _Bus(disk.bus, Stage.VM, None, "")
    elif disk.bus == "" and view.architecture in _DEFAULT_BUS:
        bus = _DEFAULT_BUS[view.architecture]
        yield _Bus(bus, Stage.VMI, view.architecture_gate, f" (the default of `{view.architecture}`)")


def _bus(disk: _Disk, bus: _Bus) -> Iterator[Cause]:
    for message, fix, path in _bus_flaws(disk, bus):
        yield _cause(disk, message, fix, *path)._replace(stage=bus.stage, gate=bus.gate)


def _bus_flaws(disk: _Disk, bus: _Bus) -> Iterator[tuple[str, str, Path]]:
    target = disk.target or "disk"
    on = f"{disk.what} is on the bus `{bus.name}`{bus.by_default}"
    if bus.name not in _BUSES:
        reason = "which KubeVirt does not support" if bus.name == "ide" else "which does not exist"
        yield f"{on}, {reason}.", f"use {choice(_BUSES)}", (target, "bus")
    if bus.name == "virtio" and disk.target == "cdrom":
        yield f"{on}, which CD-ROM drives do not support.", "use `sata` or `scsi`", (target, "bus")
    if bus.name == "sata" and target == "disk" and flag(disk.data, "disk", "readonly"):
        yield f"{on} and `readonly`, which SATA disks do not support.", "use `virtio` or `scsi`", (target, "bus")
    if flag(disk.data, "dedicatedIOThread") and bus.name != "virtio":
        yield (
            f"{on} and has `dedicatedIOThread`, which needs `virtio`.",
            f"set `{target}.bus: virtio`, or remove `dedicatedIOThread`",
            ("dedicatedIOThread",),
        )


def _pci(disk: _Disk) -> Iterator[Cause]:
    address = word(disk.data, "disk", "pciAddress")
    if not address:
        return
    bus = word(disk.data, "disk", "bus")
    if bus is not None and bus != "virtio":
        says = f"is on the bus `{bus}`" if bus else "names no bus"
        yield _cause(
            disk,
            f"{disk.what} has a PCI address and {says}; only `virtio` disks can have one.",
            "set `disk.bus: virtio`",
            "disk",
            "pciAddress",
        )
    if not is_pci_address(address):
        yield _cause(
            disk,
            f"the PCI address `{address}` of {disk.what} is not valid.",
            "write it as `0000:81:00.1`",
            "disk",
            "pciAddress",
        )


def _serial(disk: _Disk) -> Iterator[Cause]:
    serial = word(disk.data, "serial")
    if serial and not _SERIAL.fullmatch(serial):
        yield _cause(
            disk,
            f"the serial number of {disk.what} contains characters other than letters, digits and `_.+-`.",
            "use only those characters",
            "serial",
        )
    if serial and len(serial) > _SERIAL_LENGTH:
        yield _cause(
            disk,
            f"the serial number of {disk.what} has {len(serial)} characters; at most {_SERIAL_LENGTH} are allowed.",
            "shorten it",
            "serial",
        )


def _block_size(disk: _Disk) -> Iterator[Cause]:
    custom: Path = ("blockSize", "custom")
    if not has(disk.data, *custom):
        return
    matched = has(disk.data, "blockSize", "matchVolume")
    if matched and flag(disk.data, "blockSize", "matchVolume", "enabled", default=True):
        yield _cause(
            disk,
            f"{disk.what} has a `custom` block size and `matchVolume`, which exclude each other.",
            "keep one of the two",
            "blockSize",
        )
        return
    logical, physical = whole(disk.data, *custom, "logical"), whole(disk.data, *custom, "physical")
    discard = look(disk.data, *custom, "discardGranularity")
    if matched is None or logical is None or physical is None:
        return
    if logical > physical:
        yield _cause(
            disk,
            f"the logical block size {logical} of {disk.what} is greater than the physical one, {physical}.",
            "use a logical size of at most the physical one",
            *custom,
            "logical",
        )
        return
    for bus in _judged(disk):
        if bus.name == "sata" and logical != _BLOCK_SIZES.start:
            yield _cause(
                disk,
                f"{disk.what} is on the bus `sata`{bus.by_default}, where the logical block size must be 512, "
                f"not {logical}.",
                "use 512, or another bus",
                *custom,
                "logical",
            )._replace(stage=bus.stage, gate=bus.gate)
            if bus.stage is Stage.VM:
                return
    granularity = whole(discard)
    if discard is not None and granularity is not None and logical and granularity % logical:
        yield _cause(
            disk,
            f"the discard granularity {granularity} of {disk.what} is not a multiple of the logical block size "
            f"{logical}.",
            "use a multiple",
            *custom,
            "discardGranularity",
        )
        return
    for kind, size in (("logical", logical), ("physical", physical)):
        if size not in _BLOCK_SIZES or size & (size - 1):
            yield _cause(
                disk,
                f"the {kind} block size of {disk.what} is {size}; it must be a power of two from 512 to 2097152.",
                "use `512` or `4096`",
                *custom,
                kind,
            )


def _boot_order(view: View) -> Iterator[Cause]:
    """Disks and interfaces share one order."""
    seen: dict[int, str] = {}
    for noun, base, devices in (("disk", _DISKS, view.disks), ("interface", _INTERFACES, view.interfaces)):
        for index, device in devices:
            order = None if look(device, "bootOrder") is None else whole(device, "bootOrder")
            if order is None:
                continue
            what = named(noun, device, base[-1], index)
            path = view.at(*base, index, "bootOrder")
            if order < 1:
                yield Cause(path, f"`bootOrder` of {what} is {order}; it must be 1 or more.", "use 1 or more", _SUBJECT)
            elif order in seen:
                yield Cause(
                    path,
                    f"{what} has the `bootOrder` {order}, which {seen[order]} has too.",
                    "use another number",
                    _SUBJECT,
                )
            else:
                seen[order] = what
