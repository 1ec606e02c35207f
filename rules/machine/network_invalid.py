"""A network has no source or interface, or conflicts with another.

## What it does
Checks `networks`:

| refused | why |
|---|---|
| no source, or several | a network is `pod`, `multus` or a resource claim |
| `multus` without `networkName` | it must name a NetworkAttachmentDefinition |
| two pod networks, two defaults, or one of each | a guest has one primary network |
| a duplicate name | interfaces find their networks by name |
| no interface of its name | KubeVirt would not attach it |

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `should have only one network type`, `must have a networkName`, `every network must have a
unique name`, `support only a single pod network` or `not found`.

## Bad
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: default, masquerade: {}}
          networks:
          - {name: default, pod: {}}
          - {name: storage, multus: {networkName: storage}}

## Good
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: default, masquerade: {}}
              - {name: storage, bridge: {}}
          networks:
          - {name: default, pod: {}}
          - {name: storage, multus: {networkName: storage}}

## How to fix
Add an interface with the network's name, and one source to each network.

## Source
KubeVirt `pkg/network/admitter/{netsource,netiface,dra}.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM511", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "networks")
