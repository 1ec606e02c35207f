"""What an editor offers while a manifest is being written."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import vmlint
from tests.server.places import FIXTURES, split
from vmlint.engine.request import RunRequest
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import Workspace
from vmlint.schema.load import schema_of
from vmlint.server.completion import completions
from vmlint.server.cursor import cursor_at
from vmlint.server.offers import Completion, CompletionKind

FILES = {
    "cluster.yaml": """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: x
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: lan, namespace: net}
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: own, namespace: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: unused, namespace: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: foreign, namespace: net}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata: {name: fedora, namespace: golden}
spec: {source: {pvc: {name: fedora, namespace: golden}}}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataImportCron
metadata: {name: debian, namespace: golden}
spec: {managedDataSource: debian, schedule: "", template: {spec: {}}}
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: tiny, namespace: shop}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {name: data, namespace: shop}
spec: {source: {blank: {}}, storage: {storageClassName: slow, resources: {requests: {storage: 5Gi}}}}
""",
}

HEAD = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
"""
VM = (
    HEAD
    + """\
  dataVolumeTemplates:
  - metadata:
      name: web-root
    spec:
      source: {blank: {}}
      storage: {resources: {requests: {storage: 1Gi}}}
  template:
    spec:
      domain:
        devices:
          disks:
          - name: root
          interfaces:
          - name: default
            masquerade: {}
      networks:
      - name: default
        pod: {}
      volumes:
      - name: root
        dataVolume: {name: web-root}
      - name: extra
        containerDisk: {image: x}
"""
)
SPEC = "  template:\n    spec:\n"
DEVICES = SPEC + "      domain:\n        devices:\n          interfaces:\n"
TEMPLATE = HEAD + "  dataVolumeTemplates:\n  - metadata: {name: a}\n    spec:\n"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(tmp_path_factory.mktemp("repository"), FILES)


def snapshot_of(folder: Path, files: Mapping[str, str]) -> Snapshot:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return Workspace.open(RunRequest.of([folder])).snapshot()


def offered(marked: str, snapshot: Snapshot | None = None) -> list[Completion]:
    return completions(snapshot, *split(marked))


def labels(marked: str, snapshot: Snapshot | None = None) -> list[str]:
    return [one.label for one in offered(marked, snapshot)]


def written(marked: str, label: str, snapshot: Snapshot | None = None) -> str:
    """The text after the completion of that label was chosen."""
    text, _ = split(marked)
    one = next(one for one in offered(marked, snapshot) if one.label == label)
    return text[: one.start] + one.insert + text[one.end :]


# Fields


def test_the_fields_of_the_kind_are_offered_with_documentation() -> None:
    found = {one.label: one for one in offered(HEAD + "  ¦")}
    assert "runStrategy" in found
    assert found["template"].detail == "object, required"
    assert "When KubeVirt starts the VM" in found["runStrategy"].documentation
    assert found["running"].is_deprecated


def test_fields_that_are_there_are_not_offered() -> None:
    assert "runStrategy" not in labels(HEAD + "  runStrategy: Always\n  ¦\n")
    assert "instancetype" not in labels(HEAD + "  ¦\n  instancetype: {name: u1.small}\n")


def test_required_fields_come_first_and_proposals_last() -> None:
    found = labels(HEAD + "  ¦")
    assert found[0] == "template"
    assert found[-1] in ("volumeClaimTemplates", "running")


@pytest.mark.parametrize(
    ("marked", "label", "expected"),
    [
        ("  run¦", "runStrategy", "  runStrategy: "),
        ("  run¦ning: true", "runStrategy", "  runStrategy: true"),
        ("  ¦", "template", "  template:\n    "),
        ("  ¦", "dataVolumeTemplates", "  dataVolumeTemplates:\n  - "),
        (
            "  template:\n    spec:\n      networks:\n      - ¦",
            "pod",
            "  template:\n    spec:\n      networks:\n      - pod:\n          ",
        ),
        ("  template:\n    spec:\n      networks:\n      ¦", "networks", None),
        (
            "  template:\n    spec:\n      volumes:\n        ¦",
            "name",
            "  template:\n    spec:\n      volumes:\n        - name: ",
        ),
        (DEVICES + "          - ¦", "masquerade", DEVICES + "          - masquerade: {}"),
        ("  instancetype: {¦}", "name", "  instancetype: {name: }"),
    ],
)
def test_what_a_chosen_field_writes(marked: str, label: str, expected: str | None) -> None:
    if expected is None:
        assert label not in labels(HEAD + marked)
    else:
        assert written(HEAD + marked, label) == HEAD + expected


