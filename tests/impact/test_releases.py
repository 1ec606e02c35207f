"""The same repository on two releases of KubeVirt, again and again in one process."""

from __future__ import annotations

from pathlib import Path

from vmlint.config.config import Config
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import Workspace, snapshot_of
from vmlint.impact.model import Impact
from vmlint.impact.releases import compare_releases
from vmlint.kubevirt.releases import Release

RELEASES = (Release(1, 7), Release(1, 9))
SIZE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {{name: size-{0}}}
spec: {{cpu: {{guest: {0}}}, memory: {{guest: {0}Gi}}}}
---
"""
VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: web-{0}}}
spec:
  runStrategy: Always
  instancetype: {{name: size-{1}, kind: VirtualMachineInstancetype}}
  template: {{spec: {{domain: {{devices: {{}}}}}}}}
---
"""


def written(folder: Path) -> Path:
    sizes = "".join(SIZE.format(number) for number in range(1, 9))
    (folder / "all.yaml").write_text(
        sizes + "".join(VM.format(number, 1 + number % 8) for number in range(40)), "utf-8"
    )
    return folder


def compared(folder: Path) -> Impact:
    before, after = (snapshot_of(RunRequest.of([folder], Config(target_kubevirt=str(release)))) for release in RELEASES)
    return compare_releases(before, after, RELEASES)


def test_no_vm_gets_what_belongs_to_another(tmp_path: Path) -> None:
    """Objects that are made for one question may be gone when the next one is made at the same place in memory."""
    first = compared(written(tmp_path))
    assert not [change for change in first.changes if change.is_vm]
    assert first.changes, "the defaults of the releases differ"
    for _ in range(3):
        assert compared(tmp_path).changes == first.changes


def test_a_workspace_for_another_release_is_that_of_a_new_run(tmp_path: Path) -> None:
    workspace = Workspace.open(RunRequest.of([written(tmp_path)], Config()))
    workspace.snapshot()
    before, after = (workspace.for_release(str(release)).snapshot() for release in RELEASES)
    assert compare_releases(before, after, RELEASES) == compared(tmp_path)
