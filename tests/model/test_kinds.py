"""Kinds of KubeVirt and CDI in API groups that can only be meant as their own."""

from __future__ import annotations

import pytest

from vmlint.model.kinds import in_wrong_group


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("", "VirtualMachine"),
        ("apps", "VirtualMachineInstanceReplicaSet"),
        ("kubevirt", "VirtualMachine"),
        ("cdi.kubevirt", "DataVolume"),
        ("cdi", "DataVolume"),
        ("Kubevirt.io", "VirtualMachine"),
        ("kubevrt.io", "VirtualMachine"),
        ("kubevirtt.io", "VirtualMachine"),
        ("kubevirt.ip", "VirtualMachine"),
        ("kubveirt.io", "VirtualMachine"),
        ("kubevirt.ioo", "VirtualMachine"),
        ("instancetypes.kubevirt.io", "VirtualMachineInstancetype"),
    ],
)
def test_a_misspelt_group_and_a_group_of_kubernetes(group: str, kind: str) -> None:
    assert in_wrong_group(group, kind)


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("kubevirt.io", "VirtualMachine"),
        ("cdi.kubevirt.io", "VirtualMachine"),  # a group of the product: what it has is known
        ("vmoperator.vmware.com", "VirtualMachine"),
        ("virtualization.deckhouse.io", "VirtualMachine"),
        ("harvesterhci.io", "VirtualMachineImage"),
        ("example.io", "DataSource"),  # a name of many programs
        ("kubevirt", "Deployment"),
        ("kubvrt.io", "VirtualMachine"),
        ("virt.io", "VirtualMachine"),
    ],
)
def test_groups_of_others(group: str, kind: str) -> None:
    assert not in_wrong_group(group, kind)
