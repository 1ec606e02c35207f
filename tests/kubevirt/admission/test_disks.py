"""Disks: name, volume, target, bus, serial number, block sizes, boot order."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import disks
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "a disk has a name",
        {"domain": {"devices": {"disks": [{"name": "a", "disk": {}}]}}, "volumes": [{"name": "a", "emptyDisk": {}}]},
        {"domain": {"devices": {"disks": [{"disk": {"bus": "ide"}}]}}, "volumes": [{"name": "a", "emptyDisk": {}}]},
        [
            Expected(
                at("domain.devices.disks[0].name"),
                "`disks[0]` has no name.",
                "set the name of its volume",
                "disks",
            )
        ],
    ),
    Row(
        "a disk has a name of its own",
        {
            "domain": {"devices": {"disks": [{"name": "root"}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root"}, {"name": "root"}]}},
            "volumes": [{"name": "root", "emptyDisk": {}}],
        },
        [
            Expected(
                at("domain.devices.disks[1].name"),
                "two disks have the name `root`.",
                "give each disk and its volume a unique name",
                "disks",
            )
        ],
    ),
    Row(
        "a disk name is a DNS label",
        {
            "domain": {"devices": {"disks": [{"name": "root"}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {"domain": {"devices": {"disks": [{"name": "Root"}]}}, "volumes": [{"name": "Root", "emptyDisk": {}}]},
        [
            Expected(
                at("domain.devices.disks[0].name"),
                "the disk name `Root` is not a valid DNS label.",
                "use at most 63 lower-case letters, digits and inner dashes, in the disk and its volume",
                "disks",
            )
        ],
    ),
    Row(
        "a disk has a volume, but a drive may be empty",
        {"domain": {"devices": {"disks": [{"name": "cd", "cdrom": {"bus": "sata"}}]}}},
        {"domain": {"devices": {"disks": [{"name": "root", "disk": {}}]}}},
        [
            Expected(
                at("domain.devices.disks[0].name"),
                "disk `root` has no volume with the same name.",
                "add a volume `root` to `volumes`, or remove the disk",
                "disks",
            )
        ],
    ),
    Row(
        "a disk has one target",
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "virtio"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "virtio"}, "cdrom": {"bus": "sata"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0]"),
                "disk `root` is both `disk` and `cdrom`; it must be one of them.",
                "keep `disk` or `cdrom`",
                "disks",
            )
        ],
    ),
    Row(
        "a LUN is a stored volume",
        {
            "domain": {"devices": {"disks": [{"name": "root", "lun": {"bus": "scsi"}}]}},
            "volumes": [{"name": "root", "persistentVolumeClaim": {"claimName": "c"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "lun": {"bus": "scsi"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].lun"),
                "disk `root` is a `lun`, which needs a claim or a DataVolume as its volume.",
                "use `disk`, or a `persistentVolumeClaim` or `dataVolume` volume",
                "disks",
            )
        ],
    ),
    Row(
        "downward metrics are a disk",
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "virtio"}}]}},
            "volumes": [{"name": "root", "downwardMetrics": {}}],
        },
        {"domain": {"devices": {"disks": [{"name": "root"}]}}, "volumes": [{"name": "root", "downwardMetrics": {}}]},
        [
            Expected(
                at("domain.devices.disks[0].disk"),
                "disk `root` shows downward metrics; it must be a `disk`.",
                "set `disk: {bus: virtio}`",
                "disks",
            )
        ],
    ),
    Row(
        "downward metrics are on virtio",
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "virtio"}}]}},
            "volumes": [{"name": "root", "downwardMetrics": {}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "scsi"}}]}},
            "volumes": [{"name": "root", "downwardMetrics": {}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.bus"),
                "disk `root` shows downward metrics and is on the bus `scsi`; it must be on `virtio`.",
                "set `disk.bus: virtio`",
                "disks",
            )
        ],
    ),
    Row(
        "downward metrics are not on the default bus",
        {
            "architecture": "arm64",
            "domain": {"devices": {"disks": [{"name": "root", "disk": {}}]}},
            "volumes": [{"name": "root", "downwardMetrics": {}}],
        },
        {
            "architecture": "amd64",
            "domain": {"devices": {"disks": [{"name": "root", "disk": {}}]}},
            "volumes": [{"name": "root", "downwardMetrics": {}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.bus"),
                "disk `root` shows downward metrics and is on the bus `sata` (the default of `amd64`); it must "
                "be on `virtio`.",
                "set `disk.bus: virtio`",
                "disks",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a bus is known",
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "usb"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "ide"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.bus"),
                "disk `root` is on the bus `ide`, which KubeVirt does not support.",
                "use `virtio`, `scsi`, `sata` or `usb`",
                "disks",
            )
        ],
    ),
    Row(
        "a bus is one of four",
        {
            "domain": {"devices": {"disks": [{"name": "root", "lun": {"bus": "scsi"}}]}},
            "volumes": [{"name": "root", "persistentVolumeClaim": {"claimName": "c"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "lun": {"bus": "nvme"}}]}},
            "volumes": [{"name": "root", "persistentVolumeClaim": {"claimName": "c"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].lun.bus"),
                "disk `root` is on the bus `nvme`, which does not exist.",
                "use `virtio`, `scsi`, `sata` or `usb`",
                "disks",
            )
        ],
    ),
    Row(
        "a drive is not on virtio",
        {
            "domain": {"devices": {"disks": [{"name": "root", "cdrom": {"bus": "sata"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "cdrom": {"bus": "virtio"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].cdrom.bus"),
                "disk `root` is on the bus `virtio`, which CD-ROM drives do not support.",
                "use `sata` or `scsi`",
                "disks",
            )
        ],
    ),
    Row(
        "a drive is not on the default virtio",
        {
            "domain": {"devices": {"disks": [{"name": "root", "cdrom": {}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "architecture": "arm64",
            "domain": {"devices": {"disks": [{"name": "root", "cdrom": {}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].cdrom.bus"),
                ("disk `root` is on the bus `virtio` (the default of `arm64`), which CD-ROM drives do not support."),
                "use `sata` or `scsi`",
                "disks",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a SATA disk is writable",
        {
            "domain": {"devices": {"disks": [{"name": "root", "cdrom": {"bus": "sata", "readonly": True}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "sata", "readonly": True}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.bus"),
                "disk `root` is on the bus `sata` and `readonly`, which SATA disks do not support.",
                "use `virtio` or `scsi`",
                "disks",
            )
        ],
    ),
    Row(
        "a disk on the default bus is writable",
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"readonly": False}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"readonly": True}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.bus"),
                (
                    "disk `root` is on the bus `sata` (the default of `amd64`) and `readonly`, which SATA disks "
                    "do not support."
                ),
                "use `virtio` or `scsi`",
                "disks",
                Refuser.GUEST_WEBHOOK,
                "defaultArchitecture",
            )
        ],
        good_in={"closed": False},
        bad_in={"closed": False},
    ),
    Row(
        "a thread of its own needs virtio",
        {
            "domain": {"devices": {"disks": [{"name": "root", "dedicatedIOThread": True, "disk": {"bus": "virtio"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "dedicatedIOThread": True, "disk": {"bus": "scsi"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].dedicatedIOThread"),
                "disk `root` is on the bus `scsi` and has `dedicatedIOThread`, which needs `virtio`.",
                "set `disk.bus: virtio`, or remove `dedicatedIOThread`",
                "disks",
            )
        ],
    ),
    Row(
        "a thread of its own needs virtio by default",
        {
            "architecture": "s390x",
            "domain": {"devices": {"disks": [{"name": "root", "dedicatedIOThread": True}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "dedicatedIOThread": True}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].dedicatedIOThread"),
                (
                    "disk `root` is on the bus `sata` (the default of `amd64`) and has "
                    "`dedicatedIOThread`, which needs `virtio`."
                ),
                "set `disk.bus: virtio`, or remove `dedicatedIOThread`",
                "disks",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a PCI address needs virtio",
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "disk": {"bus": "virtio", "pciAddress": "0000:00:01.0"}}]}
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"pciAddress": "0000:00:01.0"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.pciAddress"),
                "disk `root` has a PCI address and names no bus; only `virtio` disks can have one.",
                "set `disk.bus: virtio`",
                "disks",
            )
        ],
    ),
    Row(
        "a PCI address can be read",
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "disk": {"bus": "virtio", "pciAddress": "0000:00:01.0"}}]}
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "disk": {"bus": "virtio", "pciAddress": "1"}}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.pciAddress"),
                "the PCI address `1` of disk `root` is not valid.",
                "write it as `0000:81:00.1`",
                "disks",
            )
        ],
    ),
    Row(
        "a serial number has plain characters",
        {
            "domain": {"devices": {"disks": [{"name": "root", "serial": "A_b.c+d-1"}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "serial": "a b"}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].serial"),
                "the serial number of disk `root` contains characters other than letters, digits and `_.+-`.",
                "use only those characters",
                "disks",
            )
        ],
    ),
    Row(
        "a serial number has 256 characters",
        {
            "domain": {"devices": {"disks": [{"name": "root", "serial": "a" * 256}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {"devices": {"disks": [{"name": "root", "serial": "a" * 257}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].serial"),
                "the serial number of disk `root` has 257 characters; at most 256 are allowed.",
                "shorten it",
                "disks",
            )
        ],
    ),
    Row(
        "one way to block sizes",
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "blockSize": {
                                "custom": {"logical": 512, "physical": 512},
                                "matchVolume": {"enabled": False},
                            },
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {
                    "disks": [
                        {"name": "root", "blockSize": {"custom": {"logical": 512, "physical": 512}, "matchVolume": {}}}
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].blockSize"),
                "disk `root` has a `custom` block size and `matchVolume`, which exclude each other.",
                "keep one of the two",
                "disks",
            )
        ],
    ),
    Row(
        "logical within physical",
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "blockSize": {"custom": {"logical": 512, "physical": 4096}}}]}
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "blockSize": {"custom": {"logical": 4096, "physical": 512}}}]}
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].blockSize.custom.logical"),
                "the logical block size 4096 of disk `root` is greater than the physical one, 512.",
                "use a logical size of at most the physical one",
                "disks",
            )
        ],
    ),
    Row(
        "SATA has logical 512",
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "disk": {"bus": "sata"},
                            "blockSize": {"custom": {"logical": 512, "physical": 512}},
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "disk": {"bus": "sata"},
                            "blockSize": {"custom": {"logical": 4096, "physical": 4096}},
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].blockSize.custom.logical"),
                "disk `root` is on the bus `sata`, where the logical block size must be 512, not 4096.",
                "use 512, or another bus",
                "disks",
            )
        ],
    ),
    Row(
        "the default bus has logical 512",
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "blockSize": {"custom": {"logical": 4096, "physical": 4096}},
                            "disk": {"bus": "virtio"},
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "blockSize": {"custom": {"logical": 4096, "physical": 4096}}}]}
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].blockSize.custom.logical"),
                (
                    "disk `root` is on the bus `sata` (the default of `amd64`), where the logical block size "
                    "must be 512, not 4096."
                ),
                "use 512, or another bus",
                "disks",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a granularity is a multiple",
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "blockSize": {"custom": {"logical": 512, "physical": 512, "discardGranularity": 1024}},
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "blockSize": {"custom": {"logical": 512, "physical": 512, "discardGranularity": 513}},
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].blockSize.custom.discardGranularity"),
                "the discard granularity 513 of disk `root` is not a multiple of the logical block size 512.",
                "use a multiple",
                "disks",
            )
        ],
    ),
    Row(
        "sizes are powers of two",
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "blockSize": {"custom": {"logical": 512, "physical": 2097152}}}]}
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {
                    "disks": [
                        {
                            "name": "root",
                            "blockSize": {"custom": {"logical": 513, "physical": 4194304}},
                            "disk": {"bus": "virtio"},
                        }
                    ]
                }
            },
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].blockSize.custom.logical"),
                ("the logical block size of disk `root` is 513; it must be a power of two from 512 to 2097152."),
                "use `512` or `4096`",
                "disks",
            ),
            Expected(
                at("domain.devices.disks[0].blockSize.custom.physical"),
                ("the physical block size of disk `root` is 4194304; it must be a power of two from 512 to 2097152."),
                "use `512` or `4096`",
                "disks",
            ),
        ],
    ),
    Row(
        "boot order starts at 1",
        {
            "domain": {"devices": {"disks": [{"name": "root", "bootOrder": 1}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "bootOrder": 0}], "interfaces": [{"name": "n", "bootOrder": 0}]}
            },
            "volumes": [{"name": "root", "persistentVolumeClaim": {"claimName": "c"}}],
        },
        [
            Expected(
                at("domain.devices.disks[0].bootOrder"),
                "`bootOrder` of disk `root` is 0; it must be 1 or more.",
                "use 1 or more",
                "disks",
            ),
            Expected(
                at("domain.devices.interfaces[0].bootOrder"),
                "`bootOrder` of interface `n` is 0; it must be 1 or more.",
                "use 1 or more",
                "disks",
            ),
        ],
    ),
    Row(
        "boot order is shared",
        {
            "domain": {"devices": {"disks": [{"name": "root", "bootOrder": 1}]}},
            "volumes": [{"name": "root", "containerDisk": {"image": "x"}}],
        },
        {
            "domain": {
                "devices": {"disks": [{"name": "root", "bootOrder": 1}], "interfaces": [{"name": "n", "bootOrder": 1}]}
            },
            "volumes": [{"name": "root", "persistentVolumeClaim": {"claimName": "c"}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].bootOrder"),
                "interface `n` has the `bootOrder` 1, which disk `root` has too.",
                "use another number",
                "disks",
            )
        ],
    ),
    Row(
        "no drive is empty, before 1.6",
        {"domain": {"devices": {"disks": [{"name": "a", "cdrom": {"bus": "sata"}}]}}},
        {"domain": {"devices": {"disks": [{"name": "a", "cdrom": {"bus": "sata"}}]}}},
        [
            Expected(
                at("domain.devices.disks[0].name"),
                "disk `a` has no volume with the same name.",
                "add a volume `a` to `volumes`, or remove the disk",
                "disks",
            )
        ],
        good_in={"release": (1, 6)},
        bad_in={"release": (1, 5)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(disks.check)
