"""An archive is imported to a block device.

## What it does
Reports `contentType: archive` next to `volumeMode: Block` in `storage`.

## Why it fails
CDI unpacks an archive into a file system. It does not create a claim, and the DataVolume stays pending.

## Cluster message
The DataVolume's event `ErrClaimNotValid` contains `Archive cannot have block volumeMode`.

## Bad
    kind: DataVolume
    spec:
      contentType: archive
      source: {http: {url: "https://example.com/files.tar"}}
      storage:
        volumeMode: Block
        resources: {requests: {storage: 10Gi}}

## Good
    kind: DataVolume
    spec:
      contentType: archive
      source: {http: {url: "https://example.com/files.tar"}}
      storage:
        resources: {requests: {storage: 10Gi}}

## How to fix
Remove `volumeMode: Block`.

## Source
CDI `pkg/controller/datavolume/util.go` (renderPvcSpecVolumeModeAndAccessModesAndStorageClass).
"""

from collections.abc import Iterator

from vmlint.cdi.render import Failure, FailureReason
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Written

from .._about import unsettled
from .._disks import clear

META = Meta(
    "VM413",
    effect=Effect.STUCK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim),
    about=unsettled,
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for disk in world.storage.disks(subject):
        outcome = world.storage.outline(disk)
        if isinstance(outcome, Failure) and outcome.why is FailureReason.ARCHIVE_BLOCK and clear(disk, world):
            refused = disk.form is Written.CLAIM
            yield META.at(
                disk.at(*outcome.path),
                f"{disk} has an archive as its content, which needs a file system, and `volumeMode: Block`. "
                f"{'CDI refuses the claim' if refused else 'CDI leaves the DataVolume pending without a claim'}.",
                fix="remove `volumeMode`",
                effect=Effect.REJECTED if refused else Effect.STUCK,
            )
