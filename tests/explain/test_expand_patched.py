"""Who gives a value of a VM that a kustomization patches."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

from vmlint.explain.expand import expand

VM = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web}\nspec: "


def test_the_file_of_the_patch_is_named(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [vm.yaml]\n",
        "base/vm.yaml": VM + "{runStrategy: Always, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}\n",
        "prod/kustomization.yaml": "namePrefix: a-\nresources: [../base]\npatches: [{path: bigger.yaml}]\n",
        "prod/bigger.yaml": VM + "{template: {spec: {domain: {memory: {guest: 8Gi}}}}}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    with chdir(tmp_path):
        (vm,) = expand(["."])
    guest = ("spec", "template", "spec", "domain", "memory", "guest")
    assert (str(vm.origin[guest]), str(vm.origin["spec", "runStrategy"])) == ("VM prod/bigger.yaml", "VM")