def test_the_target_release_decides_about_fields(tmp_path: Path) -> None:
    config = {"vm.yaml": VM, ".vmlint.yaml": 'target: {kubevirt: "1.0"}\n'}
    old = snapshot_of(tmp_path, config)
    marked = HEAD + "  template:\n    spec:\n      domain:\n        memory:\n          ¦"
    assert "maxGuest" not in labels(marked, old)
    assert "maxGuest" in labels(marked)


def test_fields_of_objects_in_lists_and_templates() -> None:
    assert "runStrategy" in labels(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: kubevirt.io/v1\n  kind: VirtualMachine\n  spec:\n    ¦"
    )
    assert "runStrategy" in labels(
        "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- apiVersion: kubevirt.io/v1\n"
        "  kind: VirtualMachine\n  spec:\n    ¦"
    )


def test_a_claim_has_fields_and_values() -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n"
    assert {"accessModes", "storageClassName", "resources"} <= set(labels(claim + "  ¦"))
    assert "ReadWriteMany" in labels(claim + "  accessModes:\n  - ¦")


@pytest.mark.parametrize(
    "marked",
    [
        "services:\n  web: {}\n¦",
        "on: push\n¦",
        "on: push\njobs:\n  a:\n    ¦",
        "apiVersion: apps/v1\nkind: Deployment\n¦",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n¦",
        '{¦\n  "compilerOptions": {}\n}',
    ],
)
def test_files_of_other_programs_get_nothing(marked: str) -> None:
    assert labels(marked) == []


def test_other_kinds_are_left_to_others() -> None:
    assert labels("apiVersion: apps/v1\nkind: Deployment\nspec:\n  ¦") == []


def test_each_field_of_each_manifest_would_have_been_offered() -> None:
    """Every line of good manifests: where its key is, the key is among what is offered."""
    chance = random.Random(3)
    seen = 0
    for file in chance.sample(FIXTURES, 60):
        text = file.read_text("utf-8")
        for start, key in _keys(text):
            cut = text[:start] + text[start + len(key) :]
            cursor = cursor_at(text, start)
            if cursor is None or not cursor.is_key or not _is_known(cursor.data, cursor.path):
                continue
            found = [one.label for one in completions(None, text, start)]
            assert key in found, (file, key, cut[max(0, start - 60) : start])
            seen += 1
    assert seen > 200


def _keys(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        stripped = line.lstrip(" -")
        key, colon, _ = stripped.partition(":")
        if colon and key.isalnum():
            yield start + len(line) - len(stripped), key
        start += len(line) + 1


def _is_known(data: object, path: tuple[str | int, ...]) -> bool:
    """Whether a place is in the spec of an object of KubeVirt or CDI, and not in a map of the user's own keys."""
    if (
        not isinstance(data, dict)
        or path[:1] != ("spec",)
        or {"labels", "annotations", "nodeSelector", "binding"} & set(path)
    ):
        return False
    return schema_of(str(data.get("apiVersion")), str(data.get("kind"))) is not None and "matchLabels" not in path


# Values


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (HEAD + "  runStrategy: ¦", {"Always", "Halted"}),
        (HEAD + "  running: ¦", {"true", "false"}),
        (HEAD + "  instancetype:\n    kind: ¦", {"VirtualMachineClusterInstancetype", "VirtualMachineInstancetype"}),
        (TEMPLATE + "      storage:\n        accessModes: [¦]", {"ReadWriteOnce", "ReadWriteMany"}),
        (TEMPLATE + "      storage:\n        accessModes:\n        ¦", {"ReadWriteOnce"}),
        (HEAD + "  template:\n    spec:\n      evictionStrategy: Live¦", {"LiveMigrate", "LiveMigrateIfPossible"}),
        ("apiVersion: kubevirt.io/v1\nkind: ¦", {"VirtualMachine", "VirtualMachineInstance"}),
        ("apiVersion: ¦", {"kubevirt.io/v1", "cdi.kubevirt.io/v1beta1"}),
        ("kind: DataVolume\napiVersion: ¦", {"cdi.kubevirt.io/v1beta1"}),
    ],
)
def test_values_of_enums(marked: str, expected: set[str]) -> None:
    assert expected <= set(labels(marked))


