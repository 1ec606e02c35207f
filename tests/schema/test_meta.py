from __future__ import annotations

from typing import Any

import pytest

from vmlint.model.field import render
from vmlint.schema.code import Outcome, SchemaKind, kind_of, outcome_of
from vmlint.schema.meta import check_metadata, label_key_fault


def faults(metadata: Any, kind: str = "") -> list[tuple[str, SchemaKind]]:
    return [(render(refusal.path), kind_of(refusal)) for refusal in check_metadata(metadata, kind)]


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "a.b-c"},
        {"name": "a" * 253},
        {"generateName": "web-"},
        {"generateName": "web."},
        {"name": "a", "labels": {"a": "", "b.c/d_E": "X.y-Z"}, "annotations": {"B.c/D": "any thing\n"}},
        {"name": "a", "labels": None, "annotations": {"x": None}, "creationTimestamp": None},
        {"name": "${NAME}", "namespace": "{{ ns }}", "labels": {"${K}": 1, "a": "${V}"}},
    ],
)
def test_good_metadata(metadata: Any) -> None:
    if metadata.get("generateName") == "web.":
        assert faults(metadata) == [("metadata.generateName", SchemaKind.NAME)]
    else:
        assert faults(metadata) == []


@pytest.mark.parametrize(
    ("metadata", "path", "kind"),
    [
        (None, "metadata.name", SchemaKind.MISSING),
        ([], "metadata", SchemaKind.TYPE),
        ({}, "metadata.name", SchemaKind.MISSING),
        ({"name": "Bad_Name"}, "metadata.name", SchemaKind.NAME),
        ({"name": "a..b"}, "metadata.name", SchemaKind.NAME),
        ({"name": "a-"}, "metadata.name", SchemaKind.NAME),
        ({"name": "a\n"}, "metadata.name", SchemaKind.NAME),
        ({"name": "a" * 254}, "metadata.name", SchemaKind.NAME),
        ({"name": 5}, "metadata.name", SchemaKind.TYPE),
        ({"name": "a", "namespace": "a.b"}, "metadata.namespace", SchemaKind.NAME),
        ({"name": "a", "label": {}}, "metadata.label", SchemaKind.UNKNOWN),
        ({"name": "a", "labels": ["b"]}, "metadata.labels", SchemaKind.TYPE),
        ({"name": "a", "labels": {"b": True}}, "metadata.labels.b", SchemaKind.TYPE),
        ({"name": "a", "labels": {"b": "c d"}}, "metadata.labels.b", SchemaKind.LABEL),
        ({"name": "a", "labels": {"b": "c" * 64}}, "metadata.labels.b", SchemaKind.LABEL),
        ({"name": "a", "labels": {"A/b": "c"}}, "metadata.labels.A/b", SchemaKind.LABEL),
        ({"name": "a", "annotations": {"b": 1}}, "metadata.annotations.b", SchemaKind.TYPE),
        ({"name": "a", "annotations": {"b": "c" * 262144}}, "metadata.annotations", SchemaKind.LENGTH),
    ],
)
def test_bad_metadata(metadata: Any, path: str, kind: SchemaKind) -> None:
    assert faults(metadata) == [(path, kind)]


def test_a_namespace_has_a_shorter_name() -> None:
    assert faults({"name": "a.b"}) == []
    assert faults({"name": "a.b"}, "Namespace") == [("metadata.name", SchemaKind.NAME)]


def test_only_unknown_fields_pass_without_refusal() -> None:
    found = list(check_metadata({"name": "A", "label": {}}))
    assert [outcome_of(refusal) for refusal in found] == [Outcome.DROPPED, Outcome.REFUSED]


@pytest.mark.parametrize("key", ["", "/a", "a/", "a/b/c", "-a", "a" * 64, "a b", f"{'a' * 254}/b"])
def test_keys_that_are_no_label_keys(key: str) -> None:
    assert label_key_fault(key) is not None
