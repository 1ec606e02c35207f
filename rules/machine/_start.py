"""When a fault strikes that keeps a guest from starting."""

from __future__ import annotations

from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.rule import Effect

__all__ = ["never_starts"]

_RUN_LATER = ("Halted", "Manual", "WaitAsReceiver")


def never_starts(workload: Workload) -> Effect:
    """STUCK for a workload that is to run, RISK for a VM that waits until somebody starts it."""
    spec = workload.vm_spec if isinstance(workload, VirtualMachine) else {}
    waits = spec.get("running") is False or spec.get("runStrategy") in _RUN_LATER
    return Effect.RISK if waits else Effect.STUCK
