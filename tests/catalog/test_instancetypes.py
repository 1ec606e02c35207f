from __future__ import annotations

import pytest

from vmlint.catalog.instancetypes import catalog, newest, version_for, versions
from vmlint.kubevirt.releases import Release

INSTANCETYPE = "VirtualMachineClusterInstancetype"
PREFERENCE = "VirtualMachineClusterPreference"


def test_an_object() -> None:
    assert catalog("v1.7.0").find(INSTANCETYPE, "u1.medium") == {
        "apiVersion": "instancetype.kubevirt.io/v1beta1",
        "kind": INSTANCETYPE,
        "metadata": {
            "name": "u1.medium",
            "labels": {
                "instancetype.kubevirt.io/class": "general.purpose",
                "instancetype.kubevirt.io/cpu": "1",
                "instancetype.kubevirt.io/icon-pf": "pficon-server-group",
                "instancetype.kubevirt.io/memory": "4Gi",
                "instancetype.kubevirt.io/size": "medium",
                "instancetype.kubevirt.io/vendor": "kubevirt.io",
                "instancetype.kubevirt.io/version": "1",
            },
        },
        "spec": {"cpu": {"guest": 1}, "memory": {"guest": "4Gi"}},
    }


def test_labels_with_another_prefix() -> None:
    small = catalog("0.1.0").find(INSTANCETYPE, "server.small")
    assert small is not None and small["apiVersion"] == "instancetype.kubevirt.io/v1alpha2"
    assert small["metadata"]["labels"] == {
        "instancetype.kubevirt.io/vendor": "kubevirt.io",
        "kubevirt.io/size": "small",
    }


def test_kinds() -> None:
    latest = catalog(newest())
    fedora = latest.find("VirtualMachinePreference", "fedora")
    assert fedora is not None and fedora["kind"] == "VirtualMachinePreference"
    assert latest.find(INSTANCETYPE, "fedora") is None
    assert latest.find("ConfigMap", "fedora") is None and latest.names("ConfigMap") == []


def test_objects_come_and_go() -> None:
    assert catalog("1.2.1").find(INSTANCETYPE, "server.small") is None
    assert catalog("0.1.0").find(INSTANCETYPE, "u1.medium") is None


@pytest.mark.parametrize(
    ("version", "instancetypes", "preferences"),
    [("0.1.0", 29, 28), ("1.0.2", 51, 43), ("1.3.0", 44, 39), ("1.7.0", 65, 54)],
)
def test_counts(version: str, instancetypes: int, preferences: int) -> None:
    found = catalog(version)
    assert (len(found.names(INSTANCETYPE)), len(found.names(PREFERENCE))) == (instancetypes, preferences)
    assert list(found.names(PREFERENCE)) == sorted(found.names(PREFERENCE))


def test_versions() -> None:
    assert len(versions()) == 27 and versions()[0] == "0.1.0" and newest() == "1.7.0"
    with pytest.raises(KeyError):
        catalog("9.9.9")


@pytest.mark.parametrize(
    ("release", "version"),
    [
        (None, "1.7.0"),
        ("1.0", None),
        ("1.1", "0.3.4"),
        ("1.2.0", "0.4.0"),
        ("1.2", "1.0.0"),
        ("1.6.2", "1.4.0"),
        ("1.6", "1.4.1"),
        ("1.6.99", "1.4.1"),
        ("1.9", "1.7.0"),
        ("1.12", "1.7.0"),
    ],
)
def test_what_kubevirt_deploys(release: str | None, version: str | None) -> None:
    assert version_for(None if release is None else Release.parse(release)) == version
