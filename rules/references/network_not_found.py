"""A NetworkAttachmentDefinition is not in the repository.

## What it does
Looks for the NetworkAttachmentDefinitions that `multus.networkName` names, by default in the VM's namespace. One that a
UserDefinedNetwork, an SriovNetwork or a similar object creates counts as present.

## Why it matters
KubeVirt accepts the VM, and can't create its pod.

## Cluster message
virt-controller's events contain `failed to locate network attachment definition`.

## Bad
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          networks:
          - name: lan
            multus: {networkName: networks/lna}

## Good
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          networks:
          - name: lan
            multus: {networkName: networks/lan}

## How to fix
Correct the name or add the namespace, as in `networks/lan`. If the object exists in the cluster, declare it: `outside:`
in the configuration, or a folder with `--context`.

## Source
KubeVirt `pkg/network/multus`, `pkg/virt-controller/services/template.go`.
"""

from collections.abc import Iterator

from vmlint.graph.links import LinkKind
from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_links
from ._missing import missing

META = Meta("VM821", effect=Effect.STUCK, since="0.1", subject=Workload, about=lost_links)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return missing(META, workload, LinkKind.NETWORK, "network", world)
