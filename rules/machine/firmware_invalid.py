"""The machine type or firmware is invalid.

## What it does
| field | refused |
|---|---|
| `machine.type` | a type that the cluster does not emulate for the guest's architecture |
| `firmware.bootloader` | both `efi` and `bios` |
| `firmware.kernelBoot` | arguments without a container; a container without image, kernel and initrd |
| | paths that are not absolute |
| `firmware.acpi` | a missing table; a table whose volume is missing or is not a Secret |

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `allowed values`, `both EFI and BIOS configured`, `kernel arguments cannot be provided` or
`ACPI was set but`.

## Bad
    spec:
      template:
        spec:
          domain:
            machine: {type: i440fx}

## Good
    spec:
      template:
        spec:
          domain:
            machine: {type: q35}

## How to fix
Use a machine type that the cluster emulates, such as `q35`, and one boot loader.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-create-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM507", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "firmware")
