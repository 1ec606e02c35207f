"""VirtualMachineInstanceMigrations and MigrationPolicies.

Sources: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/migration-create-admitter.go`,
`migrationpolicy-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import UNDECIDED, look, word
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.check import Check
from vmlint.kubevirt.operations.reference import gated
from vmlint.model.access import mapping
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal
from vmlint.record import Record

__all__ = ["check_migration", "check_policy"]

_STALL, _TUNING = "MigrationStallDetection", "MigrationDowntimeTuning"
_EXPERIMENTAL = ("spec", "experimental")
_THOUSANDTHS = -3  # factors have at most three decimal places


def check_migration(data: Mapping[str, Any], gates: Gates) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineInstanceMigration, as far as the object itself shows."""
    if word(data, "spec", "vmiName") == "":
        yield Refusal(Check.GUEST_UNNAMED, ("spec", "vmiName"))
    if look(data, "spec", "priority") is not None:
        yield Refusal(Check.PRIORITY_SET, ("spec", "priority"), {"value": word(data, "spec", "priority") or ""})
    ends = [end for end in ("sendTo", "receive") if look(data, "spec", end) is not None]
    if not ends:
        return
    yield from gated(gates, ("spec", ends[0]), "DecentralizedLiveMigration")
    ids = [word(data, "spec", end, "migrationID") for end in ends]
    if len(ids) == 2 and None not in ids and ids[0] != ids[1]:
        yield Refusal(
            Check.MIGRATION_IDS_DIFFER,
            ("spec", "receive", "migrationID"),
            {"value": ids[1] or "", "expected": (ids[0] or "",)},
        )


class _Bounds(Record):
    """The least and the most that a factor may be, in thousandths."""

    least: int
    most: int | None


_FACTORS: Mapping[str, _Bounds] = {
    "ewmaAlpha": _Bounds(1, 1000),
    "precopyPossibleFactor": _Bounds(1000, None),
    "patienceWindowDecayFactor": _Bounds(0, 1000),
    "completionTimeoutFactor": _Bounds(1000, None),
}


def check_policy(data: Mapping[str, Any], gates: Gates) -> Iterator[Refusal]:
    """Why KubeVirt refuses a MigrationPolicy that is new."""
    for field in ("completionTimeoutPerGiB", "bandwidthPerMigration"):
        amount = Quantity.try_parse(mapping(data, "spec").get(field))
        if amount is not None and amount.sign < 0:
            yield Refusal(Check.NEGATIVE, ("spec", field), {"value": str(mapping(data, "spec")[field])})
    if look(data, "spec", "maxDowntimeMs") is not None:
        yield from gated(gates, ("spec", "maxDowntimeMs"), _STALL, _TUNING)
    tuning, stalls = (look(data, *_EXPERIMENTAL, field) for field in ("downtimeTuning", "stallDetector"))
    if tuning is not None:
        yield from gated(gates, (*_EXPERIMENTAL, "downtimeTuning"), _TUNING)
    if stalls is None or gates.stage(_STALL) is None:  # a release without the gate drops the field
        return
    yield from gated(gates, (*_EXPERIMENTAL, "stallDetector"), _STALL)
    if tuning is not None and gates.stage(_TUNING) is not None and UNDECIDED not in (tuning, stalls):
        yield Refusal(Check.TUNED_TWICE, _EXPERIMENTAL)
    for field, bounds in _FACTORS.items():
        yield from _factor(data, (*_EXPERIMENTAL, "stallDetector", field), bounds)


def _factor(data: Mapping[str, Any], path: Path, bounds: _Bounds) -> Iterator[Refusal]:
    value = look(data, *path)
    factor = None if value is None else Quantity.try_parse(value)
    if factor is None:
        return
    least, most = Quantity(bounds.least, _THOUSANDTHS), bounds.most
    if Quantity(factor.milli(), _THOUSANDTHS) != factor:
        yield Refusal(Check.FACTOR_TOO_PRECISE, path, {"value": str(value)})
    elif factor < least or (most is not None and factor > Quantity(most, _THOUSANDTHS)):
        yield Refusal(
            Check.FACTOR_OUT_OF_RANGE, path, {"value": str(value), "least": bounds.least, "most": bounds.most}
        )
