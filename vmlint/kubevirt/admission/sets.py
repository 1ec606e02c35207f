"""Pools of VMs and replica sets of VirtualMachineInstances: their selector, and how a pool is changed.

Source: KubeVirt `vmpool-admitter.go`, `vmirs-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.labels import selector_flaws, selects
from vmlint.kubevirt.admission.reading import UNDECIDED, look, many
from vmlint.kubevirt.admission.view import Owner, View
from vmlint.model.refusal import Refusal
from vmlint.record import Codes
from vmlint.runtime.pattern import late

__all__ = ["Code", "check"]

_LABELS = {
    Owner.POOL: ("spec", "virtualMachineTemplate", "metadata", "labels"),
    Owner.REPLICA_SET: ("spec", "template", "metadata", "labels"),
}
_STRATEGIES = ("unmanaged", "opportunistic", "proactive")
_MAX_DIGITS = 20
_WHOLE = late(r"[+-]?[0-9]+")


class Code(Codes):
    """What is wrong with a pool or replica set."""

    STRATEGIES_SEVERAL = "sets/strategies-several"
    SELECTOR_MISSES = "sets/selector-misses"
    MAX_UNAVAILABLE = "sets/max-unavailable"
    SELECTOR_INVALID = "sets/selector-invalid"


def check(view: View) -> Iterator[Refusal]:
    """Selectors that miss the set's own members, and limits and strategies that a pool can't have."""
    if view.owner not in _LABELS:
        return
    yield from _selector(view)
    if view.owner is Owner.POOL:
        yield from _max_unavailable(view)
        for field in ("updateStrategy", "scaleInStrategy"):
            kinds = many(view.data, "spec", field, keys=_STRATEGIES)
            if kinds and len(kinds) > 1:
                yield Refusal(Code.STRATEGIES_SEVERAL, ("spec", field), {"field": field, "kinds": kinds})


def _selector(view: View) -> Iterator[Refusal]:
    selector, labels = look(view.data, "spec", "selector"), look(view.data, *_LABELS[view.owner])
    if selector is UNDECIDED or labels is UNDECIDED:
        return
    flaws = list(selector_flaws(selector))
    for flaw in flaws:
        yield Refusal(Code.SELECTOR_INVALID, ("spec", "selector", *flaw.path), {"inner": flaw})
    if not flaws and selects(selector, labels) is False:
        yield Refusal(Code.SELECTOR_MISSES, ("spec", "selector"), {"field": ".".join(_LABELS[view.owner])})


def _max_unavailable(view: View) -> Iterator[Refusal]:
    most = look(view.data, "spec", "maxUnavailable")
    if isinstance(most, bool) or not isinstance(most, int | str):
        return
    text = str(most)
    number = int(text[:_MAX_DIGITS].removesuffix("%")) if _WHOLE.fullmatch(text.removesuffix("%")) else 0
    percent = isinstance(most, str)
    if number < 1 or (percent and (number > 100 or not text.endswith("%"))):
        yield Refusal(Code.MAX_UNAVAILABLE, ("spec", "maxUnavailable"), {"most": most})
