"""Encrypted guests: AMD SEV and SEV-SNP, Intel TDX."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import Owner, launch_security

ROWS = [
    Row(
        "encryption is for some architectures",
        {"architecture": "s390x", "domain": {"launchSecurity": {}}},
        {"architecture": "arm64", "domain": {"launchSecurity": {}}},
        [
            Expected(
                at("architecture"),
                "KubeVirt can't encrypt guests on `arm64`.",
                "set `architecture` to `amd64` or `s390x`, or remove `launchSecurity`",
                "launch_security",
            )
        ],
    ),
    Row(
        "encryption needs an architecture",
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"sev": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": False}}}},
        },
        {"domain": {"launchSecurity": {"sev": {}}}},
        [
            Expected(
                at("architecture", Owner.POOL),
                "KubeVirt can't encrypt guests without `architecture`.",
                "set `architecture` to `amd64` or `s390x`, or remove `launchSecurity`",
                "launch_security",
            )
        ],
        good_in={},
        bad_in={"owner": Owner.POOL},
    ),
    Row(
        "encryption has a kind",
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"snp": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": False}}}},
        },
        {"architecture": "amd64", "domain": {"launchSecurity": {}}},
        [
            Expected(
                at("domain.launchSecurity"),
                "`launchSecurity` has no kind; on `amd64` it must have exactly one.",
                "add `sev`, `snp` or `tdx`",
                "launch_security",
            )
        ],
    ),
    Row(
        "encryption has one kind",
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"snp": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": False}}}},
        },
        {"architecture": "amd64", "domain": {"launchSecurity": {"snp": {}, "tdx": {}}}},
        [
            Expected(
                at("domain.launchSecurity"),
                "`launchSecurity` has `snp` and `tdx`; on `amd64` it must have exactly one.",
                "keep `snp` or `tdx`",
                "launch_security",
            )
        ],
    ),
    Row(
        "TDX goes without SMM",
        {
            "architecture": "amd64",
            "domain": {
                "launchSecurity": {"tdx": {}},
                "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
                "features": {"smm": {"enabled": False}},
            },
        },
        {
            "architecture": "amd64",
            "domain": {
                "launchSecurity": {"tdx": {}},
                "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
                "features": {"smm": {}},
            },
        },
        [
            Expected(
                at("domain.launchSecurity.tdx"),
                "TDX does not work with SMM.",
                "remove `features.smm`",
                "launch_security",
            )
        ],
        good_in={"cluster": kubevirt("WorkloadEncryptionTDX")},
        bad_in={"cluster": kubevirt("WorkloadEncryptionTDX")},
    ),
    Row(
        "SEV needs UEFI",
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"sev": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": False}}}},
        },
        {"architecture": "amd64", "domain": {"launchSecurity": {"sev": {}}}},
        [
            Expected(
                at("domain.launchSecurity.sev"),
                "SEV needs UEFI.",
                "set `firmware.bootloader.efi: {secureBoot: false}`",
                "launch_security",
            )
        ],
    ),
    Row(
        "SNP goes without Secure Boot",
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"snp": {}}, "firmware": {"bootloader": {"efi": {"secureBoot": False}}}},
        },
        {"architecture": "amd64", "domain": {"launchSecurity": {"snp": {}}, "firmware": {"bootloader": {"efi": {}}}}},
        [
            Expected(
                at("domain.launchSecurity.snp"),
                "SEV-SNP does not work with Secure Boot.",
                "set `efi.secureBoot: false`",
                "launch_security",
            )
        ],
    ),
    Row(
        "TDX goes without persistent variables",
        {"architecture": "amd64", "domain": {"launchSecurity": {"tdx": {}}, "firmware": {"bootloader": {"efi": {}}}}},
        {
            "architecture": "amd64",
            "domain": {"launchSecurity": {"tdx": {}}, "firmware": {"bootloader": {"efi": {"persistent": True}}}},
        },
        [
            Expected(
                at("domain.launchSecurity.tdx"),
                "TDX does not work with persistent UEFI variables.",
                "remove `efi.persistent`",
                "launch_security",
            )
        ],
        good_in={"cluster": kubevirt("WorkloadEncryptionTDX")},
        bad_in={"cluster": kubevirt("WorkloadEncryptionTDX")},
    ),
    Row(
        "attestation needs a paused start",
        {
            "startStrategy": "Paused",
            "architecture": "amd64",
            "domain": {
                "launchSecurity": {"sev": {"attestation": {}}},
                "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
            },
        },
        {
            "architecture": "amd64",
            "domain": {
                "launchSecurity": {"sev": {"attestation": {}}},
                "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
            },
        },
        [
            Expected(
                at("domain.launchSecurity.sev"),
                "SEV attestation needs a guest that starts paused.",
                "set `startStrategy: Paused`",
                "launch_security",
            )
        ],
    ),
    Row(
        "encrypted guests boot from disks",
        {
            "architecture": "amd64",
            "domain": {
                "launchSecurity": {"sev": {}},
                "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
                "devices": {"interfaces": [{"name": "a"}]},
            },
        },
        {
            "architecture": "amd64",
            "domain": {
                "launchSecurity": {"sev": {}},
                "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
                "devices": {"interfaces": [{"name": "a", "bootOrder": 1}]},
            },
        },
        [
            Expected(
                at("domain.launchSecurity.sev"),
                "SEV guests can't boot from the network, and interface `a` has a `bootOrder`.",
                "remove the `bootOrder`",
                "launch_security",
            )
        ],
    ),
    Row(
        "without the gate, that is another matter",
        {"architecture": "amd64", "domain": {"launchSecurity": {"tdx": {}}}},
        {"architecture": "amd64", "domain": {"launchSecurity": {"tdx": {}}}},
        [
            Expected(
                at("domain.launchSecurity.tdx"),
                "TDX needs UEFI.",
                "set `firmware.bootloader.efi: {secureBoot: false}`",
                "launch_security",
            )
        ],
        good_in={},
        bad_in={"closed": False},
    ),
    Row(
        "before 1.7, only SEV is checked, on any architecture",
        {"architecture": "amd64", "domain": {"launchSecurity": {}}},
        {"architecture": "arm64", "domain": {"launchSecurity": {"sev": {}}}},
        [
            Expected(
                at("domain.launchSecurity.sev"),
                "SEV needs UEFI.",
                "set `firmware.bootloader.efi: {secureBoot: false}`",
                "launch_security",
            )
        ],
        good_in={"release": (1, 6)},
        bad_in={"release": (1, 6), "cluster": kubevirt("WorkloadEncryptionSEV")},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(launch_security.check)
