"""Builds, held against what the installed tool makes of the same files."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import chdir
from pathlib import Path

import pytest

from vmlint.config.config import Config
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.gitops.deployment import Deployment
from vmlint.gitops.problem import BuildCode
from vmlint.graph.build import objects
from vmlint.source.decode import decode_text

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, labels: {app: web}}
spec:
  template:
    spec:
      hostname: web
      domain: {cpu: {cores: 1}, memory: {guest: 1Gi}, devices: {autoattachGraphicsDevice: no}}
      volumes:
      - {name: a, containerDisk: {image: "quay.io/os:1"}}
      - {name: b, cloudInitNoCloud: {secretRef: {name: seed}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 22, protocol: TCP}, {port: 53, protocol: UDP}]
"""
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: other}
spec: {storageClassName: fast, accessModes: [ReadWriteOnce]}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: x
"""
PATCH = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web}\n"
TARGET = "target: {kind: VirtualMachine}"

KUSTOMIZATIONS = {
    "nothing": "",
    "namespace": "namespace: prod",
    "names": "namePrefix: a-\nnameSuffix: -z",
    "all": "namespace: prod\nnamePrefix: a-\nnameSuffix: -z",
    "labels": "labels: [{pairs: {a: b}}]\ncommonAnnotations: {c: d}",
    "common labels": "commonLabels: {a: b}",
    "merge": f"patches: [{{patch: '{PATCH.strip()}'}}]".replace("\n", "\n\n  ")
    + "\npatchesStrategicMerge:\n- |-\n  "
    + PATCH.replace("\n", "\n  ")
    + "spec: {template: {spec: {domain: {cpu: {cores: null, sockets: 2}}, volumes: [{name: z}]}}}",
    "operations": f"patches:\n- {TARGET}\n  patch: |-\n    - {{op: add, path: /spec/running, value: true}}\n"
    "    - {op: remove, path: /spec/template/spec/volumes/0}\n"
    "    - {op: add, path: /spec/template/spec/volumes/-, value: {name: c}}",
    "by label": "patches:\n- target: {labelSelector: app=web}\n  patch: |-\n    - {op: add, path: /spec/a, value: 1}",
    "by pattern": "patches:\n- target: {name: 'w.*|x'}\n  patch: |-\n    - {op: add, path: /spec/a, value: 1}",
    "no target": "patches:\n- target: {name: w}\n  patch: |-\n    - {op: add, path: /spec/a, value: 1}",
    "delete": f"patches:\n- {TARGET}\n  patch: |-\n    $patch: delete\n    " + PATCH.replace("\n", "\n    "),
    "rename": f"patches:\n- {TARGET}\n  options: {{allowNameChange: true}}\n  patch: |-\n    "
    + PATCH.replace("web", "other").replace("\n", "\n    "),
    "json 6902": "patchesJson6902:\n- target: {group: kubevirt.io, version: v1, kind: VirtualMachine, name: web}\n"
    "  patch: |-\n    - {op: replace, path: /spec/template/spec/domain/memory/guest, value: 2Gi}",
    "references": "namePrefix: a-\nconfigurations: [names.yaml]\nsecretGenerator: [{name: seed, literals: [a=b]}]",
    "no hash": "generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator: [{name: seed, literals: [a=b]}]",
    "component": "components: [../part]",
    "annotations": f"patches:\n- {TARGET}\n  patch: |-\n"
    "    - {op: add, path: /metadata/annotations, value: {wave: 1, flag: true, none: null, map: {a: b}, list: [c]}}\n"
    "    - {op: add, path: /metadata/labels/tier, value: 1}\n"
    "    - {op: add, path: /spec/template/metadata, value: {annotations: {wave: 1}}}",
    "configured fields": "namespace: prod\nnamePrefix: a-\nnameSuffix: -z\ncommonLabels: {a: b}\n"
    "commonAnnotations: {c: d}\nconfigurations: [fields.yaml]",
    "labels of templates": "labels:\n- pairs: {a: b}\n  includeTemplates: true\nconfigurations: [fields.yaml]",
    "images": "images: [{name: quay.io/os, newTag: '2'}]\nconfigurations: [fields.yaml]",
    "ports": "patches:\n- patch: |-\n    {apiVersion: v1, kind: Service, metadata: {name: web}, "
    "spec: {ports: [{port: 22, protocol: TCP, nodePort: 30022}]}}",
    "variables": "vars: [{name: X, objref: {apiVersion: v1, kind: Service, name: web}}]",
}
FIELDS = """
commonLabels: [{path: spec/template/metadata/labels, kind: VirtualMachine, create: true}]
templateLabels: [{path: spec/template/metadata/labels, kind: VirtualMachine, create: true}]
commonAnnotations: [{path: spec/template/metadata/annotations, group: kubevirt.io, create: true}]
namePrefix: [{path: spec/template/spec/hostname, kind: VirtualMachine}]
nameSuffix: [{path: "spec/template/spec/volumes[]/name", kind: VirtualMachine}]
namespace: [{path: spec/template/spec/made, kind: VirtualMachine, create: true}]
images: [{path: spec/template/spec/volumes/containerDisk/image, kind: VirtualMachine}]
"""
NAMES = """
nameReference:
- kind: Secret
  fieldSpecs: [{kind: VirtualMachine, path: spec/template/spec/volumes/cloudInitNoCloud/secretRef/name}]
