"""Annotations that follow the VM into its running guest.

Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (syncDynamicAnnotationsAndLabelsToVMI). Further keys are named
by flags of virt-controller, which the operator does not set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Failure, Live, UpdateReason
from vmlint.kubevirt.values import ensure
from vmlint.model.access import get, mapping

__all__ = ["follow_annotations"]

_OF_TEMPLATE = ("descheduler.alpha.kubernetes.io/evict", "descheduler.alpha.kubernetes.io/prefer-no-eviction")
_OF_VM = ("kubevirt.io/skip-backup-hooks",)


def follow_annotations(vm: Mapping[str, Any], guest: Guest, *, apart: bool) -> list[Live] | Failure:
    """Give a running guest the annotations of the VM that follow at once, in place.

    `apart`: each group is a patch that first tests all annotations, so that the second fails after the first.
    """
    of_template = list(_differing(mapping(get(vm, "spec", "template"), "metadata", "annotations"), _OF_TEMPLATE, guest))
    of_vm = list(_differing(mapping(vm, "metadata", "annotations"), _OF_VM, guest))
    if apart and of_template and of_vm:
        return Failure(UpdateReason.ANNOTATIONS_TWICE, of_vm[0].path)
    for change in (*of_template, *of_vm):
        _follow(change, guest)
    return [*of_template, *of_vm]


def _differing(source: Mapping[str, Any], keys: tuple[str, ...], guest: Guest) -> Iterator[Live]:
    for key in keys:
        before, after = get(guest.metadata, "annotations", key), source.get(key)
        if before != after:
            yield Live(("metadata", "annotations", key), before, after)


def _follow(change: Live, guest: Guest) -> None:
    annotations = ensure(guest.metadata, "annotations")
    key = str(change.path[-1])
    if change.after is None:
        annotations.pop(key)
    else:
        annotations[key] = change.after
    if not annotations:
        guest.metadata.pop("annotations")
