"""Machine type, ACPI tables, boot loader, kernel boot, Secure Boot."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import Owner, firmware
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "a machine type is emulated",
        {"domain": {"machine": {"type": "pc-q35-7.0"}}},
        {"domain": {"machine": {"type": "pc-i440fx-7.0"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `pc-i440fx-7.0` is not among the `emulatedMachines` of the cluster for `amd64`.",
                "use a type such as `q35` or `pc-q35`",
                "firmware",
            )
        ],
    ),
    Row(
        "a machine type belongs to the architecture",
        {"architecture": "arm64", "domain": {"machine": {"type": "virt-7.0"}}},
        {"architecture": "s390x", "domain": {"machine": {"type": "q35"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `q35` is not among the `emulatedMachines` of the cluster for `s390x`.",
                "use a type such as `s390-ccw-virtio`",
                "firmware",
            )
        ],
    ),
    Row(
        "the cluster may emulate others",
        {"domain": {"machine": {"type": "pc"}}},
        {"domain": {"machine": {"type": "q35"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `q35` is not among the `emulatedMachines` of the cluster for `amd64`.",
                "use a type such as `pc`",
                "firmware",
            )
        ],
        good_in={"cluster": kubevirt(emulatedMachines=["pc*"])},
        bad_in={"cluster": kubevirt(emulatedMachines=["pc*"])},
    ),
    Row(
        "the cluster may emulate others for one architecture",
        {"domain": {"machine": {"type": "virt-9"}}, "architecture": "arm64"},
        {"domain": {"machine": {"type": "q35"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `q35` is not among the `emulatedMachines` of the cluster for `amd64`.",
                "use a type such as `pc`",
                "firmware",
            )
        ],
        good_in={"cluster": kubevirt(architectureConfiguration={"amd64": {"emulatedMachines": ["pc*"]}})},
        bad_in={"cluster": kubevirt(architectureConfiguration={"amd64": {"emulatedMachines": ["pc*"]}})},
    ),
    Row(
        "an open world may emulate others, on another architecture",
        {"domain": {"machine": {"type": "q35"}}},
        {"domain": {"machine": {"type": "virt"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `virt` is not among the `emulatedMachines` of the cluster for `amd64`.",
                "use a type such as `q35` or `pc-q35`",
                "firmware",
                Refuser.VALIDATING_WEBHOOK,
                "defaultArchitecture",
            )
        ],
        good_in={"closed": False},
        bad_in={"closed": False},
    ),
    Row(
        "an open world may emulate others",
        {"domain": {"machine": {"type": "q35"}}},
        {"domain": {"machine": {"type": "pc"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `pc` is not among the `emulatedMachines` of the cluster for `amd64`.",
                "use a type such as `q35` or `pc-q35`",
                "firmware",
                Refuser.VALIDATING_WEBHOOK,
                "emulatedMachines",
            )
        ],
        good_in={"closed": False},
        bad_in={"closed": False},
    ),
    Row(
        "ACPI names a volume",
        {
            "domain": {"firmware": {"acpi": {"slicNameRef": "v"}}},
            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
        },
        {"domain": {"firmware": {"acpi": {}}}},
        [
            Expected(
                at("domain.firmware.acpi"),
                "`firmware.acpi` names no volume.",
                "set `slicNameRef` or `msdmNameRef`, or remove `acpi`",
                "firmware",
            )
        ],
    ),
    Row(
        "ACPI names a volume of the guest",
        {
            "domain": {"firmware": {"acpi": {"msdmNameRef": "v"}}},
            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
        },
        {
            "domain": {"firmware": {"acpi": {"msdmNameRef": "w"}}},
            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
        },
        [
            Expected(
                at("domain.firmware.acpi.msdmNameRef"),
                "`acpi.msdmNameRef` names `w`, which is not a volume of the guest.",
                "add a volume `w` with a `secret`",
                "firmware",
            )
        ],
    ),
    Row(
        "ACPI names a Secret",
        {
            "domain": {"firmware": {"acpi": {"slicNameRef": "v"}}},
            "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
        },
        {
            "domain": {"firmware": {"acpi": {"slicNameRef": "v"}}},
            "volumes": [{"name": "v", "configMap": {"name": "s"}}],
        },
        [
            Expected(
                at("domain.firmware.acpi.slicNameRef"),
                "`acpi.slicNameRef` names `v`, which is not a Secret volume.",
                "give the volume `v` a `secret`",
                "firmware",
            )
        ],
    ),
    Row(
        "one boot loader",
        {"domain": {"firmware": {"bootloader": {"bios": {}}}}},
        {"domain": {"firmware": {"bootloader": {"bios": {}, "efi": {"secureBoot": False}}}}},
        [
            Expected(
                at("domain.firmware.bootloader"),
                "`bootloader` has both `efi` and `bios`, which exclude each other.",
                "keep one of the two",
                "firmware",
            )
        ],
    ),
    Row(
        "kernel arguments need a kernel",
        {"domain": {"firmware": {"kernelBoot": {"kernelArgs": "a", "container": {"image": "x", "kernelPath": "/k"}}}}},
        {"domain": {"firmware": {"kernelBoot": {"kernelArgs": "a"}}}},
        [
            Expected(
                at("domain.firmware.kernelBoot.kernelArgs"),
                "`kernelArgs` needs a kernel, and `kernelBoot` has no `container`.",
                "add `kernelBoot.container`, or remove `kernelArgs`",
                "firmware",
            )
        ],
    ),
    Row(
        "a kernel container has an image and a kernel",
        {"domain": {"firmware": {"kernelBoot": {"container": {"image": "x", "initrdPath": "/i"}}}}},
        {"domain": {"firmware": {"kernelBoot": {"container": {}}}}},
        [
            Expected(
                at("domain.firmware.kernelBoot.container.image"),
                "`kernelBoot.container` has no image.",
                "set `image`",
                "firmware",
            ),
            Expected(
                at("domain.firmware.kernelBoot.container"),
                "`kernelBoot.container` has neither `kernelPath` nor `initrdPath`.",
                "set one of them",
                "firmware",
            ),
        ],
    ),
    Row(
        "a kernel path is clean",
        {"domain": {"firmware": {"kernelBoot": {"container": {"image": "x", "kernelPath": "/boot/k/"}}}}},
        {
            "domain": {
                "firmware": {"kernelBoot": {"container": {"image": "x", "kernelPath": "/", "initrdPath": "a/../i"}}}
            }
        },
        [
            Expected(
                at("domain.firmware.kernelBoot.container.kernelPath"),
                "`/` is not an absolute path to a file.",
                "write a path such as `/boot/vmlinuz`, without `.` and `..`",
                "firmware",
            ),
            Expected(
                at("domain.firmware.kernelBoot.container.initrdPath"),
                "`a/../i` is not an absolute path to a file.",
                "write a path such as `/boot/vmlinuz`, without `.` and `..`",
                "firmware",
            ),
        ],
    ),
    Row(
        "Secure Boot needs SMM",
        {"domain": {"features": {"smm": {}}, "firmware": {"bootloader": {"efi": {}}}}},
        {"domain": {"firmware": {"bootloader": {"efi": {}}}}},
        [
            Expected(
                at("domain.firmware.bootloader.efi"),
                "Secure Boot is on by default, and needs SMM, which is off.",
                "set `features.smm.enabled: true`, or `efi.secureBoot: false`",
                "secure_boot",
            )
        ],
    ),
    Row(
        "Secure Boot needs SMM that is on",
        {"domain": {"firmware": {"bootloader": {"efi": {"secureBoot": False}}}}},
        {
            "domain": {
                "features": {"smm": {"enabled": False}},
                "firmware": {"bootloader": {"efi": {"secureBoot": True}}},
            }
        },
        [
            Expected(
                at("domain.firmware.bootloader.efi.secureBoot"),
                "Secure Boot is on, and needs SMM, which is off.",
                "set `features.smm.enabled: true`, or `efi.secureBoot: false`",
                "secure_boot",
            )
        ],
    ),
    Row(
        "firmware for TDX needs no SMM",
        {"domain": {"launchSecurity": {"tdx": {}}, "firmware": {"bootloader": {"efi": {}}}}},
        {"domain": {"launchSecurity": {"sev": {}}, "firmware": {"bootloader": {"efi": {}}}}},
        [
            Expected(
                at("domain.firmware.bootloader.efi"),
                "Secure Boot is on by default, and needs SMM, which is off.",
                "set `features.smm.enabled: true`, or `efi.secureBoot: false`",
                "secure_boot",
            )
        ],
    ),
    Row(
        "a guest of arm64 has no Secure Boot by default",
        {"architecture": "arm64", "domain": {"firmware": {"bootloader": {"efi": {}}}}},
        {"architecture": "arm64", "domain": {"firmware": {"bootloader": {"efi": {}}}}},
        [
            Expected(
                at("domain.firmware.bootloader.efi"),
                "Secure Boot is on by default, and needs SMM, which is off.",
                "set `features.smm.enabled: true`, or `efi.secureBoot: false`",
                "secure_boot",
            )
        ],
        good_in={"owner": Owner.VMI},
        bad_in={},
    ),
    Row(
        "before 1.6, a pattern may match a part of a machine type",
        {"domain": {"machine": {"type": "my-q35"}}},
        {"domain": {"machine": {"type": "my-q35"}}},
        [
            Expected(
                at("domain.machine.type"),
                "the machine type `my-q35` is not among the `emulatedMachines` of the cluster for `amd64`.",
                "use a type such as `q35` or `pc-q35`",
                "firmware",
            )
        ],
        good_in={"release": (1, 5)},
        bad_in={"release": (1, 6)},
    ),
    Row(
        "TDX needs SMM, too, before 1.9",
        {"domain": {"launchSecurity": {"tdx": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": True}}}}},
        {"domain": {"launchSecurity": {"tdx": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": True}}}}},
        [
            Expected(
                at("domain.firmware.bootloader.efi.secureBoot"),
                "Secure Boot is on, and needs SMM, which is off.",
                "set `efi.secureBoot: false`",
                "secure_boot",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(firmware.check)