def test_what_a_value_does_is_beside_it() -> None:
    found = {one.label: one.detail for one in offered(HEAD + "  runStrategy: ¦")}
    assert found["Halted"] == "the VM stays stopped"


def test_a_value_in_a_list_gets_its_dash() -> None:
    compact = TEMPLATE + "      storage:\n        accessModes:\n        ¦"
    assert written(compact, "ReadWriteMany").endswith("accessModes:\n        - ReadWriteMany")
    assert "storageClassName" in labels(compact)
    marked = TEMPLATE + "      storage:\n        accessModes:\n          ¦"
    assert written(marked, "ReadWriteMany").endswith("accessModes:\n          - ReadWriteMany")


# Names in the same VM


def test_volumes_for_inference() -> None:
    marked = VM + "  instancetype:\n    inferFromVolume: ¦"
    assert labels(marked) == ["root", "extra"]
    assert offered(marked)[0].detail == "dataVolume web-root"


def test_disks_get_volumes_without_a_disk() -> None:
    marked = VM.replace("          - name: root\n", "          - name: root\n          - name: ¦\n")
    assert labels(marked) == ["extra"]
    assert labels(VM.replace("          - name: root\n", "          - name: ro¦ot\n")) == ["root", "extra"]


def test_volumes_get_the_names_of_disks_without_a_volume() -> None:
    text = VM.replace("          - name: root\n", "          - name: root\n          - name: new\n")
    assert labels(text + "      - name: ¦") == ["new"]


def test_interfaces_get_networks_and_networks_get_interfaces() -> None:
    assert labels(VM.replace("          - name: default\n", "          - name: ¦\n")) == ["default"]
    other = VM.replace("            masquerade: {}\n", "            masquerade: {}\n          - name: lan\n")
    assert labels(other.replace("        pod: {}\n", "        pod: {}\n      - name: ¦\n")) == ["lan"]


# Names of objects


def test_instancetypes_have_their_size(snapshot: Snapshot) -> None:
    found = {one.label: one for one in offered(HEAD + "  instancetype:\n    name: u1¦", snapshot)}
    assert found["u1.medium"].detail.startswith("1 vCPU, 4Gi, common-instancetypes")
    assert "guest: 4Gi" in found["u1.medium"].documentation
    assert "tiny" not in found


def test_the_kind_of_the_matcher_decides(snapshot: Snapshot) -> None:
    marked = HEAD + "  instancetype:\n    kind: VirtualMachineInstancetype\n    name: ¦"
    assert labels(marked, snapshot) == ["tiny"]
    assert (
        offered(marked, snapshot)[0].detail
        == "1 vCPU, 1Gi, cluster.yaml"[:13] + offered(marked, snapshot)[0].detail[13:]
    )


def test_preferences_have_their_demands(snapshot: Snapshot) -> None:
    found = {one.label: one.detail for one in offered(HEAD + "  preference: {name: ¦}", snapshot)}
    assert found["fedora"].startswith("needs 1 vCPU")


def test_disks_of_the_repository_and_of_the_same_vm(snapshot: Snapshot) -> None:
    marked = VM.replace("dataVolume: {name: web-root}", "dataVolume: {name: ¦}")
    assert labels(marked, snapshot) == ["web-root", "data"]
    claim = VM.replace("dataVolume: {name: web-root}", "persistentVolumeClaim: {claimName: ¦}")
    assert set(labels(claim, snapshot)) == {"web-root", "data"}


