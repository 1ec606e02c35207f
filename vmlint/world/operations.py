"""What KubeVirt's admission makes of the files' operations: its checks (`kubevirt/operations`) meet the objects."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations import (
    check_backup,
    check_clone,
    check_export,
    check_migration,
    check_plugin,
    check_policy,
    check_preset,
    check_restore,
    check_snapshot,
)
from vmlint.kubevirt.releases import Release
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import (
    MigrationPolicy,
    Operation,
    Plugin,
    VirtualMachineBackup,
    VirtualMachineBackupTracker,
    VirtualMachineClone,
    VirtualMachineExport,
    VirtualMachineInstanceMigration,
    VirtualMachineInstancePreset,
    VirtualMachineRestore,
    VirtualMachineSnapshot,
)
from vmlint.world.application import Application
from vmlint.world.machine import Machine

__all__ = ["Operations"]

_CHECKS = {
    VirtualMachineSnapshot: check_snapshot,
    VirtualMachineClone: check_clone,
    VirtualMachineBackup: check_backup,
    VirtualMachineBackupTracker: check_backup,
    VirtualMachineInstanceMigration: check_migration,
    MigrationPolicy: check_policy,
    Plugin: check_plugin,
}


class Operations:
    """The operations of a world, as KubeVirt's admission sees them."""

    def __init__(self, world: Application, machine: Machine) -> None:
        self._world = world
        self._machine = machine

    def refusals(self, subject: Operation) -> tuple[Refusal, ...]:
        """Why KubeVirt refuses an operation. Of several refusals that depend on one unknown gate, the first stands for
        all."""
        return self._world.memo.once("operation", subject, lambda: tuple(_once_a_gate(self._refusals(subject))))

    def _refusals(self, subject: Operation) -> Iterator[Refusal]:
        gates: Gates = self._machine.gates
        release: Release | None = self._world.settings.release
        if isinstance(subject, VirtualMachineExport):
            yield from check_export(subject.data, gates, release)
        elif isinstance(subject, VirtualMachineRestore):
            yield from check_restore(subject.data, gates, release)
        elif isinstance(subject, VirtualMachineInstancePreset):
            yield from check_preset(subject.data)
        elif check := _CHECKS.get(type(subject)):
            yield from check(subject.data, gates)


def _once_a_gate(refusals: Iterator[Refusal]) -> Iterator[Refusal]:
    gates: set[str] = set()
    for refusal in refusals:
        if refusal.gate is None or refusal.gate not in gates:
            yield refusal
        if refusal.gate is not None:
            gates.add(refusal.gate)
