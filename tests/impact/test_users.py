"""Who uses an object that another deployment applies."""

from __future__ import annotations

from pathlib import Path

import vmlint
from tests.impact.test_tools import write_tree
from vmlint.impact.model import ObjectChange

_SIZE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata: {name: small}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
"""
_VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Halted
  instancetype: {name: small}
  template: {spec: {domain: {devices: {}}, volumes: [{name: root, containerDisk: {image: "fedora:41"}}]}}
"""
_KUBEVIRT = """\
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {name: kubevirt, namespace: kubevirt}
spec: {}
"""


def _folders(**files: str) -> dict[str, str]:
    """Folders with a file and a kustomization each."""
    return {
        f"{folder}/{name}": text
        for folder, content in files.items()
        for name, text in (("all.yaml", content), ("kustomization.yaml", "resources: [all.yaml]\n"))
    }


def _changes(folder: Path, before: dict[str, str], after: dict[str, str]) -> tuple[ObjectChange, ...]:
    return vmlint.diff([write_tree(folder / "before", before)], [write_tree(folder / "after", after)]).changes


def test_an_edited_instancetype_has_users_in_other_kustomizations(tmp_path: Path) -> None:
    (change,) = _changes(
        tmp_path, _folders(sizes=_SIZE, apps=_VM), _folders(sizes=_SIZE.replace("1Gi", "2Gi"), apps=_VM)
    )
    assert change.message.startswith("VM `shop/web` keeps the old instancetype")


def test_a_deployment_with_an_object_of_that_name_uses_its_own(tmp_path: Path) -> None:
    before = _folders(sizes=_SIZE, apps=f"{_VM}---\n{_SIZE}")
    after = {**before, "sizes/all.yaml": _SIZE.replace("1Gi", "2Gi")}
    (change,) = _changes(tmp_path, before, after)
    assert change.message == "no VM has this instancetype: VMs that are created later get the new values."


def test_vms_of_other_kustomizations_are_deleted_with_kubevirt(tmp_path: Path) -> None:
    other = _SIZE.replace("small", "other")
    before = _folders(infra=f"{_KUBEVIRT}---\n{other}", sizes=_SIZE, apps=_VM)
    (change,) = _changes(tmp_path, before, {**before, "infra/all.yaml": other})
    assert change.notes == ("all VMs are deleted with it: VM `shop/web`",)
