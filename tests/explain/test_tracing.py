"""How a VM comes to its instancetype and preference."""

from __future__ import annotations

import pytest

from tests.build import cluster
from vmlint.explain.expand import expanded
from vmlint.explain.trace import Result, Trace, Way, trace
from vmlint.world import World
from vmlint.world.settings import Settings

IMAGES = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata: {name: fedora, namespace: golden}
spec:
  source:
    pvc: {name: fedora, namespace: golden}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: fedora
  namespace: golden
  labels:
    instancetype.kubevirt.io/default-instancetype: small
    instancetype.kubevirt.io/default-instancetype-kind: VirtualMachineInstancetype
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small}
spec: {cpu: {guest: 2}, memory: {guest: 1Gi}}
"""


def vm(matchers: str, *, domain: str = "{devices: {}}", volume: str = "dataVolume: {name: root}") -> str:
    return f"""\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: web}}
spec:
  {matchers}
  dataVolumeTemplates:
  - metadata: {{name: root}}
    spec:
      sourceRef: {{kind: DataSource, name: fedora, namespace: golden}}
  template:
    spec:
      domain: {domain}
      volumes:
      - name: root
        {volume}
"""


def traced(text: str, images: str = IMAGES) -> Trace:
    world = World(cluster(("vms/web.yaml", text), ("images/all.yaml", images)), Settings())
    (found,) = expanded(world)
    return trace(found, world)


def instancetype(text: str, images: str = IMAGES) -> Way:
    return traced(text, images).ways[0]


def test_every_hop_of_an_inference() -> None:
    way = instancetype(vm("instancetype: {inferFromVolume: root}"))
    assert (way.matcher, way.result, way.reason) == ("instancetype", Result.USED, "")
    assert [(step.text, step.file, step.line) for step in way.chain] == [
        ("spec.instancetype.inferFromVolume infers from volume root", "vms/web.yaml", 5),
        ("volume root → DataVolume template root", "vms/web.yaml", 15),
        ("DataVolume template root → DataSource golden/fedora", "vms/web.yaml", 9),
        ("DataSource golden/fedora → claim golden/fedora", "images/all.yaml", 6),
        ("claim golden/fedora: label names instancetype small", "images/all.yaml", 14),
        ("VirtualMachineInstancetype shop/small", "images/all.yaml", 19),
    ]
    assert way.found is not None
    assert (str(way.found.object), way.found.file, way.found.line, way.found.catalog) == (
        "VirtualMachineInstancetype shop/small",
        "images/all.yaml",
        19,
        "",
    )
    assert way.gives == {
        "spec.template.spec.domain.cpu.sockets": 2,
        "spec.template.spec.domain.cpu.cores": 1,
        "spec.template.spec.domain.cpu.threads": 1,
        "spec.template.spec.domain.memory.guest": "1Gi",
    }


def test_a_name() -> None:
    way = instancetype(vm("instancetype: {kind: VirtualMachineInstancetype, name: small}"))
    assert [step.text for step in way.chain] == [
        "spec.instancetype.name names small",
        "VirtualMachineInstancetype shop/small",
    ]
    assert way.policy == ""


def test_a_vm_that_asks_for_nothing() -> None:
    found = traced(vm("running: true"))
    assert [(way.result, way.chain, way.found, way.gives) for way in found.ways] == [(Result.NONE, (), None, {})] * 2
    assert all(way.result.ok for way in found.ways)


def test_why_the_way_ends() -> None:
    way = instancetype(vm("instancetype: {name: tiny}"))
    assert (way.result, way.found, way.result.ok) == (Result.MISSING, None, False)
    assert way.chain[-1].text == "VirtualMachineClusterInstancetype tiny: not found"
    assert way.reason == (
        "the instancetype VirtualMachineClusterInstancetype `tiny` is not in the repository, the context or a catalog"
    )


def test_a_variable() -> None:
    way = instancetype(vm("instancetype: {name: '${SIZE}'}"))
    assert way.result is Result.UNDECIDED
    assert way.chain[-1].text == "VirtualMachineClusterInstancetype ${SIZE}: the name contains a variable"


def test_a_vm_that_is_refused_though_all_is_found() -> None:
    found = traced(
        vm("instancetype: {kind: VirtualMachineInstancetype, name: small}", domain="{devices: {}, cpu: {cores: 2}}")
    )
    assert [way.result for way in found.ways] == [Result.USED, Result.NONE]
    assert found.problem == "the VM sets what its instancetype sets: `spec.template.spec.domain.cpu.cores`"
    assert found.ways[0].gives == {}


IGNORE = "inferFromVolumeFailurePolicy: Ignore"
DISK = "containerDisk: {image: x}"


@pytest.mark.parametrize(
    ("text", "result", "policy"),
    [
        (
            vm("instancetype: {inferFromVolume: root}"),
            Result.USED,
            "`Reject`, by default: if inference fails, KubeVirt refuses the VM",
        ),
        (
            vm("instancetype: {inferFromVolume: root, inferFromVolumeFailurePolicy: Reject}"),
            Result.USED,
            "`Reject`: if inference fails, KubeVirt refuses the VM",
        ),
        (
            vm("instancetype: {inferFromVolume: root}", volume=DISK),
            Result.REFUSED,
            "`Reject`, by default: KubeVirt refuses the VM",
        ),
        (
            vm(f"instancetype: {{inferFromVolume: root, {IGNORE}}}"),
            Result.USED,
            "`Ignore`: if the volume or label can't be used, the VM continues without its instancetype",
        ),
        (
            vm(f"instancetype: {{inferFromVolume: root, {IGNORE}}}", domain="{memory: {guest: 1Gi}}"),
            Result.USED,
            "`Ignore`: an instancetype is inferred, so KubeVirt removes the VM's own `domain.memory`",
        ),
        (
            vm(f"instancetype: {{inferFromVolume: root, {IGNORE}}}", volume=DISK),
            Result.DROPPED,
            "`Ignore`: the VM continues without its instancetype",
        ),
        (
            vm(f"instancetype: {{inferFromVolume: other, {IGNORE}}}"),
            Result.REFUSED,
            "`Ignore`, which does not apply to a missing volume or object: KubeVirt refuses the VM",
        ),
        (
            vm("instancetype: {inferFromVolume: root, inferFromVolumeFailurePolicy: '${POLICY}'}"),
            Result.USED,
            "`${POLICY}`, a variable",
        ),
    ],
)
def test_what_the_failure_policy_does(text: str, result: Result, policy: str) -> None:
    way = instancetype(text)
    assert (way.result, way.policy) == (result, policy)


def test_what_is_dropped_has_the_reason() -> None:
    way = instancetype(vm(f"instancetype: {{inferFromVolume: root, {IGNORE}}}", volume=DISK))
    assert way.result.ok
    assert way.reason.startswith("volume `root`: ")
    assert way.chain[-1].text.startswith("volume root: ")


def test_only_vms_have_ways() -> None:
    world = World(cluster(vm("running: true")), Settings())
    (found,) = expanded(world)
    found.source = cluster(IMAGES).resources[0]
    with pytest.raises(TypeError):
        trace(found, world)
