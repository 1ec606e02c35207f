"""A Hyper-V feature needs another one, which is disabled.

## What it does
Reports Hyper-V features whose requirement is disabled (`evmcs` needs `vapic`; `ipi`, `tlbflush` and `synic` need
`vpindex`; `synictimer` needs `synic`), and single features next to `hypervPassthrough`. KubeVirt itself enables a
required feature that is not set.

## Why it fails
KubeVirt accepts the VM and refuses the VirtualMachineInstance made from it: the VM never starts.

## Cluster message
KubeVirt's refusal contains `which was disabled` or `HypervPassthrough`.

## Bad
    spec:
      template:
        spec:
          domain:
            features:
              hyperv:
                synic: {}
                vpindex: {enabled: false}

## Good
    spec:
      template:
        spec:
          domain:
            features:
              hyperv:
                synic: {}
                vpindex: {}

## How to fix
Enable the feature that the finding names, or remove the one that needs it.

## Source
KubeVirt `pkg/virt-api/webhooks/hyperv.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM521", effect=Effect.STUCK, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "hyperv")
