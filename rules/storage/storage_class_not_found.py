"""A storage class does not exist.

## What it does
In a closed world whose files contain storage classes, looks for the one that a claim, a DataVolume or a template names.
The empty name requests a volume without a class, a class that PersistentVolumes of the repository name needs no object,
and Harvester creates a class for each image.

Otherwise a class that is not in the files may be in the cluster, and nothing is reported.

## Why it fails
The claim waits for the class, and the VM for the claim. A misspelt class never appears (`stuck`); another one may be
added while the claim waits (`risk`).

## Cluster message
The claim's events contain `storageclass.storage.k8s.io` `not found`; a DataVolume's event is `ErrClaimNotValid`.

## Bad
    kind: StorageClass
    metadata: {name: ceph-rbd}
    ---
    kind: DataVolume
    spec:
      storage:
        storageClassName: ceph-rdb

## Good
    kind: StorageClass
    metadata: {name: ceph-rbd}
    ---
    kind: DataVolume
    spec:
      storage:
        storageClassName: ceph-rbd

## How to fix
Correct the name. If the object exists in the cluster, declare it: `outside:` in the configuration, or a folder with
`--context`.

## How to configure
`closed-world: true` decides the question from the files.

## Source
Kubernetes `pkg/controller/volume/persistentvolume/pv_controller.go` (syncUnboundClaim); CDI
`pkg/controller/common/util.go` (GetStorageClassByName).
"""

from collections.abc import Iterator

from vmlint.cdi.render import Failure
from vmlint.graph.links import LinkKind, links
from vmlint.graph.resolution import State
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.harvester import IMAGE
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_links
from .._remedy import declare, or_else

META = Meta(
    "VM450",
    effect=Effect.STUCK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim, DataImportCron),
    about=lost_links,
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    if not world.cluster.of_kind("StorageClass"):
        return  # files without any class decide nothing about the cluster's storage, which no cluster is without
    disks = world.storage.disks(subject)
    # Without a class to take its modes from, a disk gets no claim at all: a rule of its own reports that.
    unresolvable = [disk.path for disk in disks if isinstance(world.storage.outline(disk), Failure)]
    reported: set[Ref] = set()
    for link in links(subject):
        if link.kind is not LinkKind.STORAGE_CLASS or link.ref in reported or not world.closed(link.ref):
            continue
        if world.cluster.follow(link).state is not State.MISSING or _is_known(link.ref, world):
            continue
        if get(subject.data, *link.path[:-1], "volumeName") or _is_of_image(subject, link.path):
            continue
        if any(link.path[: len(path)] == path for path in unresolvable):
            continue
        reported.add(link.ref)
        near = world.suggest(link.ref)
        yield META.at(
            subject.at(*link.path),
            f"storage class `{link.ref.name}` does not exist. The claim stays pending without it.",
            fix=or_else(near, f"name a storage class that exists, or declare it: {declare(link.ref)}"),
            effect=Effect.STUCK if near else Effect.RISK,
        )


def _is_known(ref: Ref, world: World) -> bool:
    """Whether the files speak of the class though they don't hold it: a volume is in it, or it has a profile."""
    volumes = (text(volume.spec, "storageClassName") for volume in world.cluster.of_kind("PersistentVolume"))
    return ref.name in volumes or any(resource.name == ref.name for resource in world.cluster.of_kind("StorageProfile"))


def _is_of_image(subject: Resource, path: Path) -> bool:
    """Whether Harvester fills the claim from an image."""
    return any(IMAGE in mapping(subject.data, *path[:length], "metadata", "annotations") for length in range(len(path)))
