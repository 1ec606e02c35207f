"""Where a running guest may go: node selector, affinity and tolerations. They act at its next migration.

Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (handleAffinityChangeRequest, handleTolerationsChangeRequest).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Live
from vmlint.source.clone import clone

__all__ = ["PLACEMENT", "change_placement"]

PLACEMENT = ("affinity", "nodeSelector", "tolerations")


def change_placement(wanted: Mapping[str, Any], guest: Guest) -> Iterator[Live]:
    """Give a running guest the placement of the VM's spec, in place."""
    for field in PLACEMENT:
        before, after = guest.spec.get(field), wanted.get(field)
        if field != "affinity":  # an empty map or list is as good as none, an empty section is not
            before, after = before or None, after or None
        if before == after:
            continue
        if after is None:
            guest.spec.pop(field)
        else:
            guest.spec[field] = clone(after)
        yield Live((field,), before, after)
