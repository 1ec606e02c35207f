"""Requirements of a preference beside an instancetype that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint

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
    ("requirement", "slugs"),
    [
        ("architecture: arm64", ["instancetype-not-found", "preference-requirements-unmet"]),
        ("cpu: {guest: 4}", ["instancetype-not-found"]),  # the instancetype would give the vCPUs
    ],
)
def test_an_architecture_does_not_depend_on_the_instancetype(
    tmp_path: Path, requirement: str, slugs: list[str]
) -> None:
    (tmp_path / "world.yaml").write_text(_WORLD.format(requirement=requirement))
    report = vmlint.check([tmp_path], closed_world=True)
    assert sorted(finding.slug for finding in report.findings) == slugs
