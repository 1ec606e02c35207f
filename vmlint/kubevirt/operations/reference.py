"""References to a VM or another object by API group, kind and name, as the admitters check them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.kubevirt.admission.reading import word
from vmlint.kubevirt.gates import Gates, GateState
from vmlint.kubevirt.operations.check import Check
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.record import Record

__all__ = ["CLAIM", "SNAPSHOT", "VM", "Target", "check_reference", "gated"]


class Target(Record):
    """An API group and kind that a reference may name."""

    group: str
    kind: str


VM = Target("kubevirt.io", "VirtualMachine")
SNAPSHOT = Target("snapshot.kubevirt.io", "VirtualMachineSnapshot")
CLAIM = Target("", "PersistentVolumeClaim")


def check_reference(data: Mapping[str, Any], path: Path, targets: Sequence[Target]) -> Iterator[Refusal]:
    """The faults of a reference whose API group is judged first, and its kind only in a known group."""
    group, kind = word(data, *path, "apiGroup"), word(data, *path, "kind")
    groups = tuple(dict.fromkeys(target.group for target in targets))
    if group == "":
        yield Refusal(Check.GROUP_MISSING, (*path, "apiGroup"), {"expected": groups})
    elif group is not None and group not in groups:
        yield Refusal(Check.GROUP_WRONG, (*path, "apiGroup"), {"value": group, "expected": groups})
    elif group is not None and kind is not None:
        kinds = tuple(target.kind for target in targets if target.group == group)
        if kind not in kinds:
            yield Refusal(Check.KIND_WRONG, (*path, "kind"), {"value": kind, "expected": kinds})


def gated(gates: Gates, path: Path, *names: str) -> Iterator[Refusal]:
    """The refusal of a field or object that needs one of some feature gates, unless one is on.

    A gate that the release does not have yet guards nothing: what needs it is not there either.
    """
    states = {name: gates.state(name) for name in names if gates.stage(name) is not None}
    if not states or GateState.ON in states.values():
        return
    unknown = next((name for name, state in states.items() if state is GateState.UNKNOWN), None)
    yield Refusal(Check.GATE_OFF, path, {"value": next(iter(states)), "expected": tuple(states)}, gate=unknown)
