from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.defaults import ClusterConfig, fill, fill_machine
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.values import Draft

from .sample import kubevirt, template

PLAIN = ClusterConfig()


def filled(vm: dict[str, Any], config: ClusterConfig = PLAIN, release: Release | None = None) -> dict[str, Any]:
    draft = Draft(vm)
    assert fill(draft, config, release) is None
    spec: dict[str, Any] = draft.data["spec"]
    return spec


def test_everything_from_nothing() -> None:
    assert filled(template()) == {
        "architecture": "amd64",
        "evictionStrategy": "None",
        "networks": [{"name": "default", "pod": {}}],
        "domain": {
            "cpu": {"sockets": 1, "cores": 1, "threads": 1},
            "devices": {"interfaces": [{"name": "default", "bridge": {}}]},
            "machine": {"type": "q35"},
            "memory": {},
        },
    }


def test_nothing_from_everything() -> None:
    vm = template(
        {"cpu": {"cores": 3}, "machine": {"type": "pc-q35-9"}, "memory": {"guest": "0"}},
        architecture="arm64",
        evictionStrategy="External",
        networks=[{"name": "n", "multus": {}}],
    )
    before = {**vm["spec"], "domain": dict(vm["spec"]["domain"])}
    assert filled(vm) == before


@pytest.mark.parametrize(
    ("resources", "cpu", "requests"),
    [
        ({"limits": {"cpu": "2"}}, 2, {"cpu": "2"}),
        ({"limits": {"cpu": "2"}, "requests": {"cpu": "1"}}, 2, {"cpu": "1"}),
        ({"requests": {"cpu": "1500m"}}, 2, {"cpu": "1500m"}),
        ({"requests": {"cpu": "${CPU}"}}, "${CPU}", {"cpu": "${CPU}"}),
        ({"limits": {"cpu": "0"}}, 0, None),
        ({}, 1, None),
    ],
)
def test_sockets_from_resources(resources: dict[str, Any], cpu: Any, requests: Any) -> None:
    domain = filled(template({"resources": resources}))["domain"]
    assert domain["cpu"] == {"sockets": cpu, "cores": 1, "threads": 1}
    assert domain["resources"].get("requests") == requests


@pytest.mark.parametrize(
    ("domain", "guest"),
    [
        ({"resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}}}, "1Gi"),
        ({"resources": {"requests": {"memory": "0"}, "limits": {"memory": "2Gi"}}}, "2Gi"),
        ({"memory": {"hugepages": {"pageSize": "2048Ki"}}}, "2Mi"),
        ({"memory": {"hugepages": {"pageSize": "x"}}}, None),
        ({"memory": {"hugepages": {"pageSize": "${PAGE}"}}}, "${PAGE}"),
        ({"resources": {"requests": {"memory": "${MEMORY}"}}}, "${MEMORY}"),
        ({"memory": {"guest": "1Gi"}, "resources": {"requests": {"memory": "2Gi"}}}, "1Gi"),
    ],
)
def test_guest_memory(domain: dict[str, Any], guest: str | None) -> None:
    assert filled(template(domain))["domain"]["memory"].get("guest") == guest


def test_memory_request_of_old_releases() -> None:
    overcommitting = ClusterConfig.of(kubevirt(developerConfiguration={"memoryOvercommit": 200}))
    vm = template({"memory": {"guest": "1Gi"}})
    assert filled(vm, overcommitting, Release(1, 6, 3))["domain"]["resources"] == {"requests": {"memory": "512Mi"}}
    assert "resources" not in filled(template({"memory": {"guest": "1Gi"}}), overcommitting, Release(1, 7))["domain"]
    limited = filled(template({"resources": {"limits": {"memory": "1Gi"}}}), release=Release(1, 2))["domain"]
    assert limited["resources"]["requests"] == {"memory": "1Gi"} and "memory" not in limited


def test_cpu_request_of_the_cluster() -> None:
    config = ClusterConfig.of(kubevirt(cpuRequest="250m"))
    assert filled(template(), config)["domain"]["resources"] == {"requests": {"cpu": "250m"}}
    assert "resources" not in filled(template({"cpu": {"dedicatedCpuPlacement": True}}), config)["domain"]
    assert "resources" not in filled(template(), ClusterConfig.of(kubevirt(cpuRequest="0.1")))["domain"]


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("quay.io/x:latest", "Always"),
        ("x", "Always"),
        ("quay.io/x:1", "IfNotPresent"),
        ("x@sha256:0", "IfNotPresent"),
        ("x:${TAG}", None),
    ],
)
def test_pull_policy(image: str, policy: str | None) -> None:
    vm = template(volumes=[{"name": "a", "containerDisk": {"image": image}}])
    assert filled(vm)["volumes"][0]["containerDisk"].get("imagePullPolicy") == policy


