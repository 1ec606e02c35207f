"""What the drawings have in common: the lanes in which objects stand, from VMs to storage, and how objects look."""

from __future__ import annotations

import re

from vmlint.graph.export import Edge, Node
from vmlint.graph.resolution import State
from vmlint.model.kinds import KINDS
from vmlint.record import Record
from vmlint.rule import Level

__all__ = ["LANES", "Wire", "by_lane", "gravest", "is_aside", "lane_of", "short_kind", "tally_of", "wires"]

_TABLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Virtual machines",
        (
            "VirtualMachine",
            "VirtualMachineInstance",
            "VirtualMachineInstanceReplicaSet",
            "VirtualMachinePool",
            "VirtualMachineInstancePreset",
        ),
    ),
    (
        "Types and preferences",
        (
            "VirtualMachineInstancetype",
            "VirtualMachineClusterInstancetype",
            "VirtualMachinePreference",
            "VirtualMachineClusterPreference",
            "VirtualMachineFlavor",
            "VirtualMachineClusterFlavor",
            "ControllerRevision",
        ),
    ),
    ("DataVolumes", ("DataVolume",)),
    (
        "Sources",
        (
            "DataSource",
            "DataImportCron",
            "VolumeSnapshot",
            "VolumeImportSource",
            "VolumeUploadSource",
            "VolumeCloneSource",
            "OpenstackVolumePopulator",
            "OvirtVolumePopulator",
        ),
    ),
    ("Claims", ("PersistentVolumeClaim", "PersistentVolume")),
    ("Storage", ("StorageClass", "StorageProfile", "CDI", "CDIConfig")),
)
_REST = "Networks and others"

LANES = (*(title for title, _ in _TABLE), _REST)
"""The lanes' titles from left to right."""

_LANE = {kind[:2]: index for index, (_, names) in enumerate(_TABLE) for kind in KINDS if kind.name in names}
"""The lane of each group and kind: what has such a name in another API group is one of the rest."""


class Wire(Record):
    """All references from one object to another, as one line: what they are for, and the worst that they lead to."""

    source: str
    target: str
    kinds: tuple[str, ...]
    state: str


def lane_of(node: Node) -> int:
    """The index of the object's lane."""
    return _LANE.get(node.ref[:2], len(_TABLE))


def is_aside(node: Node) -> bool:
    """Whether the object is neither a VM nor a part of its disks: of interest only for who refers to it."""
    return node.ref[:2] not in _LANE


_SHORT = {"PersistentVolumeClaim": "PVC", "PersistentVolume": "PV", "NetworkAttachmentDefinition": "Network"}
_LONG = re.compile(r"^VirtualMachine(?=Cluster|Instancetype|Preference|Flavor)")


def short_kind(node: Node) -> str:
    """The object's kind where there is little room, as people call it."""
    return _SHORT.get(node.ref.kind) or _LONG.sub("", node.ref.kind)


def by_lane(nodes: list[Node]) -> list[tuple[str, list[Node]]]:
    """Each lane that holds something, with its title and its objects."""
    columns = [(title, [node for node in nodes if lane_of(node) == index]) for index, title in enumerate(LANES)]
    return [(title, inside) for title, inside in columns if inside]


_WORST = (State.MISSING.value, State.UNKNOWN.value, State.OUTSIDE.value, State.FOUND.value)


def wires(edges: list[Edge]) -> list[Wire]:
    """The lines of a drawing, in the order of their ends."""
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.source, edge.target), []).append(edge)
    return [
        Wire(
            source,
            target,
            tuple(dict.fromkeys(edge.kind for edge in group)),
            min((edge.state for edge in group), key=_WORST.index),
        )
        for (source, target), group in sorted(found.items())
    ]


def tally_of(node: Node) -> dict[str, int]:
    """How many findings of each level the object has, the gravest first; levels without one are left out."""
    counts = {level.value: sum(mark.level == level.value for mark in node.marks) for level in reversed(Level)}
    return {level: count for level, count in counts.items() if count}


def gravest(node: Node) -> str:
    """The level of the object's gravest finding, "" for none."""
    return next(iter(tally_of(node)), "")
