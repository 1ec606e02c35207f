"""The data source of a claim is not supported.

## What it does
Checks `dataSource` and `dataSourceRef` of claims, DataVolumes and templates: the kinds of CDI's populators, their API
group, and the namespace.

## Why it fails
A claim with a `dataSourceRef` waits for a populator of exactly that group and kind; without one it stays pending. The
API server drops a `dataSource` of another kind than a claim or a snapshot, and a `dataSourceRef` with a namespace
(unless the cluster enables an alpha feature): the claim is created, and it is empty.

## Cluster message
Nothing reports it: the claim stays pending, or is created empty.

## Bad
    kind: PersistentVolumeClaim
    spec:
      dataSourceRef:
        apiGroup: cdi.kubevirt.io/v1beta1
        kind: VolumeImportSource
        name: fedora

## Good
    kind: PersistentVolumeClaim
    spec:
      dataSourceRef:
        apiGroup: cdi.kubevirt.io
        kind: VolumeImportSource
        name: fedora

## How to fix
Use a kind of CDI's populators with `apiGroup: cdi.kubevirt.io`, or a claim or snapshot of the same namespace.

## Source
CDI `pkg/controller/populators`; Kubernetes `pkg/api/persistentvolumeclaim/util.go` (DropDisabledFields,
EnforceDataSourceBackwardsCompatibility).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import text
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._about import disks
from .._disks import clear

META = Meta(
    "VM415",
    effect=Effect.STUCK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim),
    about=disks,
    fields=("dataSource", "dataSourceRef"),
)

_CDI = "cdi.kubevirt.io"
_POPULATORS = ("VolumeImportSource", "VolumeUploadSource", "VolumeCloneSource")
_OLD_KINDS = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for disk in world.storage.disks(subject):
        if not clear(disk, world):
            continue
        for field, reference in disk.spec.items():
            if field == "dataSourceRef" and isinstance(reference, dict):
                yield from _reference(disk, reference)
            elif field == "dataSource" and isinstance(reference, dict) and disk.spec.get("dataSourceRef") is None:
                yield from _old(disk, reference)


def _reference(disk: Disk, reference: Mapping[str, Any]) -> Iterator[Fault]:
    group, kind = text(reference, "apiGroup"), text(reference, "kind")
    path = (*disk.spec_path, "dataSourceRef")
    if is_unknown(group) or is_unknown(kind):
        return
    if group == _CDI and kind not in _POPULATORS and kind:
        known = ", ".join(f"`{name}`" for name in _POPULATORS)
        yield META.at(
            disk.at(*path, "kind"),
            f"{disk} has a `dataSourceRef` of kind `{kind}`, from which CDI does not fill claims. The claim stays "
            "pending.",
            fix=f"use one of {known}{_alternative(disk, kind)}",
        )
    elif kind in _POPULATORS and group != _CDI and (group.endswith("kubevirt.io") or "/" in group):
        yield META.at(
            disk.at(*path, "apiGroup"),
            f"{disk} names `{kind}` in API group `{group}`; its API group is `{_CDI}`. The claim stays pending.",
            fix=f"write `apiGroup: {_CDI}`, without a version",
        )
    elif text(reference, "namespace") and disk.form in (Written.CLAIM, Written.CLAIM_TEMPLATE):
        yield META.at(
            disk.at(*path, "namespace"),
            f"{disk} has a `dataSourceRef` with a namespace, which needs an alpha feature of Kubernetes. Without it "
            "the API server drops the reference, and the claim is empty.",
            fix="remove `namespace`, and move the source to the claim's namespace",
            effect=Effect.RISK,
        )


def _alternative(disk: Disk, kind: str) -> str:
    if kind == "DataSource" and disk.form in (Written.DATA_VOLUME, Written.TEMPLATE):
        return ", or use `sourceRef` of the DataVolume"
    return ""


def _old(disk: Disk, reference: Mapping[str, Any]) -> Iterator[Fault]:
    group, kind = text(reference, "apiGroup"), text(reference, "kind")
    complete = bool(kind and text(reference, "name")) and bool(group)
    if complete and not is_unknown(group) and not is_unknown(kind) and (group, kind) not in _OLD_KINDS:
        yield META.at(
            disk.at(*disk.spec_path, "dataSource"),
            f"{disk} has a `dataSource` of kind `{kind}`; it must be a claim or a snapshot. The API server drops it, "
            "and the claim is empty.",
            fix="use `dataSourceRef`",
            effect=Effect.IGNORED,
        )
