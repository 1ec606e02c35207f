"""A device is incomplete, or conflicts with another setting.

## What it does
| field | refused |
|---|---|
| `gpus`, `hostDevices` | neither a device name nor a resource claim, or both; a request twice |
| | claims that `resourceClaims` does not list; two GPUs with a boot display |
| `resourceClaims` | no name, a name twice, none or both of claim and template |
| `ioThreadsPolicy: supplementalPool` | no number of threads |
| `sound` | no name |
| `video` | beside `autoattachGraphicsDevice: false` |
| `panicDevices` | on s390x |

## Why it fails
KubeVirt's webhook refuses the object.

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