def test_data_sources_come_with_their_namespace(snapshot: Snapshot) -> None:
    marked = TEMPLATE + "      sourceRef:\n        kind: DataSource\n        name: ¦"
    assert labels(marked, snapshot) == ["debian (golden)", "fedora (golden)"]
    assert written(marked, "fedora (golden)", snapshot).endswith("name: fedora\n        namespace: golden")
    placed = TEMPLATE + "      sourceRef:\n        kind: DataSource\n        namespace: golden\n        name: ¦"
    assert labels(placed, snapshot) == ["debian", "fedora"]
    inline = TEMPLATE + "      sourceRef: {kind: DataSource, name: ¦}"
    assert written(inline, "fedora (golden)", snapshot).endswith("name: fedora, namespace: golden}")


def test_golden_images_of_a_catalog(tmp_path: Path) -> None:
    files = {**FILES, ".vmlint.yaml": "catalogs: [openshift-virtualization]\n"}
    found = labels(TEMPLATE + "      sourceRef: {kind: DataSource, name: ¦}", snapshot_of(tmp_path, files))
    assert "rhel9 (openshift-virtualization-os-images)" in found


def test_networks_have_their_namespace_in_the_name(snapshot: Snapshot) -> None:
    marked = (
        HEAD + "  template:\n    spec:\n      networks:\n      - name: a\n        multus:\n          networkName: ¦"
    )
    assert labels(marked, snapshot) == ["own", "net/lan"]


def test_secrets_that_nothing_uses_yet(snapshot: Snapshot) -> None:
    volume = "      volumes:\n      - name: a\n        cloudInitNoCloud:\n          secretRef:\n            name: ¦"
    marked = HEAD + SPEC + volume
    assert labels(marked, snapshot) == ["unused"]


def test_storage_classes_that_exist_and_that_are_used(snapshot: Snapshot) -> None:
    found = {
        one.label: one.detail for one in offered(TEMPLATE + "      storage:\n        storageClassName: ¦", snapshot)
    }
    assert "fast" in found
    assert found["slow"] == "used 1 time, not in the repository"


def test_what_is_being_written_is_not_offered(tmp_path: Path) -> None:
    vm = HEAD + "  instancetype: {name: u1.}\n  preference: {name: fed}\n"
    known = snapshot_of(
        tmp_path, {"vm.yaml": vm, "other.yaml": vm.replace("name: web", "name: db").replace("u1.", "mine")}
    )
    file = next(one.file for one in known.repository.files if one.file.endswith("vm.yaml"))
    found = [one.label for one in completions(known, *split(vm.replace("u1.", "u1.¦")), file)]
    assert "u1.medium" in found
    assert "u1." not in found
    assert "mine" in found


def test_a_name_of_its_own_is_free(snapshot: Snapshot) -> None:
    assert labels("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: ¦", snapshot) == []
    assert labels("apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  name: ¦", snapshot) == []


def test_namespaces(snapshot: Snapshot) -> None:
    assert labels("apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  namespace: ¦", snapshot) == [
        "golden",
        "net",
        "shop",
    ]


def test_labels_of_inference(snapshot: Snapshot) -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: a\n  labels:\n    "
    assert "instancetype.kubevirt.io/default-instancetype" in labels(claim + "¦")
    assert "u1.medium" in labels(claim + "instancetype.kubevirt.io/default-instancetype: ¦", snapshot)
    assert "fedora" in labels(claim + "instancetype.kubevirt.io/default-preference: ¦", snapshot)
    assert "VirtualMachinePreference" in labels(claim + "instancetype.kubevirt.io/default-preference-kind: ¦", snapshot)
    assert labels(HEAD.replace("  name: web\n", "  labels:\n    ¦\n"), snapshot) == []


# Patches


PATCH = "kind: Kustomization\npatches:\n- target: {kind: VirtualMachine}\n  patch: |-\n"


def test_a_strategic_patch_in_a_kustomization() -> None:
    whole = "kind: Kustomization\npatches:\n- patch: |-\n    apiVersion: kubevirt.io/v1\n    kind: VirtualMachine\n"
    assert "runStrategy" in labels(whole + "    spec:\n      ¦\n")
    assert "Always" in labels(PATCH + "    spec:\n      runStrategy: ¦\n")
    assert written(PATCH + "    spec:\n      ¦\n", "template") == PATCH + "    spec:\n      template:\n        \n"