"""
PART = f"""
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
namePrefix: part-
patches:
- {TARGET}
  patch: |-
    - {{op: add, path: /spec/part, value: true}}
"""


def written(folder: Path, kustomization: str) -> Deployment:
    files = {
        "base/kustomization.yaml": "resources: [vm.yaml, claim.yaml]",
        "base/vm.yaml": VM,
        "base/claim.yaml": CLAIM,
        "part/kustomization.yaml": PART,
        "top/kustomization.yaml": f"resources:\n- ../base\n{kustomization}",
        "top/names.yaml": NAMES,
        "top/fields.yaml": FIELDS,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    with chdir(folder):
        read = snapshot_of(RunRequest(config=Config())).repository
    return next(one for one in read.deployments if one.name == "top")


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
@pytest.mark.parametrize("kustomization", KUSTOMIZATIONS.values(), ids=KUSTOMIZATIONS)
def test_builds_are_those_of_the_tool(tmp_path: Path, kustomization: str) -> None:
    deployment = written(tmp_path, kustomization)
    made = {(one.ref.kind, one.ref.name): one.data for one in deployment.resources if not one.fragment}
    done = subprocess.run(
        ["kubectl", "kustomize", str(tmp_path / "top")], capture_output=True, text=True, check=True, timeout=60
    )
    theirs = [data for document in decode_text(done.stdout, "").documents for _, data in objects(document.data)]
    expected = {(data["kind"], data["metadata"]["name"]): data for data in theirs}
    for data in expected.values():
        if data["kind"] == "StorageClass":
            data["metadata"].pop("namespace", None)
    assert made == expected
    assert deployment.unclear == ()


def test_an_annotation_that_becomes_text_is_where_it_was_written(tmp_path: Path) -> None:
    patch = "  patch: |-\n    - {op: add, path: /metadata/annotations, value: {wave: 1, deep: {a: b}}}"
    deployment = written(tmp_path, f"patches:\n- {TARGET}\n{patch}")
    (vm,) = (one for one in deployment.resources if one.ref.kind == "VirtualMachine")
    assert vm.data["metadata"]["annotations"] == {"wave": "1", "deep": ""}
    document, path = vm.written(("metadata", "annotations", "wave"))
    assert (document.file, document.span(path).line) == ("top/kustomization.yaml", 6)


def test_each_field_is_where_it_was_written(tmp_path: Path) -> None:
    deployment = written(tmp_path, KUSTOMIZATIONS["operations"])
    (vm,) = (one for one in deployment.resources if one.ref.kind == "VirtualMachine")
    document, path = vm.written(("spec", "running"))
    assert (document.file, document.line_text(document.span(path).line).strip()) == (
        "top/kustomization.yaml",
        "- {op: add, path: /spec/running, value: true}",
    )
    document, path = vm.written(("spec", "template", "spec", "volumes", 0, "name"))
    assert (document.file, path[-2:]) == ("base/vm.yaml", (1, "name"))


def test_what_is_renamed_keeps_its_identity(tmp_path: Path) -> None:
    deployment = written(tmp_path, "namePrefix: a-\nnamespace: prod")
    was = {one.ref.short: one.renamed and (one.renamed.ref.short, one.renamed.by.path) for one in deployment.resources}
    assert was == {
        "prod/a-web": ("web", ("namePrefix",)),
        "prod/a-data": ("other/data", ("namePrefix",)),
        "a-fast": ("fast", ("namePrefix",)),
    }


def test_a_patch_of_an_object_that_is_not_read_is_a_part(tmp_path: Path) -> None:
    patch = PATCH.replace("web", "db").replace("\n", "\n    ")
    deployment = written(tmp_path, f"- https://example.com/more.yaml\npatches:\n- patch: |-\n    {patch}")
    (part,) = (one for one in deployment.resources if one.fragment)
    assert (part.ref.short, len(deployment.unclear)) == ("default/db", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("there", "entry", "near"),
    [
        (("web.yaml", "webs.yaml"), "web.yml", "webs.yaml"),
        (("network.yaml",), "../top/networks.yaml", "../top/network.yaml"),
        (("namespace.yaml",), "storage-secret.yaml", ""),
        (("versions.yaml",), "roles.yaml", ""),
        (("network/kustomization.yaml",), "networks", "network"),
        (("web.yaml",), "kustomizations.yaml", ""),
    ],
)
def test_a_missing_file_is_compared_with_those_that_are_not_listed(
    tmp_path: Path, there: tuple[str, ...], entry: str, near: str
) -> None:
    files = {"kustomization.yaml": f"resources: [web.yaml, {entry}]", "web.yaml": VM}
    for name, text in {**dict.fromkeys(there, VM), **files}.items():
        (tmp_path / "top" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "top" / name).write_text("{}" if "/" in name else text, "utf-8")
    with chdir(tmp_path):
        problems = snapshot_of(RunRequest(config=Config())).repository.problems
    assert [(one.code, one.values.get("near")) for one in problems] == [(BuildCode.MISSING, near)]


def test_a_folder_is_no_match_for_a_file_of_a_generator(tmp_path: Path) -> None:
    deployment = "configMapGenerator: [{name: net, files: [calico.yaml]}]\nresources: [web.yaml]"
    files = {"kustomization.yaml": deployment, "web.yaml": VM, "calico/values.yaml": "a: b"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    with chdir(tmp_path):
        problems = snapshot_of(RunRequest(config=Config())).repository.problems
    assert [(one.code, one.values.get("near")) for one in problems] == [(BuildCode.MISSING, "")]


def test_components_that_include_each_other_twice_end(tmp_path: Path) -> None:
    (tmp_path / "vm.yaml").write_text(PLAIN)
    (tmp_path / "kustomization.yaml").write_text("resources: [vm.yaml]\ncomponents: [c0]\n")
    for number in range(60):
        (tmp_path / f"c{number}").mkdir()
        text = f"kind: Component\ncomponents: [../c{number + 1}, ../c{number + 1}]\n"
        (tmp_path / f"c{number}" / "kustomization.yaml").write_text(text)
    with chdir(tmp_path):
        (deployment,) = snapshot_of(RunRequest(config=Config())).repository.deployments
    assert any("creates more objects than vmlint checks" in unread.reason for unread in deployment.unread)


def test_more_changes_than_are_looked_at_leave_the_objects_unclear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmlint.gitops.budget._MOST_CHANGES", 100)
    (tmp_path / "vm.yaml").write_text(PLAIN)
    operations = '[{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]'
    patch = f"- {{target: {{kind: VirtualMachine}}, patch: '{operations}'}}\n"
    (tmp_path / "kustomization.yaml").write_text(f"resources: [vm.yaml]\npatches:\n{patch * 10}")
    with chdir(tmp_path):
        (deployment,) = snapshot_of(RunRequest(config=Config())).repository.deployments
    assert [unread.reason for unread in deployment.unclear] == [
        "`kustomization.yaml` makes more changes than vmlint follows"
    ]


@pytest.mark.parametrize("overlay", ["a/b", "z/b"], ids=["built before the base", "built after it"])
def test_what_one_overlay_must_not_include_is_no_fault_of_a_base(tmp_path: Path, overlay: str) -> None:
    inner = overlay.partition("/")[0]
    files = {
        f"{inner}/vm.yaml": PLAIN,
        f"{inner}/kustomization.yaml": "resources: [vm.yaml]",
        f"{overlay}/kustomization.yaml": "resources: [../../c]",
        "c/kustomization.yaml": f"resources: [../{inner}]",
        "d/kustomization.yaml": "resources: [../c]",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    with chdir(tmp_path):
        repository = snapshot_of(RunRequest(config=Config())).repository
    assert {one.name: [found.linted for found in one.resources] for one in repository.deployments} == {
        overlay: [False],
        "d": [True],
    }
    assert [(one.code, one.at.document.file, one.folder, one.values) for one in repository.problems] == [
        ("cycle", "c/kustomization.yaml", overlay, {"name": f"../{inner}", "above": overlay})
    ]


def test_patches_of_a_kustomization_without_a_result_are_no_objects(tmp_path: Path) -> None:
    files = {
        "vm.yaml": PLAIN,
        "patch.yaml": PLAIN.replace("web", "db"),
        "kustomization.yaml": "resources: [vm.yaml, gone.yaml]\npatches: [{path: patch.yaml}]",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with chdir(tmp_path):
        (deployment,) = snapshot_of(RunRequest(config=Config())).repository.deployments
    assert [(found.name, found.linted) for found in deployment.resources] == [("web", False)]


PLAIN = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec: {template: {spec: {domain: {devices: {}}}}}
"""
