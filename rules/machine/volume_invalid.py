"""The source of a volume is missing, ambiguous or incomplete.

## What it does
Checks `volumes`:

| refused | why |
|---|---|
| no source, or several | a volume comes from one place |
| `dataVolume`, `configMap`, `secret`, `serviceAccount`, `hostDisk` without the name or path | nothing to mount |
| a name twice | disks find their volumes by name |
| two `serviceAccount`, `downwardMetrics` or `memoryDump` volumes | a guest has one at most |
| a `containerDisk.path` that is not absolute | |
| `hostDisk` of `type: Disk` with a capacity | the disk is there already |
| `containerPath` without a file system, with a disk, or below KubeVirt's own folders | |
| `utilityVolumes` | KubeVirt alone adds them, later |

## Why it fails
KubeVirt's webhook refuses the object; for `containerPath`, the VirtualMachineInstance made from it.

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
