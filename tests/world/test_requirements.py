"""Requirements of a preference beside an instancetype that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint
from vmlint import Effect

_WORLD = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachinePreference
metadata: {{name: needs, namespace: shop}}
spec: {{requirements: {{{requirement}}}}}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: web, namespace: shop}}
spec:
  runStrategy: Always
  instancetype: {{name: missing, kind: VirtualMachineInstancetype}}
  preference: {{name: needs, kind: VirtualMachinePreference}}
  template: {{spec: {{domain: {{devices: {{}}}}}}}}
"""


@pytest.mark.parametrize(
    ("requirement", "slugs", "effect", "outcome"),
    [
        (
            "architecture: arm64",
            ["instancetype-not-found", "preference-requirements-unmet"],
            Effect.STUCK,
            "KubeVirt accepts the VM and does not start it without the instancetype.",
        ),
        (  # the instancetype would give the vCPUs
            "cpu: {guest: 4}",
            ["instancetype-not-found"],
            Effect.REJECTED,
            "Without it the VM does not meet the requirements of its preference, and KubeVirt refuses it.",
        ),
        (
            "cpu: {guest: 1}",
            ["instancetype-not-found"],
            Effect.STUCK,
            "KubeVirt accepts the VM and does not start it without the instancetype.",
        ),
    ],
)
def test_requirements_are_checked_without_the_instancetype(
    tmp_path: Path, requirement: str, slugs: list[str], effect: Effect, outcome: str
) -> None:
    (tmp_path / "world.yaml").write_text(_WORLD.format(requirement=requirement))
    report = vmlint.check([tmp_path], closed_world=True)
    assert sorted(finding.slug for finding in report.findings) == slugs
    lost = next(finding for finding in report.findings if finding.slug == "instancetype-not-found")
    assert lost.message.endswith(outcome)
    assert lost.effect is effect
