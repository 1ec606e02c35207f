"""Documents to objects: lists, namespaces, and what is no object at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import resources
from vmlint.graph.build import objects, untyped_objects

CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}}


@pytest.mark.parametrize(
    "data",
    [None, [], "text", 7, True, {}, {"kind": "Pod"}, {"apiVersion": "v1"}, {"apiVersion": 1, "kind": "Pod"}, [CLAIM]],
)
def test_no_object(data: Any) -> None:
    assert list(objects(data)) == []


def test_an_object_is_at_the_root() -> None:
    assert list(objects(CLAIM)) == [((), CLAIM)]


def test_lists_in_lists_are_flattened_with_their_paths() -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [CLAIM, "no object"]}
    outer = {"apiVersion": "v1", "kind": "List", "items": [inner, CLAIM]}
    assert list(objects(outer)) == [(("items", 0, "items", 0), CLAIM), (("items", 1), CLAIM)]


def test_items_of_a_typed_list_may_leave_their_kind_out() -> None:
    bare = {"metadata": {"name": "a"}}
    typed = {"apiVersion": "v1", "kind": "PersistentVolumeClaimList", "items": [bare]}
    assert list(objects(typed)) == [(("items", 0), CLAIM)]


def test_items_of_a_typed_list_have_both_or_none() -> None:
    spec = {"metadata": {"name": "a"}, "spec": {}}
    items = [{"apiVersion": "kubevirt.io/v1", **spec}, {"kind": "VirtualMachine", **spec}, spec]
    typed = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachineList", "items": items}
    assert [path for path, _ in objects(typed)] == [("items", 2)]
    assert list(untyped_objects(typed)) == [(("items", 0), "kind"), (("items", 1), "apiVersion")]


def test_a_typed_list_in_a_list_leaves_nothing_out() -> None:
    typed = {"apiVersion": "v1", "kind": "PersistentVolumeClaimList", "items": [{"metadata": {"name": "a"}}]}
    assert list(objects({"apiVersion": "v1", "kind": "List", "items": [typed]})) == []


def test_a_list_without_items_is_an_object_of_its_own() -> None:
    data = {"apiVersion": "example.com/v1", "kind": "AllowList"}
    assert list(objects(data)) == [((), data)]


def test_identity() -> None:
    found = resources("""
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: disk, namespace: images}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: disk}
        ---
        apiVersion: instancetype.kubevirt.io/v1beta1
        kind: VirtualMachineClusterInstancetype
        metadata: {name: small, namespace: left-over}
        ---
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {generateName: web-}
    """)
    assert [str(one.ref) for one in found] == [
        "PersistentVolumeClaim images/disk",
        "PersistentVolumeClaim shop/disk",
        "VirtualMachineClusterInstancetype small",
        "VirtualMachine shop/web-",
    ]


@pytest.mark.parametrize("metadata", ["null", "[]", "7", "{}", "{name: null}", "{namespace: 7}"])
def test_an_object_without_usable_metadata_has_an_empty_name(metadata: str) -> None:
    (found,) = resources(f"{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {metadata}}}")
    assert str(found.ref) == "PersistentVolumeClaim shop/"


def test_a_virtual_machine_of_another_group_is_none() -> None:
    from vmlint.graph.build import resource
    from vmlint.source.decode import decode_text

    (document,) = decode_text("{apiVersion: infrastructure.cluster.x-k8s.io/v1, kind: VirtualMachine}", "a").documents
    assert resource(document, (), document.data, default_namespace="shop") is None
