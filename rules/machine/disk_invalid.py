"""A disk has no volume, or conflicting settings.

## What it does
Checks `domain.devices.disks`, with the preference applied, and the boot order of disks and interfaces:

| field | refused |
|---|---|
| `name` | a name without a volume (an empty CD-ROM drive may have one since 1.6); no DNS label; a duplicate |
| target | several of `disk`, `lun`, `cdrom`; a `lun` whose volume is not a claim |
| `bus` | `ide`, unknown ones; `virtio` for a CD-ROM drive; `sata` for a read-only disk |
| `dedicatedIOThread`, `pciAddress` | on another bus than `virtio`; a malformed address |
| `bootOrder` | below 1, or used twice |
| `serial` | more than 256 characters, or others than letters, digits and `_.+-` |
| `blockSize` | sizes that are not a power of two from 512 to 2097152, or that contradict each other |

A disk without a bus gets one only when the VM starts (`sata` on amd64); settings that this bus does not support are
reported as well.

## Why it fails
KubeVirt's webhook refuses the object, or the VirtualMachineInstance made from it: then the VM never starts.

## Cluster message
KubeVirt's refusal contains `does not have a matching Volume`, `can only have a single target type`, `unrecognized bus`,
`IDE bus is not supported` or `Boot order for`.

## Bad
    spec:
      template:
        spec:
          domain:
            devices:
              disks:
              - {name: rootdisk, disk: {bus: virtio}}
          volumes:
          - {name: root, dataVolume: {name: web-root}}

## Good
    spec:
      template:
        spec:
          domain:
            devices:
              disks:
              - {name: root, disk: {bus: virtio}}
          volumes:
          - {name: root, dataVolume: {name: web-root}}

## How to fix
Correct the field that the finding names; each disk needs a volume of its name.

## Source
KubeVirt `pkg/storage/admitters/disks.go`; `vmi-create-admitter.go` (validateBootOrder).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM513", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "disks")
