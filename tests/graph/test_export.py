"""The graph of a cluster: which objects and references it holds, and what is around one of them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.build import cluster, resources
from vmlint.errors import UsageError
from vmlint.graph.cluster import Cluster
from vmlint.graph.export import Edge, Mark, Standing, build, edges, focus, nodes, unresolved
from vmlint.graph.links import Link, LinkKind
from vmlint.model.ref import Ref

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec:
  instancetype: {name: u1.medium}
  dataVolumeTemplates:
    - metadata: {name: web-root}
      spec:
        sourceRef: {kind: DataSource, name: fedora, namespace: golden}
        storage: {storageClassName: fast}
  template:
    spec:
      volumes:
        - name: root
          dataVolume: {name: web-root}
"""
IMAGES = """
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata: {name: fedora, namespace: golden}
spec: {source: {pvc: {name: fedora}}}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {name: fedora, namespace: golden}
spec: {storage: {storageClassName: fast}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: rbd.csi.ceph.com
"""


def standings(graph: Graph) -> dict[str, str]:
    return {node.id: node.standing.value for node in nodes(graph)}


def ends(graph: Graph) -> list[tuple[str, str, str]]:
    """Each reference by the short names of its ends."""
    short = {node.id: f"{node.ref.kind} {node.ref.short}" for node in nodes(graph)}
    return [(short[edge.source], edge.kind, short[edge.target]) for edge in edges(graph)]


WHOLE = build(cluster(("vms/web.yaml", VM), ("images.yaml", IMAGES)))


def test_objects_stand_in_files_are_made_or_are_missing() -> None:
    assert standings(WHOLE) == {
        "DataSource.cdi.kubevirt.io/golden/fedora": "here",
        "DataVolume.cdi.kubevirt.io/golden/fedora": "here",
        "DataVolume.cdi.kubevirt.io/shop/web-root": "made",
        "PersistentVolumeClaim/golden/fedora": "made",
        "StorageClass.storage.k8s.io/fast": "here",
        "VirtualMachine.kubevirt.io/shop/web": "here",
        "VirtualMachineClusterInstancetype.instancetype.kubevirt.io/u1.medium": "missing",
    }


def test_references_go_by_what_is_made() -> None:
    """What a template refers to hangs on the DataVolume that is made of it, as in a cluster."""
    vm, volume = "VirtualMachine shop/web", "DataVolume shop/web-root"
    assert sorted(ends(WHOLE)) == sorted(
        [
            (vm, "makes", volume),
            (vm, "volume", volume),
            (vm, "instancetype", "VirtualMachineClusterInstancetype u1.medium"),
            (volume, "source", "DataSource golden/fedora"),
            (volume, "storage class", "StorageClass fast"),
            ("DataSource golden/fedora", "source", "PersistentVolumeClaim golden/fedora"),
            ("DataVolume golden/fedora", "makes", "PersistentVolumeClaim golden/fedora"),
            ("DataVolume golden/fedora", "storage class", "StorageClass fast"),
        ]
    )


def test_a_reference_shows_where_it_is_written_and_what_it_leads_to() -> None:
    (edge,) = [edge for edge in edges(WHOLE) if edge.kind == "instancetype"]
    assert edge == Edge(
        source="VirtualMachine.kubevirt.io/shop/web",
        target="VirtualMachineClusterInstancetype.instancetype.kubevirt.io/u1.medium",
        kind="instancetype",
        field="spec.instancetype.name",
        state="missing",
        reason="",
        file="vms/web.yaml",
        line=6,
    )


def test_objects_have_places() -> None:
    places = {node.ref.short: (node.file, node.line) for node in nodes(WHOLE) if node.ref.namespace == "shop"}
    assert places == {"shop/web": ("vms/web.yaml", 2), "shop/web-root": ("vms/web.yaml", 8)}


def test_no_profile_of_a_storage_class_is_missed() -> None:
    assert all(node.ref.kind != "StorageProfile" for node in nodes(WHOLE))


def test_alternatives_of_one_object_are_objects_of_their_own_and_a_reference_to_both_is_unknown() -> None:
    graph = build(cluster(("b/vm.yaml", VM), ("a/one.yaml", IMAGES), ("a/two.yaml", IMAGES)))
    found = [(node.id, node.standing) for node in nodes(graph) if node.ref.kind == "DataSource"]
    name = "DataSource.cdi.kubevirt.io/golden/fedora"
    assert found == [(name, Standing.HERE), (f"{name}#2", Standing.HERE), (f"{name}#3", Standing.UNKNOWN)]
    (edge,) = [edge for edge in edges(graph) if edge.target == f"{name}#3"]
    assert edge.reason == "several objects have this identity: a/one.yaml, a/two.yaml"


def test_a_variable_is_unknown() -> None:
    graph = build(cluster(VM.replace("name: fedora", "name: '${IMAGE}'")))
    assert standings(graph)["DataSource.cdi.kubevirt.io/golden/${IMAGE}"] == "unknown"


def test_a_patch_is_distinguished() -> None:
    graph = build(Cluster(resources(VM, fragment=True)))
    assert standings(graph)["VirtualMachine.kubevirt.io/shop/web"] == "patch"


def test_the_context_is_followed_as_far_as_it_is_needed() -> None:
    beside = IMAGES + "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: unused}\n"
    graph = build(Cluster([*resources(VM), *resources(beside, "context.yaml", linted=False)]))
    standing = standings(graph)
    assert standing["DataSource.cdi.kubevirt.io/golden/fedora"] == "outside"
    assert standing["PersistentVolumeClaim/golden/fedora"] == "outside"
    assert "StorageClass.storage.k8s.io/unused" not in standing


