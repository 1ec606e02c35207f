"""What keeps a guest from being migrated, by release and configuration."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubevirt.sample import template
from vmlint.kubevirt.gates import GateState
from vmlint.kubevirt.migration import Blocker, MigrationConfig, Obstacle, migratability, only_host
from vmlint.kubevirt.releases import Release

POD = [{"name": "default", "pod": {}}]
ALLOW = {"kubevirt.io/allow-pod-bridge-network-live-migration": "no matter what"}
EVERYTHING_KNOWN = MigrationConfig(bindings={"passt": True, "slow": False}, mediated=frozenset(("vgpu",)))


def found(guest: dict[str, Any], release: str = "1.9", config: MigrationConfig = EVERYTHING_KNOWN, **modes: Any) -> Any:
    known = Release.parse(release)
    assert known is not None
    indexed = {int(key.removeprefix("v")): value for key, value in modes.items()}
    return migratability(guest, indexed, config._replace(release=known))


def blockers(*args: Any, **kwargs: Any) -> list[Blocker]:
    return [obstacle.blocker for obstacle in found(*args, **kwargs).obstacles]


def interface(**binding: Any) -> dict[str, Any]:
    devices = {"interfaces": [{"name": "default", **binding}]}
    return template({"devices": devices}, networks=POD)


@pytest.mark.parametrize(
    ("binding", "release", "blocked"),
    [
        ({"masquerade": {}}, "1.9", False),
        ({"bridge": {}}, "1.9", True),
        ({"passtBinding": {}}, "1.9", False),
        ({"passtBinding": {}}, "1.7", True),
        ({"binding": {"name": "passt"}}, "1.9", False),
        ({"binding": {"name": "passt"}}, "1.1", True),
        ({"binding": {"name": "slow"}}, "1.9", True),
        ({"binding": {"name": "absent"}}, "1.9", True),
        ({"sriov": {}}, "1.9", True),
        ({}, "1.9", False),  # refused, for want of a binding
    ],
)
def test_the_interface_of_the_pod_network(binding: dict[str, Any], release: str, blocked: bool) -> None:
    assert blockers(interface(**binding), release) == ([Blocker.INTERFACE] if blocked else [])


def test_an_annotation_allows_a_bridge() -> None:
    assert blockers({**interface(bridge={}), "metadata": {"annotations": ALLOW}}) == []


def test_secondary_networks_do_not_matter() -> None:
    networks = [{"name": "lan", "multus": {"networkName": "lan"}}]
    assert blockers(template({"devices": {"interfaces": [{"name": "lan", "bridge": {}}]}}, networks=networks)) == []


def test_a_binding_is_open_without_the_kubevirt_object() -> None:
    verdict = found(interface(binding={"name": "passt"}), config=MigrationConfig())
    assert verdict.migratable is None
    assert [question.blocker for question in verdict.questions] == [Blocker.INTERFACE]


def gpus(*names: str) -> dict[str, Any]:
    return template({"devices": {"gpus": [{"name": f"g{n}", "deviceName": name} for n, name in enumerate(names)]}})


@pytest.mark.parametrize(
    ("names", "release", "gate", "migratable"),
    [
        (["vgpu"], "1.9", GateState.ON, True),
        (["vgpu"], "1.9", GateState.OFF, False),
        (["vgpu"], "1.9", GateState.UNKNOWN, None),
        (["whole"], "1.9", GateState.ON, False),
        (["vgpu", "vgpu"], "1.9", GateState.ON, False),
        (["vgpu"], "1.8", GateState.ON, False),
    ],
)
def test_gpus(names: list[str], release: str, gate: GateState, migratable: bool | None) -> None:
    config = EVERYTHING_KNOWN._replace(vgpu=gate)
    assert found(gpus(*names), release, config).migratable is migratable


@pytest.mark.parametrize(
    ("domain", "release", "expected"),
    [
        ({"devices": {"hostDevices": [{"name": "a", "deviceName": "x/y"}]}}, "1.9", [Blocker.HOST_DEVICE]),
        ({"launchSecurity": {"sev": {}}}, "1.9", [Blocker.SEV]),
        ({"launchSecurity": {"snp": {}}}, "1.9", [Blocker.SEV]),
        ({"launchSecurity": {"tdx": {}}}, "1.9", [Blocker.TDX]),
        ({"launchSecurity": {"tdx": {}}}, "1.6", []),
        ({"features": {"hypervPassthrough": {"enabled": True}}}, "1.9", [Blocker.HYPERV_PASSTHROUGH]),
        ({"features": {"hypervPassthrough": {"enabled": True}}}, "1.2", []),
        ({"features": {"hypervPassthrough": {"enabled": False}}}, "1.9", []),
        ({"devices": {"filesystems": [{"name": "f", "virtiofs": {}}]}}, "1.4", [Blocker.VIRTIOFS]),
        ({"devices": {"filesystems": [{"name": "f", "virtiofs": {}}]}}, "1.5", []),
        ({"devices": {"disks": [{"name": "d", "lun": {"reservation": True}}]}}, "1.8", [Blocker.RESERVATION]),
        ({"devices": {"disks": [{"name": "d", "lun": {"reservation": True}}]}}, "1.9", []),
        ({"cpu": {"dedicatedCpuPlacement": True, "isolateEmulatorThread": True}}, "1.0", [Blocker.ISOLATED_EMULATOR]),
        ({"cpu": {"dedicatedCpuPlacement": True, "isolateEmulatorThread": True}}, "1.1", []),
    ],
)
def test_devices_and_features(domain: dict[str, Any], release: str, expected: list[Blocker]) -> None:
    assert blockers(template(domain), release) == expected


def test_launch_security_of_s390x() -> None:
    assert blockers(template({"launchSecurity": {}}, architecture="s390x"), "1.6") == [Blocker.SECURE_EXECUTION]
    assert blockers(template({"launchSecurity": {}}, architecture="s390x"), "1.5") == []


@pytest.mark.parametrize(
    ("hyperv", "features", "migratable"),
    [
        ({"reenlightenment": {}}, [], None),
        ({"reenlightenment": {"enabled": False}}, [], True),
        ({"reenlightenment": {}}, [{"name": "invtsc", "policy": "require"}], True),
        ({"reenlightenment": {}}, [{"name": "invtsc", "policy": "disable"}], None),
        ({"relaxed": {}}, [], True),
    ],
)
def test_the_clocks_frequency_is_the_clusters_business(hyperv: Any, features: Any, migratable: bool | None) -> None:
    guest = template({"features": {"hyperv": hyperv}, "cpu": {"features": features}})
    assert found(guest).migratable is migratable


@pytest.mark.parametrize(
    ("source", "modes", "migratable"),
    [
        ({"persistentVolumeClaim": {"claimName": "c"}}, ("ReadWriteMany",), True),
        ({"persistentVolumeClaim": {"claimName": "c"}}, ("ReadWriteOnce",), False),
        ({"dataVolume": {"name": "c"}}, ("ReadOnlyMany",), False),
        ({"dataVolume": {"name": "c"}}, None, None),
        ({"hostDisk": {"path": "/a", "type": "Disk"}}, None, False),
        ({"hostDisk": {"path": "/a", "type": "Disk", "shared": True}}, None, True),
        ({"containerDisk": {"image": "i"}}, None, True),
        ({"ephemeral": {"persistentVolumeClaim": {"claimName": "c"}}}, None, True),
        ({"cloudInitNoCloud": {"userData": ""}}, None, True),
    ],
)
def test_volumes(source: dict[str, Any], modes: tuple[str, ...] | None, migratable: bool | None) -> None:
    assert found(template(volumes=[{"name": "root", **source}]), v0=modes).migratable is migratable


def test_all_obstacles_are_listed_in_kubevirts_order() -> None:
    guest = interface(bridge={})
    guest["spec"]["domain"]["launchSecurity"] = {"sev": {}}
    guest["spec"]["volumes"] = [{"name": "root", "dataVolume": {"name": "root"}}]
    guest["spec"]["nodeSelector"] = {"kubernetes.io/hostname": "one"}
    assert found(guest, v0=("ReadWriteOnce",)).obstacles == (
        Obstacle(Blocker.INTERFACE, ("spec", "domain", "devices", "interfaces", 0, "bridge"), ("default", "bridge")),
        Obstacle(Blocker.SEV, ("spec", "domain", "launchSecurity", "sev"), ("SEV",)),
        Obstacle(Blocker.DISK, ("spec", "volumes", 0, "dataVolume"), ("root", "root", "ReadWriteOnce")),
        Obstacle(Blocker.NODE, ("spec", "nodeSelector", "kubernetes.io/hostname"), ("one",)),
    )


def test_the_condition_knows_nothing_of_nodes() -> None:
    verdict = found(template(nodeSelector={"kubernetes.io/hostname": "one"}))
    assert (verdict.migratable, verdict.condition) == (False, True)


def terms(*terms: Any) -> dict[str, Any]:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return {"affinity": {"nodeAffinity": required}}


def hosts(*names: str, operator: str = "In") -> dict[str, Any]:
    return {"key": "kubernetes.io/hostname", "operator": operator, "values": list(names)}


ZONE = {"key": "zone", "operator": "In", "values": ["a"]}


@pytest.mark.parametrize(
    ("spec", "host"),
    [
        ({"nodeSelector": {"kubernetes.io/hostname": "one"}}, "one"),
        ({"nodeSelector": {"disk": "fast"}}, None),
        (terms({"matchExpressions": [hosts("one")]}), "one"),
        (terms({"matchExpressions": [hosts("one"), ZONE]}), "one"),
        (terms({"matchExpressions": [hosts("one", "two")]}), None),
        (terms({"matchExpressions": [hosts("one", "two"), hosts("two", "three")]}), "two"),
        (terms({"matchExpressions": [hosts("one")]}, {"matchExpressions": [hosts("two")]}), None),
        (terms({"matchExpressions": [hosts("one")]}, {"matchExpressions": [ZONE]}), None),
        (terms({"matchExpressions": [hosts("one", operator="NotIn")]}), None),
        (terms({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["one"]}]}), "one"),
        (terms(), None),
        ({}, None),
    ],
)
def test_the_only_node(spec: dict[str, Any], host: str | None) -> None:
    found = only_host(spec)
    assert (found[1] if found else None) == host
