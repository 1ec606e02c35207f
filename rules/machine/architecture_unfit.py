"""The guest's architecture does not support a setting of the VM.

## What it does
| architecture | refused |
|---|---|
| amd64 | the watchdog `diag288`; video models other than vga, cirrus, virtio, ramfb, bochs |
| arm64 | BIOS, watchdogs, sound; CPU models other than `host-passthrough` |
| | buses other than virtio and scsi; video models other than virtio and ramfb; before 1.8.3, Secure Boot |
| s390x | the watchdog `i6300esb`; video models other than virtio |
| others | everything |

## Why it fails
KubeVirt accepts the VM and refuses the VirtualMachineInstance made from it: the VM never starts.

## Cluster message
KubeVirt's refusal contains `is not supported on amd64 architecture`, `Arm64 not support`, `only supports Diag288` or
`only model supported on Arm64`.

## Bad
    spec:
      template:
        spec:
          architecture: arm64
          domain:
            devices:
              watchdog:
                name: watchdog
                i6300esb: {action: reset}

## Good
    spec:
      template:
        spec:
          architecture: arm64
          domain:
            devices: {}

## How to fix
Remove the setting, or use the value that the architecture supports.

## Source
KubeVirt `pkg/virt-api/webhooks/{amd64,arm64,s390x}.go`, `pkg/defaults`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM522", effect=Effect.STUCK, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "architecture")
