"""VMs that are alike are judged alike: what stands in for a VM gets the very verdict that the VM itself would get."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.build import cluster
from tests.cases import FIXTURES
from vmlint.fixtures import cases
from vmlint.model.subjects import VirtualMachine
from vmlint.opening import open_world
from vmlint.world import Settings, World

VM = """
    apiVersion: kubevirt.io/v1
    kind: VirtualMachine
    metadata: {name: NAME, labels: {app: NAME}}
    spec:
      runStrategy: Always
      dataVolumeTemplates:
      - metadata: {name: NAME-root}
        spec: {storage: {resources: {requests: {storage: 10Gi}}}, source: {blank: {}}}
      template:
        metadata: {labels: {kubevirt.io/domain: NAME}}
        spec:
          terminationGracePeriodSeconds: GRACE
          domain:
            memory: {guest: 1Gi}
            devices:
              disks: [{name: root, disk: {bus: virtio}}]
              interfaces: [{name: default, masquerade: {}, macAddress: "MAC"}]
          networks: [{name: default, pod: {}}]
          volumes:
          - {name: root, dataVolume: {name: "CLAIM"}}
          - {name: init, cloudInitNoCloud: {userData: "DATA"}}
"""
USUAL = {"NAME": "web", "GRACE": "30", "MAC": "02:00:00:00:00:17", "CLAIM": "web-root", "DATA": "#cloud-config"}


def world(*texts: str) -> World:
    return World(cluster(*((f"{number}.yaml", text) for number, text in enumerate(texts))), Settings())


def vm(**values: str) -> str:
    text = VM
    for word, value in {**USUAL, **values}.items():
        text = text.replace(word, value)
    return text


def verdicts(one: World) -> list[Any]:
    vms = [found for found in one.cluster.resources if isinstance(found, VirtualMachine)]
    return [(str(vm), one.machine.admission(vm), one.conflicts(vm), one.unmet(vm)) for vm in vms]


def stand_ins(one: World) -> set[int]:
    return {id(one.alike(found)) for found in one.cluster.resources if isinstance(found, VirtualMachine)}


@pytest.mark.parametrize(
    "values",
    [
        {"NAME": "db", "CLAIM": "db-root"},
        {"GRACE": "180"},
        {"MAC": "02-00-00-00-00-18"},
        {"DATA": "#cloud-config\\nuser: me"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_free_values_make_no_difference(values: dict[str, str]) -> None:
    assert len(stand_ins(world(vm(), vm(NAME="other", **values) if "NAME" not in values else vm(**values)))) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"GRACE": "-1"},
        {"GRACE": "'30'"},
        {"MAC": "02:00:00:00:00:00"},
        {"MAC": "02:00"},
        {"MAC": "${MAC}"},
        {"CLAIM": ""},
        {"CLAIM": "${CLAIM}"},
        {"DATA": ""},
        {"DATA": "x" * 2049},
    ],
    ids=lambda values: str(next(iter(values.items())))[:20],
)
def test_values_of_another_form_do(values: dict[str, str]) -> None:
    found = world(vm(NAME="web"), vm(NAME="other", **values))
    assert len(stand_ins(found)) == 2


@pytest.mark.parametrize("case", cases(FIXTURES), ids=lambda case: case.relative_to(FIXTURES).as_posix())
def test_the_fixtures_get_the_same_verdicts_without_stand_ins(case: Path) -> None:
    with chdir(case):
        opened = [open_world([], None, {}).worlds for _ in range(2)]
    with patch.object(World, "alike", lambda self, vm: vm):
        expected = [verdicts(one) for one in opened[0]]
    assert [verdicts(one) for one in opened[1]] == expected
