"""All subjects at once: the list is complete, and no value anywhere makes them fail or guess."""

from __future__ import annotations

import copy
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.kubevirt.admission.scenario import view
from vmlint.kubevirt import admission
from vmlint.kubevirt.admission import NAMES, SUBJECTS, Owner, check, subject_of
from vmlint.kubevirt.gates import Gates
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal

GATES = [
    "DownwardMetrics",
    "EnableVirtioFsStorageVolumes",
    "HostDevices",
    "HostDisk",
    "PortRangesSpec",
    "ReservedOverheadMemlock",
    "VSOCK",
]
CLUSTER = {
    "spec": {
        "configuration": {"developerConfiguration": {"featureGates": GATES}, "vmRolloutStrategy": "LiveUpdate"},
    }
}
# One spec with something of every subject, and nothing wrong.
RICH: dict[str, Any] = {
    "architecture": "amd64",
    "hostname": "web",
    "subdomain": "example",
    "serviceAccountName": "robot",
    "evictionStrategy": "LiveMigrate",
    "dnsPolicy": "None",
    "dnsConfig": {"nameservers": ["192.0.2.1"], "searches": ["example.org"], "options": [{"name": "ndots"}]},
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {
                        "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}],
                        "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node"]}],
                    }
                ]
            },
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {}}],
        },
        "podAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "podAffinityTerm": {"topologyKey": "zone", "namespaces": ["web"]}}
            ],
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}}
            ],
        },
    },
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}},
        {"maxSkew": 1, "topologyKey": "host", "whenUnsatisfiable": "DoNotSchedule"},
    ],
    "readinessProbe": {"tcpSocket": {"port": 22}},
    "livenessProbe": {"guestAgentPing": {}},
    "accessCredentials": [
        {
            "sshPublicKey": {
                "source": {"secret": {"secretName": "s"}},
                "propagationMethod": {"noCloud": {}},
            }
        },
        {
            "userPassword": {
                "source": {"secret": {"secretName": "s"}},
                "propagationMethod": {"qemuGuestAgent": {}},
            }
        },
    ],
    "resourceClaims": [{"name": "claim", "resourceClaimName": "gpu"}],
    "networks": [{"name": "default", "pod": {}}, {"name": "lan", "multus": {"networkName": "lan"}}],
    "volumes": [
        {"name": "root", "dataVolume": {"name": "root"}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "cloudinit", "cloudInitNoCloud": {"userData": "#cloud-config", "networkDataBase64": "YQ=="}},
        {"name": "image", "containerDisk": {"image": "x", "path": "/disk/a.img"}},
        {"name": "host", "hostDisk": {"path": "/x", "type": "Disk"}},
        {"name": "metrics", "downwardMetrics": {}},
        {"name": "robot", "serviceAccount": {"serviceAccountName": "robot"}},
        {"name": "share", "persistentVolumeClaim": {"claimName": "share"}},
        {"name": "slic", "secret": {"secretName": "slic"}},
        {"name": "inside", "containerPath": {"path": "/inside"}},
    ],
    "domain": {
        "machine": {"type": "q35"},
        "ioThreadsPolicy": "supplementalPool",
        "ioThreads": {"supplementalPoolThreadCount": 2},
        "rebootPolicy": "Terminate",
        "cpu": {
            "cores": 2,
            "sockets": 1,
            "maxSockets": 4,
            "threads": 1,
            "dedicatedCpuPlacement": True,
            "isolateEmulatorThread": True,
            "features": [{"name": "vmx", "policy": "require"}],
        },
        "resources": {"requests": {"cpu": "2", "memory": "2Gi"}, "limits": {"cpu": 2, "memory": "2Gi"}},
        "memory": {"guest": "2Gi", "maxGuest": "4Gi", "hugepages": {"pageSize": "2Mi"}, "reservedOverhead": {}},
        "features": {"smm": {"enabled": True}, "hyperv": {"synictimer": {"enabled": True}, "synic": {}, "vpindex": {}}},
        "firmware": {
            "bootloader": {"efi": {"secureBoot": True}},
            "acpi": {"slicNameRef": "slic"},
            "kernelBoot": {"kernelArgs": "a", "container": {"image": "x", "kernelPath": "/k", "initrdPath": "/i"}},
        },
        "devices": {
            "autoattachVSOCK": True,
            "autoattachGraphicsDevice": True,
            "disks": [
                {
                    "name": "root",
                    "bootOrder": 1,
                    "disk": {"bus": "virtio", "pciAddress": "0000:00:01.0"},
                    "serial": "a",
                    "cache": "none",
                    "io": "native",
                    "errorPolicy": "stop",
                    "dedicatedIOThread": True,
                    "blockSize": {"custom": {"logical": 512, "physical": 4096, "discardGranularity": 1024}},
                },
                {"name": "data", "lun": {"bus": "scsi", "reservation": False}},
                {"name": "cloudinit", "cdrom": {"bus": "sata"}},
                {"name": "metrics", "disk": {"bus": "virtio"}},
                {"name": "empty", "cdrom": {"bus": "sata"}},
            ],
            "interfaces": [
                {
                    "name": "default",
                    "bootOrder": 2,
                    "masquerade": {},
                    "model": "virtio",
                    "macAddress": "02:00:00:12:34:56",
                    "pciAddress": "0000:00:02.0",
                    "state": "up",
                    "portRanges": [
                        {"protocol": "TCP", "start": 1, "end": 2},
                        {"protocol": "UDP", "start": 2, "end": 3},
                    ],
                    "dhcpOptions": {"ntpServers": ["192.0.2.1"], "privateOptions": [{"option": 240, "value": "a"}]},
                },
                {"name": "lan", "bridge": {}, "state": "absent"},
            ],
            "inputs": [{"name": "i", "type": "tablet", "bus": "usb"}],
            "gpus": [{"name": "g", "claimName": "claim", "requestName": "r", "virtualGPUOptions": {"display": {}}}],
            "hostDevices": [{"name": "h", "deviceName": "v/h"}],
            "filesystems": [{"name": "share", "virtiofs": {}}, {"name": "inside", "virtiofs": {}}],
            "panicDevices": [{"model": "isa"}],
            "downwardMetrics": {},
            "sound": {"name": "s", "model": "ich9"},
            "video": {"type": "virtio"},
            "watchdog": {"name": "w", "i6300esb": {}},
        },
    },
}
VM = {
    "runStrategy": "Always",
}
JUNK: list[Any] = [None, True, 7, -1, 1.5, "junk", "", [], {}, [None], ["x"], [[]], [{}], {"name": []}, {"a": 1}]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a value, itself included."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in pairs:
        yield from places(entry, (*path, key))


