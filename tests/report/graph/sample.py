"""Graphs to draw: one with something of everything, one that its author means to do harm with, and a large one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.build import cluster, resources
from tests.report.sample import EVIL
from vmlint.graph.cluster import Cluster
from vmlint.graph.export import Guest, Mark, build
from vmlint.model.resource import Resource

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["HOSTILE", "TRAPS", "WHOLE", "large"]

_WHOLE = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec:
  instancetype: {name: u1.huge}
  preference: {name: fedora}
  dataVolumeTemplates:
    - metadata: {name: web-root}
      spec:
        sourceRef: {kind: DataSource, name: fedora, namespace: golden}
        storage: {storageClassName: "${CLASS}"}
  template:
    spec:
      volumes:
        - {name: root, dataVolume: {name: web-root}}
        - {name: init, cloudInitNoCloud: {secretRef: {name: login}}}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata: {name: fedora, namespace: golden}
spec: {source: {pvc: {name: fedora}}}
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: hunter2}
"""
_GUEST = Guest(
    8, "2 sockets × 4 cores × 1 thread", "16Gi", "u1.huge", "fedora", False, ("it uses `hypervPassthrough`",)
)
_CONTEXT = """
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterPreference
metadata: {name: fedora}
"""

TRAPS = (
    EVIL.replace("\ud800", ""),
    "</script><script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "<!-- <script>",
    '"]; n0 -> n1; /* \\',
    '"] --> n0["x',
    "`a` | b # c & d &lt; ]]> {{script}} {{data}} ${x}",
    "end",
    "日本語",
    "\ufffe\uffff\x00",
)
"""Names that mean something in one format or other."""


def _marks(resource: Resource) -> list[Mark]:
    if resource.ref.name != "web":
        return []
    gone = Mark(
        "error", "VM201", "instancetype-not-found", "stuck", "`u1.huge` is gone", "name another", "spec", 6, "all.yaml"
    )
    return [gone, gone._replace(level="note", rule="VM202", line=4)]


WHOLE: Graph = build(
    Cluster([*resources(_WHOLE, "all.yaml"), *resources(_CONTEXT, "context.yaml", linted=False)]),
    marks=_marks,
    guests=lambda resource: _GUEST if resource.ref.name == "web" else None,
)


def _vm(name: str, namespace: str, image: str) -> str:
    spec = {
        "dataVolumeTemplates": [
            {
                "metadata": {"name": f"{name}-root"},
                "spec": {
                    "sourceRef": {"kind": "DataSource", "name": image, "namespace": namespace},
                    "storage": {"storageClassName": image},
                },
            }
        ],
        "template": {"spec": {"volumes": [{"name": "root", "dataVolume": {"name": f"{name}-root"}}]}},
    }
    metadata = {"name": name, "namespace": namespace}
    return json.dumps({"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": metadata, "spec": spec})


HOSTILE: Graph = build(
    cluster(*((f"{trap.split(chr(0))[0]}.yaml", _vm(trap, trap, trap)) for trap in TRAPS)),
    marks=lambda resource: [Mark("error", "VM101", "a", "stuck", *(resource.name,) * 3, line=1)],
)


def large(vms: int, namespaces: int, faulty: int = 0) -> Graph:
    """VMs of some namespaces, in a file each, which share their images; every `faulty`th has a finding."""

    def marks(resource: Resource) -> list[Mark]:
        number = int(resource.name.split("-")[1]) if resource.ref.kind == "VirtualMachine" else 1
        if not faulty or number % faulty:
            return []
        rule, effect, level = (("VM201", "stuck", "error"), ("VM512", "ignored", "warning"))[number // faulty % 2]
        return [
            Mark(
                level, rule, "slug", effect, f"`{resource.name}` is wrong", "fix it", "spec", 1, resource.document.file
            )
        ]

    files = [
        (f"vms/{number}.yaml", _vm(f"vm-{number:03}", f"team-{number % namespaces:02}", f"image-{number % 3}"))
        for number in range(vms)
    ]
    return build(cluster(*files), marks=marks)