def test_a_json_patch_in_a_kustomization() -> None:
    assert labels(PATCH + "    - ¦\n") == ["op", "path", "value", "from"]
    assert "replace" in labels(PATCH + "    - op: ¦\n")
    assert "/spec/template/spec/domain/cpu" in labels(
        PATCH + "    - op: add\n      path: /spec/template/spec/domain/c¦\n"
    )
    assert labels(PATCH + "    - op: add\n      path: /spec/template/spec/volumes/¦\n") == [
        "/spec/template/spec/volumes/-",
        "/spec/template/spec/volumes/0",
    ]
    assert "/spec/template/spec/volumes/0/name" in labels(PATCH + "    - path: /spec/template/spec/volumes/0/¦\n")


def test_the_value_of_an_operation_is_that_of_the_field(snapshot: Snapshot) -> None:
    base = "    - op: add\n      path: /spec/template/spec/"
    assert "LiveMigrate" in labels(PATCH + base + "evictionStrategy\n      value: ¦\n")
    assert "pod" in labels(PATCH + base + "networks/-\n      value:\n        ¦\n")
    assert "net/lan" in labels(PATCH + base + "networks/0/multus/networkName\n      value: ¦\n", snapshot)


def test_patches_in_files_of_their_own(tmp_path: Path) -> None:
    kustomization = """\
namespace: shop
resources: [vm.yaml]
patches:
- {path: merge.yaml, target: {kind: VirtualMachine}}
- {path: operations.yaml, target: {kind: VirtualMachine}}
"""
    files = {**FILES, "kustomization.yaml": kustomization, "vm.yaml": VM.replace("  namespace: shop\n", "")}
    merge = "kind: any\nmetadata: {name: any}\nspec:\n  runStrategy: Always\n"
    operations = "- {op: replace, path: /spec/runStrategy, value: Always}\n"
    known = snapshot_of(tmp_path, {**files, "merge.yaml": merge, "operations.yaml": operations})
    file = next(one.file for one in known.repository.files if one.file.endswith("kustomization.yaml"))

    def there(marked: str, name: str) -> list[str]:
        return [one.label for one in completions(known, *split(marked), file.replace("kustomization.yaml", name))]

    assert "template" in there("kind: any\nspec:\n  ¦", "merge.yaml")
    assert "template" not in there("kind: any\nspec:\n  ¦", "other.yaml")
    assert "Halted" in there("- op: replace\n  path: /spec/runStrategy\n  value: ¦", "operations.yaml")
    # The kustomization moves the VM into the namespace of the secret.
    volume = "      volumes:\n      - name: a\n        secret: {secretName: ¦}"
    assert there(HEAD.replace("  namespace: shop\n", "") + SPEC + volume, "vm.yaml") == ["unused"]


# Snippets


def test_snippets_are_whole_objects_that_pass(tmp_path: Path) -> None:
    """What a snippet writes is checked like any other manifest."""
    found = [one for one in offered("¦") if one.kind is CompletionKind.SNIPPET]
    assert {one.label for one in found} >= {"vm-instancetype", "vm-inferred"}
    for one in found:
        plain = re.sub(r"\$\{\d+\|([^,|]*)[^|]*\|\}", r"\1", one.insert)
        plain = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", plain).replace("$0", "")
        assert "$" not in plain
        folder = tmp_path / one.label
        folder.mkdir()
        (folder / "object.yaml").write_text(plain, "utf-8")
        report = vmlint.check([str(folder)])
        assert [finding.message for finding in report.findings if finding.effect.value != "unresolved"] == []


def test_snippets_begin_documents_only() -> None:
    assert not [one for one in offered("kind: VirtualMachine\n¦") if one.kind is CompletionKind.SNIPPET]
    assert [one for one in offered("a: 1\n---\n¦") if one.kind is CompletionKind.SNIPPET]


def test_nothing_is_too_odd(snapshot: Snapshot) -> None:
    """Manifests cut anywhere, with the cursor at the cut."""
    chance = random.Random(11)
    texts = [file.read_text("utf-8") for file in chance.sample(FIXTURES, 30)]
    for _ in range(300):
        text = chance.choice(texts)
        cut = chance.randrange(len(text) + 1)
        for one in completions(snapshot, text[:cut] + chance.choice(["", "\n", ": ", "{", "- "]), cut):
            assert one.start <= cut <= one.end or one.end <= cut