def replaced(value: Any, path: Path, new: Any) -> Any:
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = new
    return changed


def judge(spec: Any, vm: Any = VM, owner: Owner = Owner.VM) -> list[Refusal]:
    return list(check(view(spec, owner=owner, vm=vm, cluster=CLUSTER, closed=True)))


PLACES = [path for path in places(RICH) if path]


def test_nothing_is_wrong_with_the_rich_spec() -> None:
    assert judge(RICH) == []


def test_every_module_with_a_check_is_in_the_list() -> None:
    modules = [
        import_module(f"{admission.__name__}.{found.name}") for found in pkgutil.iter_modules(admission.__path__)
    ]
    assert {module.__name__ for module in modules if hasattr(module, "check")} == {
        subject.__name__ for subject in SUBJECTS
    }


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_a_variable_is_never_a_fault(path: Path) -> None:
    assert judge(replaced(RICH, path, "${X}")) == []


@pytest.mark.parametrize("junk", [7, "junk", [], {}, [None], [{}]], ids=str)
def test_strange_values_never_fail(junk: Any) -> None:
    for path in PLACES:
        judge(replaced(RICH, path, junk))


@pytest.mark.parametrize("owner", Owner)
def test_strange_objects_never_fail(owner: Owner) -> None:
    for junk in JUNK:
        for data in (junk, {"spec": junk, "metadata": junk}, {"spec": {"template": junk, "selector": junk}}):
            seen = admission.View(owner, data, gates=Gates(data))
            assert all(isinstance(refusal, Refusal) for refusal in check(seen))


@pytest.mark.parametrize("path", [path for path in places(VM) if path], ids=lambda path: ".".join(map(str, path)))
def test_a_variable_of_the_vm_is_never_a_fault(path: Path) -> None:
    assert judge(RICH, replaced(VM, path, "${X}")) == []


def test_refusals_have_a_known_subject() -> None:
    assert {subject_of(refusal) for path in PLACES for refusal in judge(replaced(RICH, path, {}))} <= NAMES
