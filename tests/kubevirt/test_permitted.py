"""The devices that a cluster permits, and the network bindings that it knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubevirt.sample import kubevirt, template
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.permitted import (
    permitted_devices,
    registered_bindings,
    unpermitted_devices,
    unregistered_bindings,
)
from vmlint.kubevirt.releases import Release


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, None),
        ({"permittedHostDevices": {}}, set()),
        ({"permittedHostDevices": {"pciHostDevices": [{"resourceName": "a/b"}]}}, {"a/b"}),
        (
            {"permittedHostDevices": {"mediatedDevices": [{"resourceName": "a/b"}], "usb": [{"resourceName": "c/d"}]}},
            {"a/b", "c/d"},
        ),
        ({"permittedHostDevices": {"pciHostDevices": [{"resourceName": "a/b", "disabled": True}]}}, set()),
        ({"permittedHostDevices": {"pciHostDevices": [{"resourceName": "${DEVICE}"}]}}, None),
        ({"permittedHostDevices": {"pciHostDevices": "${DEVICES}"}}, None),
    ],
)
def test_permitted_devices(settings: dict[str, Any], names: set[str] | None) -> None:
    assert permitted_devices(settings) == names


def unpermitted(devices: dict[str, Any], release: str = "1.9", *gates: str) -> list[str]:
    known = Release.parse(release)
    cluster = Gates(kubevirt(developerConfiguration={"featureGates": list(gates)}), known)
    return [
        one.name for one in unpermitted_devices(template({"devices": devices}), frozenset(("a/b",)), cluster, known)
    ]


def test_devices_by_name() -> None:
    gpus = [
        {"name": "x", "deviceName": "a/b"},
        {"name": "y", "deviceName": "a/c"},
        {"name": "z", "deviceName": "${GPU}"},
    ]
    assert unpermitted({"gpus": gpus, "hostDevices": [{"name": "h", "deviceName": "u/s"}]}) == ["a/c", "u/s"]


def test_claimed_devices_are_not_asked_about() -> None:
    claimed = [{"name": "x", "claimName": "c", "requestName": "r"}]
    assert unpermitted({"gpus": claimed, "hostDevices": claimed}) == []


@pytest.mark.parametrize(
    ("release", "gates", "names"),
    [
        ("1.7", [], ["a/c", "u/s"]),
        ("1.7", ["GPUsWithDRA"], ["u/s"]),
        ("1.9", ["GPUsWithDRA"], ["a/c", "u/s"]),
        ("1.5", ["GPUsWithDRA"], ["a/c", "u/s"]),  # no gate of that release
    ],
)
def test_the_gate_for_claims_once_let_every_gpu_pass(release: str, gates: list[str], names: list[str]) -> None:
    devices = {"gpus": [{"name": "y", "deviceName": "a/c"}], "hostDevices": [{"name": "h", "deviceName": "u/s"}]}
    assert unpermitted(devices, release, *gates) == names


def test_bindings() -> None:
    assert registered_bindings({}) == frozenset()
    assert registered_bindings({"network": {"binding": {"passt": {}}}}) == frozenset(("passt",))
    assert registered_bindings({"network": {"binding": "${BINDINGS}"}}) is None
    interfaces = [
        {"name": "a", "binding": {"name": "passt"}},
        {"name": "b", "binding": {"name": "tap"}},
        {"name": "c", "bridge": {}},
    ]
    found = unregistered_bindings(template({"devices": {"interfaces": interfaces}}), frozenset(("passt",)))
    assert [one.name for one in found] == ["tap"]