def test_disks_for_volumes() -> None:
    devices = {"disks": [{"name": "a", "disk": {}}], "filesystems": [{"name": "b", "virtiofs": {}}]}
    vm = template({"devices": devices}, volumes=[{"name": name} for name in "abc"])
    assert filled(vm)["domain"]["devices"]["disks"] == [{"name": "a", "disk": {}}, {"name": "c"}]


@pytest.mark.parametrize(
    ("vm", "added"),
    [
        (template(), True),
        (template({"devices": {"autoattachPodInterface": True}}), True),
        (template({"devices": {"autoattachPodInterface": False}}), False),
        (template({"devices": {"interfaces": [{"name": "x"}]}}), False),
        (template(networks=[{"name": "x"}]), False),
    ],
)
def test_network(vm: dict[str, Any], added: bool) -> None:
    assert (filled(vm).get("networks") == [{"name": "default", "pod": {}}]) == added


def test_network_of_the_cluster() -> None:
    masquerade = ClusterConfig.of(kubevirt(network={"defaultNetworkInterface": "masquerade"}))
    assert filled(template(), masquerade)["domain"]["devices"]["interfaces"] == [{"name": "default", "masquerade": {}}]
    for network in ({"permitBridgeInterfaceOnPodNetwork": False}, {"defaultNetworkInterface": "slirp"}):
        assert fill(Draft(template()), ClusterConfig.of(kubevirt(network=network))) is not None


def test_machine_types() -> None:
    def machine(architecture: str, **configuration: Any) -> Any:
        draft = Draft(template(architecture=architecture))
        fill_machine(draft, ClusterConfig.of(kubevirt(**configuration)))
        return draft.data["spec"]["domain"]["machine"]["type"]

    assert [machine(name) for name in ("amd64", "arm64", "s390x", "riscv64")] == [
        "q35",
        "virt",
        "s390-ccw-virtio",
        "q35",
    ]
    assert machine("arm64", machineType="mine") == "mine"
    assert machine("arm64", architectureConfiguration={"arm64": {"machineType": "virt-9"}}) == "virt-9"


def test_cluster_config() -> None:
    assert ClusterConfig.of(None) == PLAIN
    assert ClusterConfig.of({**kubevirt(evictionStrategy="LiveMigrate"), "status": {"defaultArchitecture": "arm64"}})[
        :1
    ] == ("arm64",)
    assert (
        filled(template(), ClusterConfig.of(kubevirt(evictionStrategy="LiveMigrate")))["evictionStrategy"]
        == "LiveMigrate"
    )
    assert "evictionStrategy" not in filled(template(), release=Release(1, 0))


@pytest.mark.parametrize("odd", [{}, {"spec": []}, {"spec": {"configuration": {"network": 1, "cpuRequest": []}}}])
def test_an_odd_configuration_is_none(odd: dict[str, Any]) -> None:
    vm = template()
    assert filled(vm, ClusterConfig.of(odd)) == filled(template())
