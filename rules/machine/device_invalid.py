"""A device is incomplete, or conflicts with another setting.

## What it does
| field | refused |
|---|---|
| `gpus`, `hostDevices` | neither a device name nor a resource claim, or both; a duplicate request |
| | claims that `resourceClaims` does not list; two GPUs with a boot display |
| `resourceClaims` | a missing or duplicate name; both or neither of claim and template |
| `ioThreadsPolicy: supplementalPool` | a missing number of threads |
| `sound` | a missing name |
| `video` | together with `autoattachGraphicsDevice: false` |
| `panicDevices` | on s390x |

## Why it fails
KubeVirt's webhook refuses the object. It checks host devices since 1.8 and `resourceClaims` since 1.9; before 1.8, it
accepts a host device without a device name, and the guest never starts.

## Cluster message
KubeVirt's refusal contains `number of iothreads needs to be set`, `Sound device requires a name`, `Video configuration
is not allowed` or `panic devices are not supported`.

## Bad
    spec:
      template:
        spec:
          domain:
            ioThreadsPolicy: supplementalPool

## Good
    spec:
      template:
        spec:
          domain:
            ioThreadsPolicy: supplementalPool
            ioThreads: {supplementalPoolThreadCount: 4}

## How to fix
Complete the device, or remove the setting that conflicts with it.

## Source
KubeVirt `vmi-create-admitter.go`; `pkg/dra/admitter/dra_admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM517", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "devices", "claims")
