"""The view of an object: its paths, the cluster's settings, gates that it lacks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubevirt.admission.scenario import kubevirt, view
from vmlint.kubevirt.admission import AdmissionConfig, Owner, View
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.releases import Release, behaviour


@pytest.mark.parametrize(
    ("owner", "spec", "metadata"),
    [
        (Owner.VM, "spec.template.spec", "spec.template.metadata"),
        (Owner.VMI, "spec", "metadata"),
        (Owner.REPLICA_SET, "spec.template.spec", "spec.template.metadata"),
        (
            Owner.POOL,
            "spec.virtualMachineTemplate.spec.template.spec",
            "spec.virtualMachineTemplate.spec.template.metadata",
        ),
    ],
)
def test_paths(owner: Owner, spec: str, metadata: str) -> None:
    seen = view({"hostname": "a"}, owner=owner, metadata={"labels": {"b": "c"}})
    assert ".".join(map(str, seen.at())) == spec
    assert ".".join(map(str, seen.at_metadata())) == metadata
    assert seen.spec == seen.raw == {"hostname": "a"}
    assert seen.metadata == {"labels": {"b": "c"}}


def test_the_effective_spec_takes_the_place_of_the_written_one() -> None:
    data = {"spec": {"template": {"spec": {"hostname": "a"}}}}
    seen = View(Owner.VM, data, {"hostname": "b"})
    assert (seen.spec, seen.raw) == ({"hostname": "b"}, {"hostname": "a"})


@pytest.mark.parametrize(
    ("cluster", "release", "closed", "config"),
    [
        (None, None, False, AdmissionConfig()),
        (None, None, True, AdmissionConfig(True, True, (), "amd64")),
        (
            None,
            (1, 5),
            True,
            AdmissionConfig(False, True, (), "amd64", unset_frame_buffer_counts=False, does=behaviour(Release(1, 5))),
        ),
        (kubevirt(), None, False, AdmissionConfig(True, True, (), None)),
        (kubevirt(vmRolloutStrategy="Stage"), None, True, AdmissionConfig(False, True, (), "amd64")),
        (
            kubevirt(vmRolloutStrategy="LiveUpdate"),
            (1, 5),
            True,
            AdmissionConfig(True, True, (), "amd64", unset_frame_buffer_counts=False, does=behaviour(Release(1, 5))),
        ),
        (kubevirt(vmRolloutStrategy="${S}"), None, True, AdmissionConfig(None, True, (), "amd64")),
        (
            kubevirt(network={"permitBridgeInterfaceOnPodNetwork": False}, emulatedMachines=["pc*"]),
            None,
            False,
            AdmissionConfig(True, False, ("pc*",), None),
        ),
        (
            kubevirt(
                network={"permitBridgeInterfaceOnPodNetwork": "${B}"},
                architectureConfiguration={"defaultArchitecture": "arm64", "arm64": {"emulatedMachines": ["x"]}},
            ),
            None,
            True,
            AdmissionConfig(True, None, (), "arm64", {"arm64": ("x",)}),
        ),
        (
            {**kubevirt(emulatedMachines=["${M}"]), "status": {"defaultArchitecture": "s390x"}},
            None,
            False,
            AdmissionConfig(True, True, None, "s390x"),
        ),
        (
            kubevirt(architectureConfiguration={"defaultArchitecture": "${A}"}),
            None,
            True,
            AdmissionConfig(True, True, (), None),
        ),
    ],
)
def test_config(
    cluster: dict[str, Any] | None, release: tuple[int, int] | None, closed: bool, config: AdmissionConfig
) -> None:
    assert AdmissionConfig.of(cluster, release, closed) == config


@pytest.mark.parametrize(
    ("raw", "spec", "closed", "architecture", "gate"),
    [
        ({}, {}, True, "amd64", None),
        ({}, {}, False, "amd64", "defaultArchitecture"),
        ({}, {"architecture": "amd64"}, False, "amd64", "defaultArchitecture"),
        ({}, {"architecture": "arm64"}, False, "arm64", None),
        ({"architecture": "amd64"}, {"architecture": "amd64"}, False, "amd64", None),
        ({"architecture": "${A}"}, {"architecture": "${A}"}, False, "", None),
    ],
)
def test_architecture(raw: Any, spec: Any, closed: bool, architecture: str, gate: str | None) -> None:
    data = {"spec": {"template": {"spec": raw}}}
    seen = View(Owner.VM, data, spec, cluster=AdmissionConfig.of(None, None, closed))
    assert (seen.architecture, seen.architecture_gate) == (architecture, gate)


@pytest.mark.parametrize(
    ("gates", "asked", "answer"),
    [
        (Gates(closed=True), ("HostDisk",), (True, None)),
        (Gates(), ("HostDisk",), (True, "HostDisk")),
        (Gates(kubevirt("HostDisk")), ("HostDisk",), (False, None)),
        (Gates(), ("NUMA",), (False, None)),
        (Gates(None, (1, 7)), ("RebootPolicy",), (False, None)),
        (Gates(kubevirt("Sidecar")), ("HostDisk", "Sidecar"), (False, None)),
        (Gates(kubevirt()), ("HostDisk", "Macvtap"), (True, None)),
    ],
)
def test_lacks(gates: Gates, asked: tuple[str, ...], answer: tuple[bool, str | None]) -> None:
    assert View(Owner.VM, {}, gates=gates).lacks(*asked) == answer


def test_the_last_of_a_name_counts() -> None:
    seen = view({"volumes": [{"name": "a", "emptyDisk": {}}, {"name": "a", "secret": {}}]})
    assert seen.volume("a") == {"name": "a", "secret": {}}
    assert seen.volume("b") is None
