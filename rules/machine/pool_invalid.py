"""The selector of a pool or replica set does not match its template.

## What it does
Checks VirtualMachinePools and VirtualMachineInstanceReplicaSets: the selector is valid and selects the labels of the
template. Of a pool also `maxUnavailable` (a number above 0, or from `1%` to `100%`), and that `updateStrategy` and
`scaleInStrategy` each have one strategy.

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `selector does not match labels`, `maxUnavailable` or `only one strategy can be configured`.

## Bad
    kind: VirtualMachinePool
    spec:
      selector:
        matchLabels: {app: web}
      virtualMachineTemplate:
        metadata:
          labels: {app: shop}

## Good
    kind: VirtualMachinePool
    spec:
      selector:
        matchLabels: {app: web}
      virtualMachineTemplate:
        metadata:
          labels: {app: web}

## How to fix
Use the same labels in the selector and the template.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/{vmpool,vmirs}-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM524", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "sets")
