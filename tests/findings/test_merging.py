"""Findings of several deployments: decided for each, and reported once where they are equal."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.findings.baseline import Baseline
from vmlint.findings.finding import Report
from vmlint.report.json_ import render

BASE = {
    "base/kustomization.yaml": "resources: [vm.yaml]\n",
    "base/vm.yaml": "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web}\n"
    "spec: {runStrategy: Alwys, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}\n",
    "dev/kustomization.yaml": "namespace: dev\nresources: [../base]\n",
    "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\n",
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path) -> Path:
    for name, text in BASE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def check(folder: Path, **overrides: Any) -> Report:
    with chdir(folder):
        return vmlint.check(["."], **overrides)


def test_equal_findings_are_one_that_names_the_others(repository: Path) -> None:
    (finding,) = check(repository).findings
    assert (str(finding.resource), list(map(str, finding.also))) == (
        "VirtualMachine dev/web",
        ["VirtualMachine prod/web"],
    )
    assert finding.message.endswith("Also in `prod/web`.")
    (written,) = json.loads(render(check(repository)))["findings"]
    assert written["also"][0]["namespace"] == "prod"


def test_a_suppression_of_one_deployment_leaves_the_other(repository: Path) -> None:
    (repository / ".vmlint.yaml").write_text(
        "ignores: [{rule: run-state-invalid, object: VirtualMachine dev/*, reason: later}]\n", "utf-8"
    )
    report = check(repository)
    assert [str(one.resource) for one in report.findings] == ["VirtualMachine prod/web"]
    assert [str(one.finding.resource) for one in report.suppressed] == ["VirtualMachine dev/web"]


def test_a_closed_namespace_decides_for_its_own_deployment(repository: Path) -> None:
    vm = (
        BASE["base/vm.yaml"]
        .replace("Alwys", "Always")
        .replace("devices: {}", "devices: {interfaces: [{name: a, bridge: {}}]}")
    )
    vm = vm.replace("memory: {guest: 1Gi}}", "memory: {guest: 1Gi}}, networks: [{name: a, multus: {networkName: nad}}]")
    (repository / "base/vm.yaml").write_text(vm, "utf-8")
    report = check(repository, closed_world=["prod"], select=["network-not-found"])
    assert {(str(one.resource), one.effect.value) for one in report.findings} == {
        ("VirtualMachine dev/web", "unresolved"),
        ("VirtualMachine prod/web", "stuck"),
    }


def test_removing_an_overlay_makes_no_known_finding_new(repository: Path) -> None:
    baseline = repository / "known.json"
    baseline.write_text(Baseline.from_findings(check(repository).findings, str(baseline)).text(), "utf-8")
    assert check(repository, baseline=str(baseline)).findings == ()
    (repository / "dev/kustomization.yaml").unlink()
    report = check(repository, baseline=str(baseline))
    assert report.findings == ()
    assert len(report.suppressed) == 1
