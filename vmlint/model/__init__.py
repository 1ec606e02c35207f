"""Frozen values: what an object is, apart from what anything does with it.

What is in `__all__` is for packs of rules: the objects that a rule may be about, how to read their values, references,
quantities and the place of a field.
"""

from __future__ import annotations

from vmlint.model.access import each, get, items, mapping, sequence, text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.quantity import Quantity
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import (
    CDI,
    DataImportCron,
    DataSource,
    DataVolume,
    Instancetype,
    KubeVirt,
    MigrationPolicy,
    PersistentVolumeClaim,
    Preference,
    StorageProfile,
    VirtualMachine,
    VirtualMachineClone,
    VirtualMachineExport,
    VirtualMachineInstance,
    VirtualMachineInstanceMigration,
    VirtualMachineInstanceReplicaSet,
    VirtualMachinePool,
    VirtualMachineRestore,
    VirtualMachineSnapshot,
    VolumeSnapshot,
    Workload,
)
from vmlint.model.unknown import is_unknown

__all__ = [
    "CDI",
    "DataImportCron",
    "DataSource",
    "DataVolume",
    "Hop",
    "Instancetype",
    "KubeVirt",
    "Matcher",
    "MigrationPolicy",
    "Path",
    "PersistentVolumeClaim",
    "Place",
    "Preference",
    "Quantity",
    "Ref",
    "Resource",
    "StorageProfile",
    "VirtualMachine",
    "VirtualMachineClone",
    "VirtualMachineExport",
    "VirtualMachineInstance",
    "VirtualMachineInstanceMigration",
    "VirtualMachineInstanceReplicaSet",
    "VirtualMachinePool",
    "VirtualMachineRestore",
    "VirtualMachineSnapshot",
    "VolumeSnapshot",
    "Workload",
    "each",
    "get",
    "is_unknown",
    "items",
    "mapping",
    "sequence",
    "text",
]
