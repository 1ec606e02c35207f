"""The VM's CPU settings contradict each other.

## What it does
Checks, with instancetype, preference and defaults applied:

| field | refused |
|---|---|
| `resources.requests.cpu`, `limits.cpu` | negative amounts; a request above the limit |
| `cpu.sockets` | more than `maxSockets` |
| `cpu.dedicatedCpuPlacement` | missing memory; a request that differs from its limit; fractions of a CPU |
| | CPU amounts that differ from the vCPUs; over two threads per core, on arm64 over one |
| `cpu.numa.guestMappingPassthrough` | without dedicated placement, or without huge pages |
| `cpu.isolateEmulatorThread` | without dedicated placement |
| `cpu.realtime` | without dedicated placement, or without NUMA mapping |

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `IsolateEmulatorThread should be only set`, `when DedicatedCPUPlacement is true`, `greater
than the maximum sockets` or `NUMA topology strategy`.

## Bad
    spec:
      template:
        spec:
          domain:
            cpu: {cores: 2, isolateEmulatorThread: true}

## Good
    spec:
      template:
        spec:
          domain:
            cpu: {cores: 2, isolateEmulatorThread: true, dedicatedCpuPlacement: true}

## How to fix
Change the field that the finding names; most of these settings need `dedicatedCpuPlacement: true`.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-create-admitter.go`, `vms-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM504", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "cpu")
