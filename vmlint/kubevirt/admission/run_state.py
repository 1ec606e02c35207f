"""Whether a VM runs: `running` and `runStrategy`.

Source: KubeVirt `vms-admitter.go` (validateRunStrategy).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import UNDECIDED, look
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice

__all__ = ["check"]

_SUBJECT = "run_state"
_STRATEGIES = ("Always", "Halted", "Manual", "RerunOnFailure", "Once")
_RECEIVER = "WaitAsReceiver"
_RECEIVER_GATE = "DecentralizedLiveMigration"


def check(view: View) -> Iterator[Cause]:
    """A VM without a run strategy, with two, or with one that KubeVirt does not know."""
    vm = view.vm
    if vm is None:
        return
    running, strategy = look(vm, "running"), look(vm, "runStrategy")
    if running is None and strategy is None:
        yield Cause(
            view.at_vm("runStrategy"),
            "`runStrategy` is missing.",
            "set `runStrategy`, such as `Always` or `Halted`",
            _SUBJECT,
        )
    if running is not None and strategy is not None:
        yield Cause(
            view.at_vm("running"),
            "the VM has `running` and `runStrategy`, which exclude each other.",
            "remove `running`, which is deprecated",
            _SUBJECT,
        )
    if strategy is UNDECIDED or not isinstance(strategy, str) or strategy in _STRATEGIES:
        return
    if strategy != _RECEIVER or view.gates.stage(_RECEIVER_GATE) is None:
        yield Cause(
            view.at_vm("runStrategy"),
            f"`runStrategy` is `{strategy}`; it must be {choice(_STRATEGIES)}.",
            f"use {choice(_STRATEGIES)}",
            _SUBJECT,
        )
        return
    lacking, unknown = view.lacks(_RECEIVER_GATE)
    if lacking:
        yield Cause(
            view.at_vm("runStrategy"),
            f"`runStrategy: {strategy}` needs the feature gate `{_RECEIVER_GATE}`"
            f"{'' if unknown else ', which is off'}.",
            f"use {choice(_STRATEGIES)}",
            _SUBJECT,
            gate=unknown,
        )
