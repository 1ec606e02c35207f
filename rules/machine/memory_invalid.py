"""The VM's memory settings contradict each other.

## What it does
Checks, with instancetype, preference and defaults applied:

| field | refused |
|---|---|
| `resources.requests.memory`, `limits.memory` | negative amounts; a request below 1M, or above the limit |
| `memory.hugepages.pageSize` | an invalid quantity; more than the memory; memory that is not a multiple of it |
| `memory.guest` | above the memory limit, where the rollout strategy is not LiveUpdate |
| `memory.maxGuest` | guest memory that is missing, below 1Gi, above the maximum, or not aligned to 2Mi |
| | another architecture than amd64; realtime and encrypted guests |

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `is not a multiple of the page size`, `must be equal to or less than the memory limit`,
`must be greater than or equal to 1M` or `Memory hotplug`.

## Bad
    spec:
      template:
        spec:
          domain:
            memory:
              guest: 1025Mi
              hugepages: {pageSize: 2Mi}

## Good
    spec:
      template:
        spec:
          domain:
            memory:
              guest: 1Gi
              hugepages: {pageSize: 2Mi}

## How to fix
Change the amount that the finding names.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-create-admitter.go`; `pkg/liveupdate/memory/memory.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM505", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "memory")
