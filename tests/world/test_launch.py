"""What bounds the launchers of a namespace."""

from __future__ import annotations

import pytest

from tests.build import cluster
from vmlint.model.subjects import VirtualMachine
from vmlint.world import World
from vmlint.world.settings import Settings

QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {{name: lab}}
spec:
  hard: {{pods: "2"}}
  scopes: {scopes}
"""


@pytest.mark.parametrize(
    ("scopes", "counts"),
    [
        ("[]", True),
        ("[NotTerminating]", True),
        ("[NotBestEffort, NotTerminating]", True),
        ("[BestEffort]", False),
        ("[[NotTerminating]]", False),
        ("[{}]", False),
    ],
)
def test_a_quota_counts_running_pods_by_its_scopes(scopes: str, counts: bool) -> None:
    hard = World(cluster(QUOTA.format(scopes=scopes)), Settings()).launch.hard("shop")
    assert [bound.name for bound in hard] == ["pods"] * counts


VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec:
  runStrategy: Always
  template: {metadata: {labels: {size: small}}, spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}
"""
PRESET = """
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstancePreset
metadata: {{name: small}}
spec: {{selector: {{matchLabels: {{size: {size}}}}}, domain: {{cpu: {{cores: 4}}}}}}
"""


@pytest.mark.parametrize(("size", "known"), [("small", False), ("large", True)])
def test_the_pod_of_a_guest_that_a_preset_fills_in_is_not_known(size: str, known: bool) -> None:
    world = World(cluster(VM, PRESET.format(size=size)), Settings())
    (vm,) = world.cluster.of_kind("VirtualMachine")
    assert isinstance(vm, VirtualMachine)
    assert (world.launch.pod(vm) is not None) is known
