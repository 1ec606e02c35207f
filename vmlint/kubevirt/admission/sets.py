"""Pools of VMs and replica sets of VirtualMachineInstances: their selector, and how a pool is changed.

Source: KubeVirt `vmpool-admitter.go`, `vmirs-admitter.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vmlint.kubevirt.admission.labels import selector_flaws, selects
from vmlint.kubevirt.admission.reading import UNDECIDED, look, many
from vmlint.kubevirt.admission.view import Cause, Owner, View
from vmlint.kubevirt.admission.wording import choice

__all__ = ["check"]

_SUBJECT = "sets"
_LABELS = {
    Owner.POOL: ("spec", "virtualMachineTemplate", "metadata", "labels"),
    Owner.REPLICA_SET: ("spec", "template", "metadata", "labels"),
}
_STRATEGIES = ("unmanaged", "opportunistic", "proactive")
_MAX_DIGITS = 20
_WHOLE = re.compile(r"[+-]?[0-9]+")


def check(view: View) -> Iterator[Cause]:
    """Selectors that miss the set's own members, and limits and strategies that a pool can't have."""
    if view.owner not in _LABELS:
        return
    yield from _selector(view)
    if view.owner is Owner.POOL:
        yield from _max_unavailable(view)
        for field in ("updateStrategy", "scaleInStrategy"):
            kinds = many(view.data, "spec", field, keys=_STRATEGIES)
            if kinds and len(kinds) > 1:
                yield Cause(
                    ("spec", field),
                    f"`{field}` has {' and '.join(f'`{kind}`' for kind in kinds)}; it must have exactly one.",
                    f"keep {choice(kinds)}",
                    _SUBJECT,
                )


def _selector(view: View) -> Iterator[Cause]:
    selector, labels = look(view.data, "spec", "selector"), look(view.data, *_LABELS[view.owner])
    if selector is UNDECIDED or labels is UNDECIDED:
        return
    flaws = list(selector_flaws(selector))
    for flaw in flaws:
        yield Cause(("spec", "selector", *flaw.path), flaw.message, flaw.fix, _SUBJECT)
    if not flaws and selects(selector, labels) is False:
        yield Cause(
            ("spec", "selector"),
            "the selector does not match the labels of the template.",
            f"set the same labels in `{'.'.join(_LABELS[view.owner])}`",
            _SUBJECT,
        )


def _max_unavailable(view: View) -> Iterator[Cause]:
    most = look(view.data, "spec", "maxUnavailable")
    if isinstance(most, bool) or not isinstance(most, int | str):
        return
    text = str(most)
    number = int(text[:_MAX_DIGITS].removesuffix("%")) if _WHOLE.fullmatch(text.removesuffix("%")) else 0
    percent = isinstance(most, str)
    if number < 1 or (percent and (number > 100 or not text.endswith("%"))):
        yield Cause(
            ("spec", "maxUnavailable"),
            f"`maxUnavailable` is `{most}`; it must be 1 or more, or from `1%` to `100%`.",
            "use such a value",
            _SUBJECT,
        )
