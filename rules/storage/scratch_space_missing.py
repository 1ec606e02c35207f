"""An import needs scratch space, and all volumes are in use.

## What it does
Counts, in a closed world, the PersistentVolumes of a storage class whose provisioner creates none
(`kubernetes.io/no-provisioner`), and the claims of that class: an import from a registry by a pod, one of an archive,
and an upload need one volume more than their disk. If the CDI object sets `scratchSpaceStorageClass`, this class
counts. A class without any volume in the repository is skipped: its volumes come from elsewhere.

## Why it matters
CDI creates a second claim for the scratch space, which stays pending, and the import or upload never starts.

## Cluster message
The scratch claim stays pending, with the event `no persistent volumes available for this claim`.

## Bad
    kind: StorageClass
    metadata: {name: local}
    provisioner: kubernetes.io/no-provisioner
    ---
    kind: PersistentVolume
    metadata: {name: disk-1}
    spec: {storageClassName: local}
    ---
    kind: DataVolume
    spec:
      source: {registry: {url: "docker://quay.io/containerdisks/fedora"}}
      pvc: {storageClassName: local}

## Good
    kind: CDI
    spec:
      config: {scratchSpaceStorageClass: ceph}
    ---
    kind: DataVolume
    spec:
      source: {registry: {url: "docker://quay.io/containerdisks/fedora"}}
      pvc: {storageClassName: local}

## How to fix
Add a PersistentVolume of the class, or set `scratchSpaceStorageClass` of the CDI object.

## How to configure
`closed-world: true` enables the rule.

## Source
CDI `pkg/controller/import-controller.go` (requiresScratchSpace), `pkg/controller/upload-controller.go`
(getOrCreateScratchPvc), `pkg/controller/util.go` (GetScratchPvcStorageClass).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import get, text
from vmlint.model.chain import Hop
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine, VirtualMachinePool
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk

from .._about import disks, known_volumes
from .._disks import clear

META = Meta("VM474", effect=Effect.STUCK, since="0.1", subject=(DataVolume, VirtualMachine), about=known_volumes)

_VOLUME = BY_GROUP_KIND["", "PersistentVolume"]
_MAKES_NONE = "kubernetes.io/no-provisioner"


def check(subject: Resource, world: World) -> Iterator[Fault]:
    if isinstance(subject, VirtualMachinePool):
        return
    for disk in disks(subject, world):
        if not _needs_scratch(disk.body) or not clear(disk, world):
            continue
        name = _scratch_class(world) or text(world.snapshots.class_of(disk), "metadata", "name")
        classes = [resource for resource in world.cluster.of_kind("StorageClass") if resource.name == name]
        if not name or is_unknown(name) or any(resource.data.get("provisioner") != _MAKES_NONE for resource in classes):
            continue
        volumes = [
            resource
            for resource in world.cluster.of_kind(_VOLUME.name)
            if text(resource.spec, "storageClassName") == name
        ]
        if not classes or not volumes:
            continue
        claims = [
            disk for disk in _all_disks(world) if text(world.snapshots.class_of(disk), "metadata", "name") == name
        ]
        if len(volumes) > len(claims):
            continue
        work = "upload" if isinstance(get(disk.body, "spec", "source", "upload"), dict) else "import"
        yield META.at(
            disk.at("spec", "source"),
            f"{disk} needs scratch space of storage class `{name}`, which provisions no volumes, and its "
            f"{len(volumes)} {'volume is' if len(volumes) == 1 else 'volumes are'} in use by claims. The {work} never "
            "starts.",
            fix="add a PersistentVolume of the class, or set `scratchSpaceStorageClass` of the CDI object",
        ).along([Hop(f"storage class {name}: {_MAKES_NONE}", classes[0].at("provisioner"))])


def _needs_scratch(body: Mapping[str, Any]) -> bool:
    """Whether an import or upload surely needs scratch space, whatever format the image has."""
    if isinstance(get(body, "spec", "source", "upload"), dict):
        return True
    registry = get(body, "spec", "source", "registry")
    if isinstance(registry, dict):
        return registry.get("pullMethod") in (None, "pod")
    return get(body, "spec", "contentType") == "archive" and isinstance(get(body, "spec", "source", "http"), dict)


def _scratch_class(world: World) -> str:
    for cdi in world.cluster.of_kind("CDI"):
        if name := text(cdi.data, "spec", "config", "scratchSpaceStorageClass"):
            return name
    return ""


def _all_disks(world: World) -> Iterator[Disk]:
    for resource in world.cluster.resources:
        if isinstance(resource, DataVolume | PersistentVolumeClaim | VirtualMachine) and not resource.fragment:
            yield from world.storage.disks(resource)
