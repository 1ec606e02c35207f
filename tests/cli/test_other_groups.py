"""Objects of KubeVirt's kind names in other API groups: no command takes one for KubeVirt's, and none breaks on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_hostile import vmlint
from vmlint.model.kinds import BY_GROUP_KIND, BY_NAME, KINDS, Kind
from vmlint.model.resource import Resource
from vmlint.model.subjects import subject_class

SPECS = ("5", "{}", "[]", "{template: {spec: {volumes: [{dataVolume: {name: web}}]}}, dataVolumeTemplates: [1]}")
NAMES = tuple(dict.fromkeys(kind.name for kind in KINDS))
OTHERS = ("vmware.example.org", "kubevirt.io", "pool.kubevirt.io", "instancetype.kubevirt.io", "cdi.kubevirt.io")
"""A project's own group, of which a CustomResourceDefinition is there, and groups that have no such kind."""

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {kind}s.{group}}}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: {kind}, plural: {kind}s}}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {{openAPIV3Schema: {{x-kubernetes-preserve-unknown-fields: true}}}}
"""

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: real, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {name: small}
  preference: {name: small}
  template:
    spec:
      domain: {devices: {}}
      volumes: [{name: root, dataVolume: {name: web}}]
"""


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each kind in each group that has none of that name, and one VM that is KubeVirt's own."""
    folder = tmp_path_factory.mktemp("foreign")
    documents = [VM]
    for name in NAMES:
        for group in OTHERS:
            if (group, name) in BY_GROUP_KIND:
                continue
            documents += (
                f"apiVersion: {group}/v1\nkind: {name}\nmetadata: {{name: web, namespace: ns{number}}}\nspec: {spec}\n"
                for number, spec in enumerate(SPECS)
            )
            if group == OTHERS[0]:
                documents.append(DEFINITION.format(group=group, kind=name))
    (folder / "all.yaml").write_text("---\n".join(documents))
    return folder


_CREATE = ("create-pvc", "--name", "x", "--from", ".", "--data-source-ref-name", "web")
COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("check", "--format", name) for name in ("text", "json", "sarif", "junit", "markdown", "gitlab", "github")),
    ("check", "--closed-world", "--diff"),
    ("expand",),
    ("expand", "--explain"),
    ("expand", "--format", "json"),
    ("trace",),
    ("trace", "--format", "json"),
    *(("graph", "--format", name) for name in ("dot", "mermaid", "svg", "html", "json", "graphml")),
    ("customize", "web", "--from", "."),
    ("baseline", "write", "--output", "-"),
    *(
        (*_CREATE, "--data-source-ref-group", OTHERS[0], "--data-source-ref-kind", kind)
        for kind in ("VolumeCloneSource", "VolumeImportSource", "PersistentVolumeClaim", "DataSource")
    ),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_breaks_on_kinds_of_other_groups(foreign: Path, words: tuple[str, ...]) -> None:
    done = vmlint(*words, cwd=foreign)
    assert done.returncode in (0, 1, 2), done.stderr
    assert "internal error" not in done.stderr


def _documents(text: str) -> list[dict[str, str]]:
    """The identity of each VM that a command prints."""
    return [vm.get("resource", vm.get("metadata")) for vm in json.loads(text)]


@pytest.mark.parametrize("words", [("expand", "--format", "json"), ("trace", "--format", "json")], ids=" ".join)
def test_only_kubevirts_own_are_vms(foreign: Path, words: tuple[str, ...]) -> None:
    assert "web" not in [vm["name"] for vm in _documents(vmlint(*words, cwd=foreign).stdout)]


def test_nothing_refers_from_or_to_objects_of_other_groups(foreign: Path) -> None:
    graph = json.loads(vmlint("graph", "--format", "json", cwd=foreign).stdout)
    strangers = {
        node["id"] for node in graph["objects"] if (node["group"], node["kind"]) not in BY_GROUP_KIND and node["group"]
    }
    assert strangers
    assert not [edge for edge in graph["links"] if {edge["source"], edge["target"]} & strangers]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.group}/{kind.name}")
def test_a_class_is_chosen_by_group_and_kind(kind: Kind) -> None:
    for group in ("example.org", "", "kubevirt.io", "apps"):
        if (group, kind.name) not in BY_GROUP_KIND:
            assert subject_class(kind._replace(group=group)) is Resource
    assert BY_NAME[kind.name].name == kind.name
