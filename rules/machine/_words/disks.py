"""Disks of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.disks import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


_ON = "{entry} is on the bus `{bus}`{architecture:default}"


WORDS: Mapping[Code, Wording] = {
    Code.TARGETS_SEVERAL: Words(
        "{entry} is both {targets:and}; it must be one of them.",
        "keep {targets:choice}",
    ),
    Code.VOLUME_NAMELESS: Words(
        "{entry} has no name.",
        "set its `name`",
    ),
    Code.NAMELESS: Words(
        "{entry} has no name.",
        "set the name of its volume",
    ),
    Code.NAME_TWICE: Words(
        "two disks have the name `{name}`.",
        "give each disk and its volume a unique name",
    ),
    Code.NAME_INVALID: Words(
        "the disk name `{name}` is not a valid DNS label.",
        "use at most 63 lower-case letters, digits and inner dashes, in the disk and its volume",
    ),
    Code.WITHOUT_VOLUME: Words(
        "{entry} has no volume with the same name.",
        "add a volume `{name}` to `volumes`, or remove the disk",
    ),
    Code.LUN_VOLUME: Words(
        "{entry} is a `lun`, which needs a claim or a DataVolume as its volume.",
        "use `disk`, or a `persistentVolumeClaim` or `dataVolume` volume",
    ),
    Code.METRICS_TARGET: Words(
        "{entry} shows downward metrics; it must be a `disk`.",
        "set `disk: {{bus: virtio}}`",
    ),
    Code.METRICS_BUS: Words(
        "{entry} shows downward metrics and is on the bus `{bus}`{architecture:default}; it must be on `virtio`.",
        "set `disk.bus: virtio`",
    ),
    Code.PCI_BUS: Words(
        "{entry} has a PCI address and is on the bus `{bus}`; only `virtio` disks can have one.",
        "set `disk.bus: virtio`",
    ),
    Code.PCI_WITHOUT_BUS: Words(
        "{entry} has a PCI address and names no bus; only `virtio` disks can have one.",
        "set `disk.bus: virtio`",
    ),
    Code.PCI_ADDRESS_INVALID: Words(
        "the PCI address `{address}` of {entry} is not valid.",
        "write it as `0000:81:00.1`",
    ),
    Code.SERIAL_CHARACTERS: Words(
        "the serial number of {entry} contains characters other than letters, digits and `_.+-`.",
        "use only those characters",
    ),
    Code.SERIAL_LENGTH: Words(
        "the serial number of {entry} has {count} characters; at most {most} are allowed.",
        "shorten it",
    ),
    Code.BLOCK_SIZES_TWICE: Words(
        "{entry} has a `custom` block size and `matchVolume`, which exclude each other.",
        "keep one of the two",
    ),
    Code.LOGICAL_ABOVE_PHYSICAL: Words(
        "the logical block size {logical} of {entry} is greater than the physical one, {physical}.",
        "use a logical size of at most the physical one",
    ),
    Code.SATA_BLOCK_SIZE: Words(
        (
            "{entry} is on the bus `sata`{architecture:default}, where the logical block size must be 512, not "
            "{logical}."
        ),
        "use 512, or another bus",
    ),
    Code.DISCARD_GRANULARITY: Words(
        "the discard granularity {granularity} of {entry} is not a multiple of the logical block size {logical}.",
        "use a multiple",
    ),
    Code.BLOCK_SIZE: Words(
        "the {kind} block size of {entry} is {size}; it must be a power of two from 512 to 2097152.",
        "use `512` or `4096`",
    ),
    Code.BOOT_ORDER: Words(
        "`bootOrder` of {entry} is {order}; it must be 1 or more.",
        "use 1 or more",
    ),
    Code.BOOT_ORDER_TAKEN: Words(
        "{entry} has the `bootOrder` {order}, which {holder} has too.",
        "use another number",
    ),
    Code.BUS_UNSUPPORTED: Words(f"{_ON}, which KubeVirt does not support.", "use {known:choice}"),
    Code.BUS_UNKNOWN: Words(f"{_ON}, which does not exist.", "use {known:choice}"),
    Code.CDROM_ON_VIRTIO: Words(f"{_ON}, which CD-ROM drives do not support.", "use `sata` or `scsi`"),
    Code.READONLY_ON_SATA: Words(f"{_ON} and `readonly`, which SATA disks do not support.", "use `virtio` or `scsi`"),
    Code.IO_THREAD_BUS: Words(
        f"{_ON} and has `dedicatedIOThread`, which needs `virtio`.",
        "set `{target}.bus: virtio`, or remove `dedicatedIOThread`",
    ),
}
