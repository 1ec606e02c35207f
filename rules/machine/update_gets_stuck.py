"""KubeVirt accepts an edit of a VM, but can't apply it.

## What it does
Compares VMs with those of the commit that `--changed` names, and finds edits after which the VM's controller fails
without end, or after which the guest can't start again: a hotplugged disk on a bus without hotplug, a `revisionName`
that does not exist, a disk that the webhook for guests refuses.

## Why it fails
The webhook for VMs checks neither hotplugged disks nor the guest's defaults. The running guest continues, and the fault
appears only when the guest is stopped.

## Cluster message
The VM's condition `Failure` contains `requires bus to be`, `not found` or the refusal of the VirtualMachineInstance.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              disks:
              - name: data
                disk: {}   # new
          volumes:
          - name: data
            persistentVolumeClaim: {claimName: data, hotpluggable: true}

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              disks:
              - name: data
                disk: {bus: scsi}
          volumes:
          - name: data
            persistentVolumeClaim: {claimName: data, hotpluggable: true}

## How to fix
Change the field that the finding names, or revert the edit.

## Source
KubeVirt `pkg/storage/hotplug/hotplug.go`, `pkg/storage/admitters/storagehotplug.go` (ValidateHotplugDiskConfiguration),
`pkg/instancetype/controller/vm` (checkResourcesExist).
"""

from collections.abc import Iterator

from vmlint.kubevirt.update.outcome import Failure, UpdateReason
from vmlint.kubevirt.update.volumes import DISKS
from vmlint.model.access import each, text
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.update_phrases import failed

from .._updates import edited, update_of

META = Meta("VM591", effect=Effect.STUCK, since="0.1", subject=Change)

_REPORTED = frozenset(
    (
        UpdateReason.INSTANCETYPE_MISSING,
        UpdateReason.PREFERENCE_MISSING,
        UpdateReason.DATA_VOLUME_REFUSED,
        UpdateReason.DATA_VOLUME_PENDING,
    )
)
"""What rules about the VM itself report."""


def check(change: Change, world: World) -> Iterator[Fault]:
    updated = update_of(change, world)
    failure = updated.synced.failure if updated is not None else None
    if updated is None or failure is None or failure.why in _REPORTED or _is_written(change, failure):
        return
    sentence = failed(failure)
    on = "VM" if failure.path[:1] == ("spec",) else "running guest"
    yield META.at(
        edited(change, (failure.path,), entry=failure.name),
        f"{sentence[:1].lower()}{sentence[1:-1]}. KubeVirt retries without end, and the {on} does not get the edit.",
        fix="make the change that the message names, or revert the edit",
    )


def _is_written(change: Change, failure: Failure) -> bool:
    """Whether the VM writes the bus that can't be plugged: the rule about buses reports it."""
    disks = (disk for _, disk in each(change.new.data, "spec", "template", "spec", *DISKS))
    disk = next((disk for disk in disks if text(disk, "name") == failure.name), {})
    return failure.why is UpdateReason.HOTPLUG_BUS and any(text(disk, device, "bus") for device in ("disk", "lun"))
