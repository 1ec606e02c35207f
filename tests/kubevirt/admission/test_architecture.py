"""What an architecture's guests can't have; judged when the VirtualMachineInstance is made."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import architecture
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "an architecture is known",
        {"architecture": "s390x", "domain": {"devices": {}}},
        {"architecture": "riscv64", "domain": {"devices": {}}},
        [
            Expected(
                at("architecture"),
                "KubeVirt does not support the architecture `riscv64`.",
                "use `amd64`, `arm64` or `s390x`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a watchdog of amd64",
        {"architecture": "amd64", "domain": {"devices": {"watchdog": {"name": "w"}}}},
        {"architecture": "amd64", "domain": {"devices": {"watchdog": {"name": "w", "diag288": {}}}}},
        [
            Expected(
                at("domain.devices.watchdog.diag288"),
                "`amd64` guests can't have `watchdog.diag288`.",
                "use `i6300esb`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a watchdog of s390x",
        {"architecture": "s390x", "domain": {"devices": {"watchdog": {"name": "w", "diag288": {}}}}},
        {"architecture": "s390x", "domain": {"devices": {"watchdog": {"name": "w", "i6300esb": {}}}}},
        [
            Expected(
                at("domain.devices.watchdog.i6300esb"),
                "`s390x` guests can't have `watchdog.i6300esb`.",
                "use `diag288`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "video of amd64",
        {"architecture": "amd64", "domain": {"devices": {"video": {"type": "bochs"}}}},
        {"architecture": "amd64", "domain": {"devices": {"video": {"type": "qxl"}}}},
        [
            Expected(
                at("domain.devices.video.type"),
                "`amd64` guests can't have the video model `qxl`.",
                "use `vga`, `cirrus`, `virtio`, `ramfb` or `bochs`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "video of s390x",
        {"architecture": "s390x", "domain": {"devices": {"video": {"type": "virtio"}}}},
        {"architecture": "s390x", "domain": {"devices": {"video": {}}}},
        [
            Expected(
                at("domain.devices.video.type"),
                "`s390x` guests can't have `video` without a `type`.",
                "use `virtio`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "video of arm64",
        {"architecture": "arm64", "domain": {"devices": {"video": {"type": "ramfb"}}}},
        {"architecture": "arm64", "domain": {"devices": {"video": {"type": "vga"}}}},
        [
            Expected(
                at("domain.devices.video.type"),
                "`arm64` guests can't have the video model `vga`.",
                "use `virtio` or `ramfb`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "devices of arm64",
        {"architecture": "arm64", "domain": {"devices": {}}},
        {"architecture": "arm64", "domain": {"devices": {"watchdog": {}, "sound": {"name": "s"}}}},
        [
            Expected(
                at("domain.devices.watchdog"),
                "`arm64` guests can't have `watchdog`.",
                "remove it",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            ),
            Expected(
                at("domain.devices.sound"),
                "`arm64` guests can't have `sound`.",
                "remove it",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            ),
        ],
    ),
    Row(
        "boot of arm64",
        {"architecture": "arm64", "domain": {"devices": {}}},
        {"architecture": "arm64", "domain": {"firmware": {"bootloader": {"bios": {}}}}},
        [
            Expected(
                at("domain.firmware.bootloader.bios"),
                "`arm64` guests can't have `bootloader.bios`.",
                "use `efi: {secureBoot: false}`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a CPU of arm64",
        {"architecture": "arm64", "domain": {"cpu": {"model": "host-passthrough"}}},
        {"architecture": "arm64", "domain": {"cpu": {"model": "host-model"}}},
        [
            Expected(
                at("domain.cpu.model"),
                "`arm64` guests can't have the CPU model `host-model`.",
                "use `host-passthrough`, or remove `model`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "buses of arm64",
        {
            "architecture": "arm64",
            "domain": {"devices": {"disks": [{"name": "a", "disk": {"bus": "scsi"}}, {"name": "b", "cdrom": {}}]}},
        },
        {
            "architecture": "arm64",
            "domain": {
                "devices": {
                    "disks": [
                        {"name": "a", "disk": {"bus": "sata"}},
                        {"name": "b", "cdrom": {"bus": "sata"}},
                        {"name": "c", "lun": {"bus": "usb"}},
                    ]
                }
            },
        },
        [
            Expected(
                at("domain.devices.disks[0].disk.bus"),
                "disk `a` is on the bus `sata`, which `arm64` guests do not support.",
                "use `virtio` or `scsi`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            ),
            Expected(
                at("domain.devices.disks[1].cdrom.bus"),
                "disk `b` is on the bus `sata`, which `arm64` guests do not support.",
                "use `virtio` or `scsi`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            ),
            Expected(
                at("domain.devices.disks[2].lun.bus"),
                "disk `c` is on the bus `usb`, which `arm64` guests do not support.",
                "use `virtio` or `scsi`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            ),
        ],
    ),
    Row(
        "an open world may be of another architecture",
        {"domain": {"devices": {"video": {"type": "vga"}}}},
        {"domain": {"devices": {"video": {"type": "qxl"}}}},
        [
            Expected(
                at("domain.devices.video.type"),
                "`amd64` guests can't have the video model `qxl`.",
                "use `vga`, `cirrus`, `virtio`, `ramfb` or `bochs`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
                "defaultArchitecture",
            )
        ],
        good_in={},
        bad_in={"closed": False},
    ),
    Row(
        "CPU models on arm64, before 1.6",
        {"architecture": "arm64", "domain": {"cpu": {"model": "cortex-a57"}}},
        {"architecture": "arm64", "domain": {"cpu": {"model": "host-model"}}},
        [
            Expected(
                at("domain.cpu.model"),
                "`arm64` guests can't have the CPU model `host-model`.",
                "use `host-passthrough`, or remove `model`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
        good_in={"release": (1, 5)},
        bad_in={"release": (1, 5)},
    ),
    Row(
        "Secure Boot on arm64, before 1.8.3",
        {
            "architecture": "arm64",
            "domain": {"firmware": {"bootloader": {"efi": {"secureBoot": True}}}, "features": {"smm": {}}},
        },
        {"architecture": "arm64", "domain": {"firmware": {"bootloader": {"efi": {}}}, "features": {"smm": {}}}},
        [
            Expected(
                at("domain.firmware.bootloader.efi"),
                "`arm64` guests can't have Secure Boot.",
                "set `efi.secureBoot: false`",
                "architecture",
                Refuser.GUEST_WEBHOOK,
            )
        ],
        good_in={"release": (1, 8, 3)},
        bad_in={"release": (1, 8, 2)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(architecture.check)
