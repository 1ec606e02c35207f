"""Whether a VM runs: `running` and `runStrategy`.

Source: KubeVirt `vms-admitter.go` (validateRunStrategy).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import UNDECIDED, look
from vmlint.kubevirt.admission.view import View
from vmlint.model.refusal import Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_STRATEGIES = ("Always", "Halted", "Manual", "RerunOnFailure", "Once")
_RECEIVER = "WaitAsReceiver"
_RECEIVER_GATE = "DecentralizedLiveMigration"


class Code(Codes):
    """What is wrong with the run strategy of a VM."""

    MISSING = "run_state/missing"
    RUNNING_AND_STRATEGY = "run_state/running-and-strategy"
    UNKNOWN = "run_state/unknown"
    GATE_OFF = "run_state/gate-off"


def check(view: View) -> Iterator[Refusal]:
    """A VM without a run strategy, with two, or with one that KubeVirt does not know."""
    vm = view.vm
    if vm is None:
        return
    running, strategy = look(vm, "running"), look(vm, "runStrategy")
    if running is None and strategy is None:
        yield Refusal(Code.MISSING, view.at_vm("runStrategy"))
    if running is not None and strategy is not None:
        yield Refusal(Code.RUNNING_AND_STRATEGY, view.at_vm("running"))
    if strategy is UNDECIDED or not isinstance(strategy, str) or strategy in _STRATEGIES:
        return
    if strategy != _RECEIVER or view.gates.stage(_RECEIVER_GATE) is None:
        yield Refusal(Code.UNKNOWN, view.at_vm("runStrategy"), {"strategy": strategy, "known": _STRATEGIES})
        return
    lacking, unknown = view.lacks(_RECEIVER_GATE)
    if lacking:
        yield Refusal(
            Code.GATE_OFF,
            view.at_vm("runStrategy"),
            {"strategy": strategy, "needed": _RECEIVER_GATE, "known": _STRATEGIES},
            gate=unknown,
        )
