"""What `check --changed` reports of edits that the cluster refuses, and of others that depend on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import vmlint
from tests.history import commit, write
from tests.impact.test_diff import VM

KUBEVIRT = """\
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {name: kubevirt, namespace: kubevirt}
spec: {configuration: {vmRolloutStrategy: LiveUpdate}}
"""
STAGE = KUBEVIRT.replace("LiveUpdate", "Stage")
INSTANCETYPE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata: {name: small}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
"""
USER = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Halted
  instancetype: {name: small}
  template: {spec: {domain: {devices: {}}, volumes: [{name: root, containerDisk: {image: "fedora:41"}}]}}
"""


def _vm(**cpu: Any) -> str:
    return yaml.safe_dump(VM).replace("sockets: 2", f"sockets: {cpu['sockets']}")


def _reported(folder: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, str], after: dict[str, str]) -> object:
    monkeypatch.chdir(folder)
    commit(folder, before)
    write(folder, after)
    report = vmlint.check(changed="HEAD", closed_world=True)
    return [(finding.slug, finding.effect) for finding in report.findings]


@pytest.mark.parametrize(
    ("before", "after", "reported"),
    [
        (KUBEVIRT, STAGE, [("guest-restart-required", "restart")]),
        (
            KUBEVIRT,
            STAGE.replace("Stage", "Stage, additionalGuestMemoryOverheadRatio: '0.5'"),
            [("kubevirt-update-refused", "rejected")],
        ),
    ],
)
def test_a_vm_is_judged_with_the_settings_that_the_cluster_has(
    before: str, after: str, reported: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {"cluster.yaml": before, "vm.yaml": _vm(sockets=2)}
    new = {"cluster.yaml": after, "vm.yaml": _vm(sockets=4)}
    assert _reported(tmp_path, monkeypatch, old, new) == reported


def test_a_refused_vm_needs_no_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = {"vm.yaml": _vm(sockets=2)}, {"vm.yaml": _vm(sockets=1)}
    restart = ("guest-restart-required", "restart")
    assert _reported(tmp_path, monkeypatch, old, new) == [restart]
    write(tmp_path, {"vm.yaml": _vm(sockets=1).replace("guest: 2Gi", "guest: much")})
    report = vmlint.check(changed="HEAD", closed_world=True)
    assert [(finding.slug, finding.effect) for finding in report.findings] == [("value-invalid", "rejected")]


def test_no_vm_misses_a_refused_edit_of_an_instancetype(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"size.yaml": INSTANCETYPE, "vm.yaml": USER}
    new = {"size.yaml": INSTANCETYPE.replace("1Gi", "much"), "vm.yaml": USER}
    assert _reported(tmp_path, monkeypatch, old, new) == [("value-invalid", "rejected")]
