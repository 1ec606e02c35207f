"""The run strategy of a VM is missing or invalid.

## What it does
Checks `spec.runStrategy` and `spec.running` of VMs and of a pool's VMs:

| refused | why |
|---|---|
| neither is set | a VM must have a run strategy |
| both are set | they exclude each other |
| another strategy than `Always`, `Halted`, `Manual`, `RerunOnFailure`, `Once` | KubeVirt does not support it |
| `WaitAsReceiver` without the feature gate `DecentralizedLiveMigration` | the strategy needs the gate |

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `RunStrategy must be specified`, `Running and RunStrategy are mutually exclusive` or
`Invalid RunStrategy`.

## Bad
    kind: VirtualMachine
    spec:
      running: true
      runStrategy: Always

## Good
    kind: VirtualMachine
    spec:
      runStrategy: Always

## How to fix
Set `runStrategy` to one of the five strategies, and remove `running`.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vms-admitter.go` (validateRunStrategy).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM501", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "run_state")
