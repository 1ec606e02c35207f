"""A NetworkAttachmentDefinition is not in the repository.

## What it does
Looks for the NetworkAttachmentDefinitions that `multus.networkName` names, in the VM's namespace where the name gives
none. One that a UserDefinedNetwork, an SriovNetwork or the like makes is there.

## Why it matters
The VM is accepted, and its pod is never made. A network that lives in the cluster is declared with `outside:` in the
configuration, or a folder with `--context`.

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
