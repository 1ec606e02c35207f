"""What a refusal at admission does to the object that a rule speaks about."""

from __future__ import annotations

from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.rule import Effect

__all__ = ["refusal"]


def refusal(vm: VirtualMachine) -> Effect:
    """The webhooks see VMs, not pools: a pool is accepted, and each VM that it makes is refused."""
    return Effect.STUCK if isinstance(vm, VirtualMachinePool) else Effect.REJECTED
