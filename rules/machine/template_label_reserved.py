"""The template sets a label that is reserved for KubeVirt.

## What it does
Reports `kubevirt.io/created-by`, `migrationJobUID`, `nodeName`, `migrationTargetNodeName`, `schedulable` and
`install-strategy` among the labels of a VirtualMachineInstance or of a VM's template.

## Why it fails
KubeVirt sets these labels to find its own objects, and its webhook refuses them from anyone else.

## Cluster message
KubeVirt's refusal contains `reserved kubevirt.io/ labels`.

## Bad
    spec:
      template:
        metadata:
          labels: {kubevirt.io/nodeName: node-1}

## Good
    spec:
      template:
        spec:
          nodeSelector: {kubernetes.io/hostname: node-1}

## How to fix
Remove the label; select a node with `nodeSelector`.

## Source
KubeVirt `vmi-create-admitter.go` (ValidateVirtualMachineInstanceMetadata).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM502", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "metadata")
