"""Two running VMs have the same MAC address on a network.

## What it does
Compares the `macAddress` of all interfaces that are attached through Multus to the same NetworkAttachmentDefinition.
VMs that are halted, and alternatives of one VM, are skipped, as is the pod network, where guests don't share a segment.

## Why it matters
Both guests start. The switch sends frames for one guest to the other, and connections are unstable.

## Cluster message
Nothing reports it: connections are unstable.

## Bad
    kind: VirtualMachine
    metadata: {name: blue}
    spec:
      runStrategy: Always
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: lan, bridge: {}, macAddress: "02:00:00:00:00:01"}
    # and the same in VirtualMachine green

## Good
    kind: VirtualMachine
    metadata: {name: blue}
    spec:
      runStrategy: Always
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: lan, bridge: {}}

## How to fix
Remove `macAddress`, so that KubeVirt or KubeMacPool assigns one, or use a unique one.

## Source
KubeVirt user guide, `docs/network/interfaces_and_networks.md`; `pkg/network/link/mac.go`.
"""

from collections.abc import Iterator

from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import taken_addresses

META = Meta("VM526", effect=Effect.RISK, since="0.1", subject=Workload, about=taken_addresses)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for mine, first in world.addresses.taken(workload):
        address, other = get(workload.data, *mine.path), get(first.holder.data, *first.path)
        yield META.at(
            workload.at(*mine.path),
            f"{first.holder} has the same MAC address `{address}` on network `{mine.network.short}`.",
            fix="give each interface its own address, or remove `macAddress` so that KubeVirt chooses one",
        ).along((Hop(f"{first.holder}: macAddress: {other}", first.holder.at(*first.path)),))
