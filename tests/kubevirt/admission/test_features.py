"""Fields that count only with a feature gate; the object is refused while the gate is off."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import Owner, features
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "hostDisk",
        {"volumes": [{"name": "v", "hostDisk": {"path": "/x", "type": "Disk"}}]},
        {"volumes": [{"name": "v", "hostDisk": {"path": "/x", "type": "Disk"}}]},
        [
            Expected(
                at("volumes[0].hostDisk"),
                "`hostDisk` needs the feature gate `HostDisk`, which is off.",
                "add `HostDisk` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"cluster": kubevirt("HostDisk")},
        bad_in={},
    ),
    Row(
        "hostDisk in an open world",
        {"volumes": [{"name": "v", "hostDisk": {"path": "/x", "type": "Disk"}}]},
        {"volumes": [{"name": "v", "hostDisk": {"path": "/x", "type": "Disk"}}]},
        [
            Expected(
                at("volumes[0].hostDisk"),
                "`hostDisk` needs the feature gate `HostDisk`.",
                "add `HostDisk` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
                Refuser.VALIDATING_WEBHOOK,
                "HostDisk",
            )
        ],
        good_in={"cluster": kubevirt("HostDisk")},
        bad_in={"closed": False},
    ),
    Row(
        "hostDevices",
        {"domain": {"devices": {"hostDevices": [{"name": "h", "deviceName": "v/h"}]}}},
        {"domain": {"devices": {"hostDevices": [{"name": "h", "deviceName": "v/h"}]}}},
        [
            Expected(
                at("domain.devices.hostDevices"),
                "`hostDevices` needs the feature gate `HostDevices`, which is off.",
                "add `HostDevices` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"cluster": kubevirt("HostDevices")},
        bad_in={},
    ),
    Row(
        "an empty list of host devices counts too",
        {},
        {"domain": {"devices": {"hostDevices": []}}},
        [
            Expected(
                at("domain.devices.hostDevices", Owner.REPLICA_SET),
                "`hostDevices` needs the feature gate `HostDevices`, which is off.",
                "add `HostDevices` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        bad_in={"owner": Owner.REPLICA_SET},
    ),
    Row(
        "downward metrics as a volume and a device",
        {"volumes": [{"name": "v", "downwardMetrics": {}}], "domain": {"devices": {"downwardMetrics": {}}}},
        {"volumes": [{"name": "v", "downwardMetrics": {}}], "domain": {"devices": {"downwardMetrics": {}}}},
        [
            Expected(
                at("volumes[0].downwardMetrics"),
                "a volume of downward metrics needs the feature gate `DownwardMetrics`, which is off.",
                "add `DownwardMetrics` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            ),
            Expected(
                at("domain.devices.downwardMetrics"),
                "the device `downwardMetrics` needs the feature gate `DownwardMetrics`, which is off.",
                "add `DownwardMetrics` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            ),
        ],
        good_in={"cluster": kubevirt("DownwardMetrics")},
        bad_in={},
    ),
    Row(
        "VSOCK",
        {"domain": {"devices": {"autoattachVSOCK": True}}},
        {"domain": {"devices": {"autoattachVSOCK": True}}},
        [
            Expected(
                at("domain.devices.autoattachVSOCK"),
                "`autoattachVSOCK` needs the feature gate `VSOCK`, which is off.",
                "add `VSOCK` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"cluster": kubevirt("VSOCK")},
        bad_in={},
    ),
    Row(
        "port ranges",
        {
            "domain": {
                "devices": {"interfaces": [{"name": "a", "portRanges": [{"protocol": "TCP", "start": 1, "end": 2}]}]}
            }
        },
        {
            "domain": {
                "devices": {"interfaces": [{"name": "a", "portRanges": [{"protocol": "TCP", "start": 1, "end": 2}]}]}
            }
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "`portRanges` needs the feature gate `PortRangesSpec`, which is off.",
                "add `PortRangesSpec` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"cluster": kubevirt("PortRangesSpec")},
        bad_in={},
    ),
    Row(
        "a network of a claim",
        {"networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}]},
        {"networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}]},
        [
            Expected(
                at("networks[0].resourceClaim"),
                ("a network of a resource claim needs the feature gate `NetworkDevicesWithDRA`, which is off."),
                ("add `NetworkDevicesWithDRA` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
        bad_in={},
    ),
    Row(
        "TDX",
        {"architecture": "amd64", "domain": {"launchSecurity": {"tdx": {}}}},
        {"architecture": "amd64", "domain": {"launchSecurity": {"tdx": {}}}},
        [
            Expected(
                at("domain.launchSecurity.tdx"),
                ("guest encryption with Intel TDX needs the feature gate `WorkloadEncryptionTDX`, which is off."),
                ("add `WorkloadEncryptionTDX` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"cluster": kubevirt("WorkloadEncryptionTDX")},
        bad_in={},
    ),
    Row(
        "a claim as a file system",
        {
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        {
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        [
            Expected(
                at("domain.devices.filesystems[0]"),
                (
                    "a claim or DataVolume as a file system needs the feature gate "
                    "`EnableVirtioFsStorageVolumes`, which is off."
                ),
                (
                    "add `EnableVirtioFsStorageVolumes` to `featureGates` of the KubeVirt object, or "
                    "remove what needs it"
                ),
                "features",
            )
        ],
        good_in={"cluster": kubevirt("EnableVirtioFsStorageVolumes")},
        bad_in={},
    ),
    Row(
        "reserved overhead",
        {"domain": {"memory": {"reservedOverhead": {}}}},
        {"domain": {"memory": {"reservedOverhead": {}}}},
        [
            Expected(
                at("domain.memory.reservedOverhead"),
                ("`memory.reservedOverhead` needs the feature gate `ReservedOverheadMemlock`, which is off."),
                ("add `ReservedOverheadMemlock` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"cluster": kubevirt("ReservedOverheadMemlock")},
        bad_in={},
    ),
    Row(
        "a ConfigMap as a file system, before 1.8",
        {
            "volumes": [{"name": "v", "configMap": {"name": "c"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        {
            "volumes": [{"name": "v", "configMap": {"name": "c"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        [
            Expected(
                at("domain.devices.filesystems[0]"),
                (
                    "a ConfigMap or Secret as a file system needs the feature gate "
                    "`EnableVirtioFsConfigVolumes` or `ExperimentalVirtiofsSupport`, which is off."
                ),
                ("add `EnableVirtioFsConfigVolumes` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"release": (1, 8)},
        bad_in={"release": (1, 7)},
    ),
    Row(
        "a ConfigMap as a file system, by the old gate",
        {
            "volumes": [{"name": "v", "configMap": {"name": "c"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        {
            "volumes": [{"name": "v", "dataVolume": {"name": "c"}}],
            "domain": {"devices": {"filesystems": [{"name": "v", "virtiofs": {}}]}},
        },
        [
            Expected(
                at("domain.devices.filesystems[0]"),
                (
                    "a claim or DataVolume as a file system needs the feature gate "
                    "`EnableVirtioFsStorageVolumes` or `ExperimentalVirtiofsSupport`, which is off."
                ),
                (
                    "add `EnableVirtioFsStorageVolumes` to `featureGates` of the KubeVirt object, or "
                    "remove what needs it"
                ),
                "features",
            )
        ],
        good_in={"release": (1, 6), "cluster": kubevirt("ExperimentalVirtiofsSupport")},
        bad_in={"release": (1, 6)},
    ),
    Row(
        "persistent reservations, which became a setting with 1.9",
        {"domain": {"devices": {"disks": [{"name": "a", "lun": {"reservation": True}}]}}},
        {"domain": {"devices": {"disks": [{"name": "a", "lun": {"reservation": True}}]}}},
        [
            Expected(
                at("domain.devices.disks[0].lun.reservation"),
                "a persistent reservation needs the feature gate `PersistentReservation`, which is off.",
                ("add `PersistentReservation` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"release": (1, 9), "cluster": kubevirt(persistentReservationConfiguration={"enabled": True})},
        bad_in={"release": (1, 9), "cluster": kubevirt()},
    ),
    Row(
        "video, before 1.9",
        {"domain": {"devices": {"video": {"type": "vga"}}}},
        {"domain": {"devices": {"video": {"type": "vga"}}}},
        [
            Expected(
                at("domain.devices.video"),
                "`video` needs the feature gate `VideoConfig`, which is off.",
                "add `VideoConfig` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "panic devices, before 1.9",
        {"domain": {"devices": {"panicDevices": [{"model": "isa"}]}}},
        {"domain": {"devices": {"panicDevices": [{"model": "isa"}]}}},
        [
            Expected(
                at("domain.devices.panicDevices"),
                "`panicDevices` needs the feature gate `PanicDevices`, which is off.",
                "add `PanicDevices` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "reboot policy, before 1.9",
        {"domain": {"rebootPolicy": "Terminate"}},
        {"domain": {"rebootPolicy": "Terminate"}},
        [
            Expected(
                at("domain.rebootPolicy"),
                "`rebootPolicy` needs the feature gate `RebootPolicy`, which is off.",
                "add `RebootPolicy` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "a field that the release lacks needs no gate",
        {"domain": {"rebootPolicy": "Terminate"}},
        {"domain": {"rebootPolicy": "Terminate"}},
        [
            Expected(
                at("domain.rebootPolicy"),
                "`rebootPolicy` needs the feature gate `RebootPolicy`, which is off.",
                "add `RebootPolicy` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 7)},
        bad_in={
            "cluster": {
                "spec": {"configuration": {"developerConfiguration": {"disabledFeatureGates": ["RebootPolicy"]}}}
            }
        },
    ),
    Row(
        "SEV, before 1.9",
        {"architecture": "amd64", "domain": {"launchSecurity": {"sev": {}}}},
        {"architecture": "amd64", "domain": {"launchSecurity": {"sev": {}}}},
        [
            Expected(
                at("domain.launchSecurity.sev"),
                "guest encryption with AMD SEV needs the feature gate `WorkloadEncryptionSEV`, which is off.",
                ("add `WorkloadEncryptionSEV` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "NUMA, before 1.4",
        {"domain": {"cpu": {"numa": {"guestMappingPassthrough": {}}}}},
        {"domain": {"cpu": {"numa": {"guestMappingPassthrough": {}}}}},
        [
            Expected(
                at("domain.cpu.numa.guestMappingPassthrough"),
                "`numa.guestMappingPassthrough` needs the feature gate `NUMA`, which is off.",
                "add `NUMA` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 4)},
        bad_in={"release": (1, 3)},
    ),
    Row(
        "passt, before 1.9",
        {"domain": {"devices": {"interfaces": [{"name": "a", "passtBinding": {}}]}}},
        {"domain": {"devices": {"interfaces": [{"name": "a", "passtBinding": {}}]}}},
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "the binding `passtBinding` needs the feature gate `PasstBinding`, which is off.",
                "add `PasstBinding` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "an empty drive, before 1.9",
        {"domain": {"devices": {"disks": [{"name": "a", "cdrom": {}}]}}},
        {"domain": {"devices": {"disks": [{"name": "a", "cdrom": {}}]}}},
        [
            Expected(
                at("domain.devices.disks[0]"),
                ("a CD-ROM drive without a volume needs the feature gate `DeclarativeHotplugVolumes`, which is off."),
                ("add `DeclarativeHotplugVolumes` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "claimed devices, before 1.9",
        {
            "domain": {
                "devices": {
                    "gpus": [{"name": "g", "claimName": "c", "requestName": "r"}],
                    "hostDevices": [{"name": "g", "claimName": "c", "requestName": "r"}],
                }
            }
        },
        {
            "domain": {
                "devices": {
                    "gpus": [{"name": "g", "claimName": "c", "requestName": "r"}],
                    "hostDevices": [{"name": "g", "claimName": "c", "requestName": "r"}],
                }
            }
        },
        [
            Expected(
                at("domain.devices.gpus[0]"),
                "a GPU of a resource claim needs the feature gate `GPUsWithDRA`, which is off.",
                "add `GPUsWithDRA` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            ),
            Expected(
                at("domain.devices.hostDevices[0]"),
                ("a host device of a resource claim needs the feature gate `HostDevicesWithDRA`, which is off."),
                ("add `HostDevicesWithDRA` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            ),
        ],
        good_in={"release": (1, 9), "cluster": kubevirt("HostDevices")},
        bad_in={"release": (1, 8), "cluster": kubevirt("HostDevices")},
    ),
    Row(
        "sidecars and ignition",
        {},
        {},
        [
            Expected(
                ("spec", "template", "metadata", "annotations", "kubevirt.io/ignitiondata"),
                (
                    "the annotation `kubevirt.io/ignitiondata` needs the feature gate "
                    "`ExperimentalIgnitionSupport`, which is off."
                ),
                ("add `ExperimentalIgnitionSupport` to `featureGates` of the KubeVirt object, or remove what needs it"),
                "features",
            ),
            Expected(
                ("spec", "template", "metadata", "annotations", "hooks.kubevirt.io/hookSidecars"),
                ("the annotation `hooks.kubevirt.io/hookSidecars` needs the feature gate `Sidecar`, which is off."),
                "add `Sidecar` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            ),
        ],
        good_in={
            "cluster": kubevirt("Sidecar", "ExperimentalIgnitionSupport"),
            "metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": "[]", "kubevirt.io/ignitiondata": "{}"}},
        },
        bad_in={
            "metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": "[]", "kubevirt.io/ignitiondata": "{}"}}
        },
    ),
    Row(
        "sidecars of a replica set",
        {},
        {},
        [
            Expected(
                ("spec", "template", "metadata", "annotations", "hooks.kubevirt.io/hookSidecars"),
                ("the annotation `hooks.kubevirt.io/hookSidecars` needs the feature gate `Sidecar`, which is off."),
                "add `Sidecar` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
                Refuser.GUEST_WEBHOOK,
            )
        ],
        good_in={"owner": Owner.REPLICA_SET, "metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": ""}}},
        bad_in={"owner": Owner.REPLICA_SET, "metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": "[]"}}},
    ),
    Row(
        "encryption of no kind, before 1.6",
        {"domain": {"launchSecurity": {}}},
        {"domain": {"launchSecurity": {}}},
        [
            Expected(
                at("domain.launchSecurity"),
                "`launchSecurity` needs the feature gate `WorkloadEncryptionSEV`, which is off.",
                "add `WorkloadEncryptionSEV` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 6)},
        bad_in={"release": (1, 5)},
    ),
    Row(
        "SEV on any architecture, before 1.7",
        {"architecture": "arm64", "domain": {"launchSecurity": {"sev": {}}}},
        {"architecture": "arm64", "domain": {"launchSecurity": {"sev": {}}}},
        [
            Expected(
                at("domain.launchSecurity.sev"),
                "guest encryption with AMD SEV needs the feature gate `WorkloadEncryptionSEV`, which is off.",
                "add `WorkloadEncryptionSEV` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 8)},
        bad_in={"release": (1, 6), "cluster": kubevirt("MultiArchitecture")},
    ),
    Row(
        "Secure Execution, from 1.6 to 1.8",
        {"architecture": "s390x", "domain": {"launchSecurity": {}}},
        {"architecture": "s390x", "domain": {"launchSecurity": {}}},
        [
            Expected(
                at("domain.launchSecurity"),
                "guest encryption with IBM Secure Execution needs the feature gate `SecureExecution`, which is off.",
                "add `SecureExecution` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 9)},
        bad_in={"release": (1, 8)},
    ),
    Row(
        "a persistent TPM, before 1.6",
        {"domain": {"devices": {"tpm": {"persistent": True}}}},
        {"domain": {"devices": {"tpm": {"persistent": True}}}},
        [
            Expected(
                at("domain.devices.tpm.persistent"),
                "a persistent TPM needs the feature gate `VMPersistentState`, which is off.",
                "add `VMPersistentState` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 6)},
        bad_in={"release": (1, 5)},
    ),
    Row(
        "persistent UEFI variables, before 1.6",
        {"domain": {"firmware": {"bootloader": {"efi": {"persistent": True}}}}},
        {"domain": {"firmware": {"bootloader": {"efi": {"persistent": True}}}}},
        [
            Expected(
                at("domain.firmware.bootloader.efi.persistent"),
                "`efi.persistent` needs the feature gate `VMPersistentState`, which is off.",
                "add `VMPersistentState` to `featureGates` of the KubeVirt object, or remove what needs it",
                "features",
            )
        ],
        good_in={"release": (1, 6)},
        bad_in={"release": (1, 5)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(features.check)
