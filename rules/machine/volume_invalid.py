"""The source of a volume is missing, ambiguous or incomplete.

## What it does
Checks `volumes`:

| refused | why |
|---|---|
| no source, or several | a volume has exactly one source |
| `dataVolume`, `configMap`, `secret`, `serviceAccount`, `hostDisk` without the name or path | the source needs it |
| a duplicate name | disks find their volumes by name |
| two `serviceAccount`, `downwardMetrics` or `memoryDump` volumes | a guest has at most one |
| a `containerDisk.path` that is not absolute | the path is in the container's root |
| `hostDisk` of `type: Disk` with a capacity | the disk exists already |
| `containerPath` without a file system, with a disk, or below KubeVirt's folders | it is a file system |
| `utilityVolumes` | only KubeVirt may add them, later |

## Why it fails
KubeVirt's webhook refuses the object; for `containerPath`, it refuses the VirtualMachineInstance made from it.

## Cluster message
KubeVirt's refusal contains `must have exactly one source type set`, `must not have the same Name`, `is required for
hostDisk volume` or `must have max one`.

## Bad
    spec:
      template:
        spec:
          volumes:
          - name: root
            containerDisk: {image: quay.io/containerdisks/fedora}
            dataVolume: {name: web-root}

## Good
    spec:
      template:
        spec:
          volumes:
          - name: root
            dataVolume: {name: web-root}

## How to fix
Set exactly one source, and the name or path that it needs.

## Source
KubeVirt `vmi-create-admitter.go` (validateVolumes).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM514", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "volumes")
