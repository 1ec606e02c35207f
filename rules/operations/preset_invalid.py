"""A preset has no domain, or one with a disk or firmware that KubeVirt refuses.

## What it does
Checks the disks and the firmware of VirtualMachineInstancePresets as those of a guest. A preset has no volumes, so its
disks don't need any.

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `IDE bus is not supported` or `mutually exclusive`.

## Bad
    kind: VirtualMachineInstancePreset
    spec:
      domain:
        devices:
          disks:
          - {name: root, disk: {bus: ide}}

## Good
    kind: VirtualMachineInstancePreset
    spec:
      domain:
        devices:
          disks:
          - {name: root, disk: {bus: virtio}}

## How to fix
Set `spec.domain`, and correct its disks and firmware.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-preset-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachineInstancePreset
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM007", effect=Effect.REJECTED, since="0.1", subject=VirtualMachineInstancePreset, about=operation)


def check(subject: VirtualMachineInstancePreset, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
