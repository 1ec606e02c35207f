"""OpenShift Templates: their objects with the parameters filled in, at their own lines."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint
from vmlint.graph.build import objects
from vmlint.source.decode import decode_text

TEMPLATE = """
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: t}
labels: {app: "${NAME}"}
objects:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: "${NAME}-${SIDE}", labels: {own: x}}
  data: {count: "${{COUNT}}", text: "${COUNT}", open: "${{OPEN}}", map: "${{MAP}}"}
- 7
parameters:
- {name: NAME, value: web}
- {name: SIDE, generate: expression, from: "[a-z]", value: x}
- {name: COUNT, value: "4"}
- {name: MAP, value: '{"a": 1}'}
- {name: OPEN}
- 5
"""


def test_parameters_are_filled_in() -> None:
    (document,) = decode_text(TEMPLATE, "t.yaml").documents
    ((path, data),) = objects(document.data)
    assert path == ("objects", 0)
    assert data["metadata"] == {"name": "web-${SIDE}", "labels": {"own": "x", "app": "web"}}
    assert data["data"] == {"count": 4, "text": "4", "open": "${{OPEN}}", "map": {"a": 1}}


@pytest.mark.parametrize("value", ["[" * 100_000, "[" * 600 + "]" * 600, "[1] x", "{"])
def test_a_whole_value_that_is_no_json_is_text(value: str) -> None:
    text = TEMPLATE.replace('{name: COUNT, value: "4"}', f'{{name: COUNT, value: "{value}"}}')
    ((_, data),) = objects(decode_text(text, "t.yaml").documents[0].data)
    assert data["data"]["count"] == value


def test_parameters_that_make_a_text_too_long_stay() -> None:
    long = "${NAME}" * 2000
    text = TEMPLATE.replace("value: web", f"value: {'w' * 1000}").replace('"${COUNT}"', f'"{long}"')
    ((_, data),) = objects(decode_text(text, "t.yaml").documents[0].data)
    assert data["data"]["text"] == long


def test_a_kind_that_openshift_served_without_a_group_gets_it() -> None:
    kinds = [("v1", "RoleBinding"), ("rbac.authorization.k8s.io/v1", "Role"), ("v1", "Secret"), ("v1", "StorageClass")]
    entries = "".join(f"- {{apiVersion: {version}, kind: {kind}}}\n" for version, kind in kinds)
    text = f"apiVersion: v1\nkind: Template\nmetadata: {{name: t}}\nobjects:\n{entries}"
    found = [data["apiVersion"] for _, data in objects(decode_text(text, "t.yaml").documents[0].data)]
    assert found == ["authorization.openshift.io/v1", "rbac.authorization.k8s.io/v1", "v1", "v1"]


def test_other_templates_are_left_alone() -> None:
    (document,) = decode_text(TEMPLATE.replace("template.openshift.io/v1", "example.com/v1"), "t.yaml").documents
    assert [path for path, _ in objects(document.data)] == [()]


def test_two_templates_of_one_name_are_no_duplicates(tmp_path: Path) -> None:
    head = "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n"
    size = "resources: {requests: {storage: 1Gi}}"
    volume = (
        "- {apiVersion: cdi.kubevirt.io/v1beta1, kind: DataVolume, metadata: {name: web}, "
        f"spec: {{source: {{blank: {{}}}}, storage: {{{size}}}}}}}\n"
    )
    claim = (
        "- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: web}, "
        f"spec: {{accessModes: [ReadWriteOnce], {size}}}}}\n"
    )
    (tmp_path / "a.yaml").write_text(head + volume, "utf-8")
    (tmp_path / "b.yaml").write_text(head + claim, "utf-8")
    assert vmlint.check([tmp_path], select=["claim-name-taken", "claim-owned-twice"]).findings == ()
    (tmp_path / "a.yaml").write_text(head + volume + claim, "utf-8")
    assert vmlint.check([tmp_path], select=["claim-name-taken", "claim-owned-twice"]).findings != ()
