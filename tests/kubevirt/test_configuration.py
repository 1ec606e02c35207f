"""What is wrong with a KubeVirt object, by release."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from vmlint.kubevirt.configuration import Setting, check_effect, check_update, check_whole
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.releases import Release
from vmlint.model.field import render

Found = list[tuple[str, StrEnum]]


def kubevirt(configuration: Any = None, **spec: Any) -> dict[str, Any]:
    return {"kind": "KubeVirt", "spec": {"configuration": configuration or {}, **spec}}


def update(found: dict[str, Any], release: str | None = None) -> Found:
    known = Release.parse(release) if release else None
    return [(render(one.path), one.code) for one in check_update(found, Gates(found, known), known)]


def effect(found: dict[str, Any], release: str | None = None) -> Found:
    known = Release.parse(release) if release else None
    return [(render(one.path), one.code) for one in check_effect(found, Gates(found, known), known)]


def gates(enabled: Any = None, disabled: Any = None) -> dict[str, Any]:
    return kubevirt({"developerConfiguration": {"featureGates": enabled, "disabledFeatureGates": disabled}})


def settings(found: Found) -> list[StrEnum]:
    return [setting for _, setting in found]


@pytest.mark.parametrize(
    ("patch", "valid"),
    [
        ("{}", True),
        ('[{"op": "add", "path": "/a", "value": 1}]', True),
        ("{nope", False),
        ("", False),
        ("a: 1", False),
        ("NaN", False),
        ("${PATCH}", True),
        ("[" * 100_000, True),  # too deep to tell
    ],
)
def test_patches_are_json(patch: str, valid: bool) -> None:
    found = update(kubevirt(customizeComponents={"patches": [{"patch": patch}]}))
    field = "spec.customizeComponents.patches[0].patch"
    assert found == ([] if valid else [(field, Setting.PATCH_NOT_JSON)])


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        ({}, []),
        ({"ca": {"duration": "48h"}, "server": {"duration": "48h"}}, []),
        ({"ca": {"duration": "1h"}}, [Setting.CERTIFICATE_OUTLIVES_CA]),  # the server's default is a day
        ({"server": {"duration": "169h"}}, [Setting.CERTIFICATE_OUTLIVES_CA]),  # the CA's default is a week
        ({"server": {"duration": "1h", "renewBefore": "61m"}}, [Setting.RENEWAL_TOO_EARLY]),
        ({"server": {"duration": "1h", "renewBefore": "60m"}}, []),
        ({"ca": {"renewBefore": "200h"}}, [Setting.RENEWAL_TOO_EARLY]),
        ({"caRotateInterval": "30h", "caOverlapInterval": "31h"}, [Setting.RENEWAL_TOO_EARLY]),
        ({"certRotateInterval": "1h", "server": {}}, [Setting.CERTIFICATES_TWICE]),
        ({"ca": {"duration": "a week"}}, []),  # no duration: the API server's business
        ({"ca": {"duration": "${CA}"}}, []),
    ],
)
def test_certificates(rotation: dict[str, Any], expected: list[Setting]) -> None:
    assert settings(update(kubevirt(certificateRotateStrategy={"selfSigned": rotation}))) == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("1", []),
        ("1.5e0", []),
        ("inf", []),
        ("nan", []),
        ("0x1p0", []),
        ("0.99", [Setting.RATIO_BELOW_ONE]),
        ("-1", [Setting.RATIO_BELOW_ONE]),
        ("abc", [Setting.RATIO_NOT_A_NUMBER]),
        ("", [Setting.RATIO_NOT_A_NUMBER]),
        ("${RATIO}", []),
        (None, []),
    ],
)
def test_the_overhead_ratio(ratio: str | None, expected: list[Setting]) -> None:
    assert settings(update(kubevirt({"additionalGuestMemoryOverheadRatio": ratio}))) == expected


KNOWN = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"


@pytest.mark.parametrize(
    ("version", "ciphers", "expected"),
    [
        (None, [KNOWN], [Setting.CIPHERS_WITHOUT_VERSION]),
        ("VersionTLS13", [KNOWN], [Setting.CIPHERS_WITHOUT_VERSION]),
        ("VersionTLS12", [KNOWN, "TLS_RSA_WITH_RC4_128_SHA"], []),
        ("VersionTLS11", ["TLS_NOPE", KNOWN], [Setting.CIPHER_UNKNOWN]),
        ("${TLS}", ["TLS_NOPE"], []),
        (None, [], []),
    ],
)
def test_ciphers(version: str | None, ciphers: list[str], expected: list[Setting]) -> None:
    tls = {"minTLSVersion": version, "ciphers": ciphers}
    assert settings(update(kubevirt({"tlsConfiguration": tls}))) == expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"virtualMachineInstanceProfile": {}}, [Setting.PROFILE_MISSING]),
        ({"virtualMachineInstanceProfile": {"customProfile": {"localhostProfile": "a"}}}, []),
        (
            {
                "virtualMachineInstanceProfile": {
                    "customProfile": {"localhostProfile": "a", "runtimeDefaultProfile": True}
                }
            },
            [Setting.PROFILE_TWICE],
        ),
        ({}, []),
    ],
)
def test_seccomp_profiles(profile: dict[str, Any], expected: list[Setting]) -> None:
    assert settings(update(kubevirt({"seccompConfiguration": profile}))) == expected


@pytest.mark.parametrize(("replicas", "refused"), [(0, True), (1, False), (None, False)])
def test_replicas(replicas: int | None, refused: bool) -> None:
    assert settings(update(kubevirt(infra={"replicas": replicas}))) == ([Setting.NO_REPLICAS] if refused else [])


@pytest.mark.parametrize("part", ["infra", "workloads"])
def test_placement(part: str) -> None:
    placement = {"nodeSelector": {"ok": "fine", "bad key": "a", "b": "not a label"}}
    assert update(kubevirt(**{part: {"nodePlacement": placement}})) == [
        (f"spec.{part}.nodePlacement.nodeSelector.bad key", Setting.PLACEMENT),
        (f"spec.{part}.nodePlacement.nodeSelector.b", Setting.PLACEMENT),
    ]


@pytest.mark.parametrize(("release", "refused"), [("1.7", False), ("1.8", True), ("1.9", True), (None, True)])
def test_a_gate_in_both_lists(release: str | None, refused: bool) -> None:
    found = update(gates(["Sidecar", "HostDisk"], ["HostDisk"]), release)
    field = "spec.configuration.developerConfiguration.featureGates[1]"
    assert found == ([(field, Setting.GATE_ON_AND_OFF)] if refused else [])


@pytest.mark.parametrize(
    ("configuration", "release", "refused"),
    [
        ({"virtTemplateDeployment": {"enabled": True}}, "1.8", True),
        ({"virtTemplateDeployment": {"enabled": False}}, "1.8", False),
        ({"roleAggregationStrategy": "Manual"}, "1.8", True),
        ({"roleAggregationStrategy": "AggregateToDefault"}, "1.8", False),
        ({"roleAggregationStrategy": "Manual"}, "1.9", False),  # Beta: on unless disabled
        ({"migrations": {"maxDowntimeMs": 300}}, "1.9", True),
        ({"migrations": {"maxDowntimeMs": 300}}, "1.8", False),  # no field of 1.8: nothing guards it
    ],
)
def test_settings_that_need_a_gate(configuration: dict[str, Any], release: str, refused: bool) -> None:
    assert settings(update(kubevirt(configuration), release)) == ([Setting.NEEDS_GATE] if refused else [])


def test_either_gate_allows_a_downtime() -> None:
    developer = {"featureGates": ["MigrationDowntimeTuning"]}
    found = kubevirt({"migrations": {"maxDowntimeMs": 300}, "developerConfiguration": developer})
    assert update(found) == []
    assert settings(update(found, "1.9")) == [Setting.NEEDS_GATE]  # the gate came later


def whole(configuration: dict[str, Any]) -> list[StrEnum]:
    return [one.code for one in check_whole(kubevirt(configuration))]


def test_values_that_drop_the_whole_configuration() -> None:
    assert whole({"network": {"defaultNetworkInterface": "passt"}}) == [Setting.INTERFACE_UNKNOWN]
    assert whole({"network": {"defaultNetworkInterface": "slirp"}}) == []
    assert whole({"developerConfiguration": {"cpuAllocationRatio": -1}}) == [Setting.OUT_OF_RANGE]
    assert whole({"developerConfiguration": {"cpuAllocationRatio": 0}}) == []  # as good as unset
    assert whole({"developerConfiguration": {"pvcTolerateLessSpaceUpToPercent": 101}}) == [Setting.OUT_OF_RANGE]
    assert whole({"developerConfiguration": {"pvcTolerateLessSpaceUpToPercent": 100}}) == []


def test_gates_without_effect() -> None:
    assert settings(effect(gates(["HostDevices", "DataVolumes", "${GATE}"], []))) == []
    assert settings(effect(gates(["HostDevice"], []))) == [Setting.GATE_UNKNOWN]
    assert settings(effect(gates([], ["NUMA"]))) == [Setting.GATE_ALWAYS_ON]
    assert settings(effect(gates([], ["HostDisk"]))) == []
    assert settings(effect(gates(["PasstBinding"], []), "1.5")) == [Setting.GATE_NOT_YET]
    assert settings(effect(gates(["PasstBinding"], []), "1.8")) == []
    assert settings(effect(gates(["MigrationDowntimeTuning"], []), "1.9")) == [Setting.GATE_NOT_YET]


def test_a_misspelt_gate_is_recognised() -> None:
    found = gates(["hostdevice", "Unheard"], [])
    assert [one.values for one in check_effect(found, Gates(found), None)] == [
        {"gate": "hostdevice", "meant": "HostDevices"},
        {"gate": "Unheard", "meant": ""},
    ]


@pytest.mark.parametrize(
    ("strategy", "release", "unused"),
    [("Stage", None, True), ("LiveUpdate", "1.5", False), ("", "1.5", True), ("", "1.6", False), ("", None, False)],
)
def test_live_update_configuration(strategy: str, release: str | None, unused: bool) -> None:
    found = kubevirt({"liveUpdateConfiguration": {}, **({"vmRolloutStrategy": strategy} if strategy else {})})
    assert settings(effect(found, release)) == ([Setting.NOT_LIVE] if unused else [])


@pytest.mark.parametrize(
    ("configuration", "field"),
    [
        ({}, None),
        ({"machineType": "q35"}, None),
        ({"machineType": "pc"}, "machineType"),
        ({"emulatedMachines": ["pc*"]}, "emulatedMachines"),
        ({"emulatedMachines": ["pc*"], "machineType": "pc-i440fx"}, None),
        (
            {"architectureConfiguration": {"amd64": {"machineType": "pc"}}},
            "architectureConfiguration.amd64.machineType",
        ),
        ({"architectureConfiguration": {"arm64": {"machineType": "virt-9"}}}, None),
        ({"architectureConfiguration": {"amd64": {"emulatedMachines": ["${MACHINE}"]}}}, None),
    ],
)
def test_default_machine_types(configuration: dict[str, Any], field: str | None) -> None:
    expected = [] if field is None else [(f"spec.configuration.{field}", Setting.MACHINE_NOT_EMULATED)]
    assert effect(kubevirt(configuration)) == expected