def test_a_pools_volume_means_its_own_template() -> None:
    pool = """
        apiVersion: pool.kubevirt.io/v1beta1
        kind: VirtualMachinePool
        metadata: {name: workers}
        spec:
          virtualMachineTemplate:
            spec:
              dataVolumeTemplates: [{metadata: {name: root}, spec: {storage: {}}}]
              template: {spec: {volumes: [{name: root, dataVolume: {name: root}}]}}
    """
    graph = build(cluster(pool))
    assert standings(graph)["DataVolume.cdi.kubevirt.io/shop/root"] == "made"
    assert [kind for _, kind, _ in ends(graph)] == ["makes", "volume"]


def test_a_vms_volume_means_its_own_template_where_another_vm_has_an_equal_one() -> None:
    graph = build(cluster(VM, VM, IMAGES))
    volumes = {(edge.source, edge.target) for edge in edges(graph) if edge.kind == "volume"}
    made = {(edge.source, edge.target) for edge in edges(graph) if edge.kind == "makes"}
    assert len(volumes) == 2
    assert volumes < made


def test_further_references_and_marks() -> None:
    world = cluster(VM, IMAGES)
    vm = world.of_kind("VirtualMachine")[0]
    preference = Ref("instancetype.kubevirt.io", "VirtualMachineClusterPreference", "", "fedora")
    inferred = Link(LinkKind.PREFERENCE, vm, ("spec", "preference", "inferFromVolume"), preference)
    mark = Mark("error", "VM101", "a", "rejected", "b", "c", "spec", 3)
    graph = build(world, more=[inferred], marks=lambda resource: [mark] if resource is vm else [])
    assert ("VirtualMachine shop/web", "preference", "VirtualMachineClusterPreference fedora") in ends(graph)
    assert [(node.ref.short, node.marks) for node in nodes(graph) if node.marks] == [("shop/web", (mark,))]


CHAIN = build(
    cluster(
        *(
            f"{{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataSource, metadata: {{name: {name}}}, "
            f"spec: {{source: {{dataSource: {{name: {other}}}}}}}}}"
            for name, other in ("ab", "bc", "cd", "de", "xc")
        )
    )
)


def names(graph: Graph) -> str:
    return "".join(node.ref.name for node in nodes(graph))


@pytest.mark.parametrize(("depth", "around"), [(0, "c"), (1, "bcdx"), (2, "abcdex"), (None, "abcdex")])
def test_focus_goes_both_ways(depth: int | None, around: str) -> None:
    assert names(focus(CHAIN, "shop/c", depth)) == around


def test_focus_does_not_turn_around() -> None:
    """What else leads to the same object is no part of it."""
    assert names(focus(CHAIN, "shop/x")) == "cdex"


@pytest.mark.parametrize("wanted", ["shop/web", "web", "VirtualMachine shop/web", "VirtualMachine web"])
def test_an_object_is_wanted_by_name(wanted: str) -> None:
    assert "VirtualMachine.kubevirt.io/shop/web" in standings(focus(WHOLE, wanted, 0))


def test_a_name_that_nothing_has() -> None:
    with pytest.raises(UsageError, match=r"^no object is called `shop/wep`; did you mean `shop/web`\?$"):
        focus(WHOLE, "shop/wep")


def test_unresolved_is_what_leads_nowhere() -> None:
    assert ends(unresolved(WHOLE)) == [
        ("VirtualMachine shop/web", "instancetype", "VirtualMachineClusterInstancetype u1.medium")
    ]
    assert names(unresolved(build(cluster(IMAGES)))) == ""


def test_rings_end() -> None:
    ring = cluster(*(
        f"{{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataSource, metadata: {{name: {name}}}, "
        f"spec: {{source: {{dataSource: {{name: {other}}}}}}}}}" for name, other in ("ab", "ba", "cc")
    ))  # fmt: skip
    assert names(focus(build(ring), "a")) == "ab"


def test_nothing_heavy_is_loaded_with_the_cluster() -> None:
    code = "import sys, vmlint.graph.export; print('networkx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


JUNK = ("null", "true", "7", "[1, [2]]", "{a: {b: c}}", '""', "[null]", '"${X}"')


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("key", ["name", "dataVolumeTemplates", "sourceRef", "storage", "volumes", "metadata", "spec"])
def test_no_value_is_of_a_type_that_stops_it(key: str, junk: str) -> None:
    """Each place of a key holds something strange."""
    lines = VM.splitlines()
    for number, line in enumerate(lines):
        before, found, rest = line.partition(f"{key}: ")
        if found and "{" not in before and rest.strip():
            strange = "\n".join([*lines[:number], f"{before}{key}: {junk}", *lines[number + 1 :]])
            graph = build(cluster(strange))
            assert len(nodes(graph)) >= 1
            assert all(edge.source in graph and edge.target in graph for edge in edges(graph))
    inner = VM.replace("{name: web-root}", f"{{name: {junk}}}").replace("{name: u1.medium}", junk)
    assert len(nodes(build(cluster(inner)))) >= 1
    whole = f"{{apiVersion: kubevirt.io/v1, kind: VirtualMachine, {key}: {junk}, metadata: {{name: {junk}}}}}"
    if key != "metadata":
        assert len(nodes(build(cluster(whole)))) == 1
