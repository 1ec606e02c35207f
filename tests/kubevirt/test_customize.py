"""Instancetypes and preferences made from others."""

from __future__ import annotations

import io
from typing import Any

import pytest

import vmlint
from vmlint import Config
from vmlint.catalog.instancetypes import catalog, newest
from vmlint.errors import UsageError
from vmlint.kubevirt.customize import customize
from vmlint.model.matcher import Matcher
from vmlint.report.manifest import manifest
from vmlint.rule import Level

INSTANCETYPE, PREFERENCE = Matcher


def original(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "instancetype.kubevirt.io/v1beta1",
        "kind": "VirtualMachineClusterInstancetype",
        "metadata": {
            "name": "small",
            "uid": "1",
            "resourceVersion": "2",
            "labels": {"instancetype.kubevirt.io/size": "small", "team": "a"},
            "annotations": {
                "instancetype.kubevirt.io/displayName": "Small",
                "kubectl.kubernetes.io/last-applied-configuration": "{}",
            },
        },
        "spec": {"cpu": {"guest": 1}, "memory": {"guest": "1Gi"}, **spec},
        "status": {},
    }


def test_what_describes_the_original_is_left_out() -> None:
    source = original()
    assert customize(source, kind=INSTANCETYPE.namespaced, name="mine", namespace="shop") == {
        "apiVersion": "instancetype.kubevirt.io/v1beta1",
        "kind": "VirtualMachineInstancetype",
        "metadata": {"name": "mine", "namespace": "shop", "labels": {"team": "a"}},
        "spec": {"cpu": {"guest": 1}, "memory": {"guest": "1Gi"}},
    }
    assert source == original()


def test_another_size() -> None:
    made = customize(original(), kind=INSTANCETYPE.cluster, name="mine", vcpus=4, memory="6Gi")
    assert made["spec"] == {"cpu": {"guest": 4}, "memory": {"guest": "6Gi"}}


@pytest.mark.parametrize(("most", "vcpus", "raised"), [(2, 4, 4), (8, 4, 8), ("x", 4, "x")])
def test_the_most_sockets_rise_with_the_vcpus(most: Any, vcpus: int, raised: Any) -> None:
    source = original(cpu={"guest": 1, "maxSockets": most})
    made = customize(source, kind=INSTANCETYPE.cluster, name="mine", vcpus=vcpus)
    assert made["spec"]["cpu"] == {"guest": vcpus, "maxSockets": raised}


@pytest.mark.parametrize(("most", "memory", "raised"), [("2Gi", "4Gi", "4Gi"), ("8Gi", "4Gi", "8Gi")])
def test_the_most_memory_rises_with_the_memory(most: str, memory: str, raised: str) -> None:
    source = original(memory={"guest": "1Gi", "maxGuest": most})
    made = customize(source, kind=INSTANCETYPE.cluster, name="mine", memory=memory)
    assert made["spec"]["memory"] == {"guest": memory, "maxGuest": raised}


def test_memory_is_whole_huge_pages() -> None:
    source = original(memory={"guest": "1Gi", "hugepages": {"pageSize": "1Gi"}})
    assert customize(source, kind=INSTANCETYPE.cluster, name="mine", memory="3Gi")["spec"]["memory"]["guest"] == "3Gi"
    with pytest.raises(UsageError, match="`1500Mi` is not a multiple of the original's huge pages of `1Gi`"):
        customize(source, kind=INSTANCETYPE.cluster, name="mine", memory="1500Mi")


@pytest.mark.parametrize(("option", "value"), [("vcpus", 2), ("memory", "2Gi")])
@pytest.mark.parametrize("kind", [PREFERENCE.cluster, PREFERENCE.namespaced])
def test_a_preference_has_no_size(option: str, value: Any, kind: Any) -> None:
    with pytest.raises(UsageError, match=f"`--{option}` applies to instancetypes"):
        customize({"spec": {}}, kind=kind, name="mine", **{option: value})


@pytest.mark.parametrize("nonsense", [None, [], "x", {"metadata": [], "spec": "x"}, {"spec": {"cpu": [], "memory": 1}}])
def test_nonsense_is_no_fault(nonsense: Any) -> None:
    source = nonsense if isinstance(nonsense, dict) else {"spec": nonsense}
    customize(source, kind=INSTANCETYPE.cluster, name="mine", vcpus=2, memory="2Gi")


def test_all_that_is_made_of_the_catalog_is_clean() -> None:
    held = catalog(newest())
    made = [
        customize(
            held.find(kind.name, name) or {},
            kind=wanted,
            name=f"my-{name}",
            namespace="shop" if wanted.namespaced else "",
            vcpus=4 if matcher is INSTANCETYPE else None,
            memory="6Gi" if matcher is INSTANCETYPE else None,
        )
        for matcher in Matcher
        for kind in (matcher.cluster,)
        for name in held.names(kind.name)
        for wanted in (matcher.cluster, matcher.namespaced)
    ]
    text = "---\n".join(map(manifest, made))
    report = vmlint.check(["-"], Config(closed_world=True), stdin=io.BytesIO(text.encode()))
    assert report.counts.objects == len(made) > 200
    assert [str(finding) for finding in report.findings if finding.level is not Level.NOTE] == []
