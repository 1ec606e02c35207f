"""No storage class is the default, and a disk does not name one.

## What it does
In a closed world, reports a DataVolume, template or claim with CDI's label that names no storage class, where the files
contain storage classes and none of them is marked as the default. Otherwise the default may be a class of the cluster
that is not in the files: the question is then undecided.

## Why it matters
Without a default the claim gets no class. It is bound only if an administrator creates a volume without a class.

## Cluster message
The claim's events contain `no persistent volumes available for this claim and no storage class is set`.

## Bad
    kind: StorageClass
    metadata: {name: fast}
    provisioner: rbd.csi.ceph.com
    ---
    kind: DataVolume
    spec:
      storage:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 10Gi}}

## Good
    kind: StorageClass
    metadata:
      name: fast
      annotations: {storageclass.kubevirt.io/is-default-virt-class: "true"}
    provisioner: rbd.csi.ceph.com

## How to fix
Set `storageClassName`, or mark a class as the default with `storageclass.kubevirt.io/is-default-virt-class: "true"`.

## How to configure
`closed-world: true` decides the question from the files.

## Source
CDI `pkg/controller/common/util.go` (GetStorageClassByNameWithVirtFallback).
"""

from collections.abc import Iterator

from vmlint.cdi.render import Rendered
from vmlint.cdi.storageclass import ARCHIVE, DEFAULT, VIRT_DEFAULT
from vmlint.model.access import text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Written

from .._about import unsettled
from .._disks import clear

META = Meta(
    "VM424",
    effect=Effect.RISK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim),
    about=unsettled,
)

_CLASS_REF = Ref(*BY_GROUP_KIND["storage.k8s.io", "StorageClass"][:2], "", "")


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    for disk in world.storage.disks(subject):
        outcome = world.storage.outline(disk)
        if not isinstance(outcome, Rendered) or (disk.form is Written.CLAIM and not world.storage.renders(disk)):
            continue
        named = outcome.spec.get("storageClassName") is not None or outcome.spec.get("volumeName")
        if named or world.storage.class_unknown(disk) or not clear(disk, world):
            continue
        content = ARCHIVE if disk.spec_path[-1] == "pvc" else ""
        if disk.spec_path[-1] == "storage":
            content = text(disk.body, "spec", "contentType")
        classes = world.storage.classes_without_default(content)
        if classes and not world.closed(_CLASS_REF):
            if not any(field == "accessModes" for field, _ in outcome.undecided):  # else another rule reports it
                question = (
                    f"which storage class {disk} gets: no class in the files is the default, and the "
                    "cluster may have others"
                )
                yield META.doubt(disk.at(*disk.spec_path), question)
        elif classes:
            some = ", ".join(f"`{name}`" for name in classes[:3]) + (" and more" if len(classes) > 3 else "")
            yield META.at(
                disk.at(*disk.spec_path, "storageClassName"),
                f"{disk} names no storage class, and none of {some} is the default.",
                fix=f"set `storageClassName`, or mark a class as the default: `{_mark(content)}`",
            )


def _mark(content_type: str) -> str:
    """The annotation that makes a class the default; that for virtual machines serves no archive and no `pvc`."""
    return f'{DEFAULT if content_type == ARCHIVE else VIRT_DEFAULT}: "true"'
