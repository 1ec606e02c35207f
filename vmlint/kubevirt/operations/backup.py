"""VirtualMachineBackups and VirtualMachineBackupTrackers: their feature gate. All else is in their schema.

Source: KubeVirt `pkg/storage/admitters/backup.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.reference import gated
from vmlint.model.refusal import Refusal

__all__ = ["check_backup"]


def check_backup(_data: Mapping[str, Any], gates: Gates) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineBackup or a VirtualMachineBackupTracker."""
    return gated(gates, ("kind",), "IncrementalBackup")
