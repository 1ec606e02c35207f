"""Annotations that follow the VM into its running guest.

Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (syncDynamicAnnotationsAndLabelsToVMI). Further keys are named
by flags of virt-controller, which the operator does not set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Live
from vmlint.kubevirt.values import ensure
from vmlint.model.access import get, mapping

__all__ = ["follow_annotations"]

_OF_TEMPLATE = ("descheduler.alpha.kubernetes.io/evict", "descheduler.alpha.kubernetes.io/prefer-no-eviction")
_OF_VM = ("kubevirt.io/skip-backup-hooks",)


def follow_annotations(vm: Mapping[str, Any], guest: Guest) -> Iterator[Live]:
    """Give a running guest the annotations of the VM that follow at once, in place."""
    template = mapping(get(vm, "spec", "template"), "metadata", "annotations")
    own = mapping(vm, "metadata", "annotations")
    for source, keys in ((template, _OF_TEMPLATE), (own, _OF_VM)):
        for key in keys:
            before, after = get(guest.metadata, "annotations", key), source.get(key)
            if before == after:
                continue
            annotations = ensure(guest.metadata, "annotations")
            if after is None:
                annotations.pop(key)
            else:
                annotations[key] = after
            if not annotations:
                guest.metadata.pop("annotations")
            yield Live(("metadata", "annotations", key), before, after)
