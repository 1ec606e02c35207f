"""A field has a value that KubeVirt does not support.

## What it does
Checks the fields that accept only certain values, which the schema does not list:

| field | values |
|---|---|
| `cpu.features[].policy` | force, require, optional, disable, forbid |
| `startStrategy` | Paused |
| `evictionStrategy` | None, LiveMigrate, LiveMigrateIfPossible, External |
| `dnsPolicy` | ClusterFirstWithHostNet, ClusterFirst, Default, None |
| `ioThreadsPolicy` | shared, auto, supplementalPool |
| `interfaces[].model` | virtio, e1000, e1000e, igb, ne2k_pci, pcnet, rtl8139 |
| `interfaces[].state` | up, down, absent |
| `inputs[].bus`, `type` | virtio, usb; tablet |
| `disks[].cache` | none, writethrough, writeback |
| `disks[].io` | native, threads |
| `disks[].errorPolicy` | stop, ignore, report, enospace |
| `sound.model` | ich9, ac97 |
| `panicDevices[].model` | hyperv, isa, pvpanic |
| `volumes[].hostDisk.type` | Disk, DiskOrCreate |

## Why it fails
KubeVirt's webhook refuses the object. Case matters.

## Cluster message
KubeVirt's refusal contains `is not supported`, `unrecognized option`, `Invalid IOThreadsPolicy` or `Options: 'ich9' or
'ac97'`.

## Bad
    spec:
      template:
        spec:
          evictionStrategy: livemigrate

## Good
    spec:
      template:
        spec:
          evictionStrategy: LiveMigrate

## How to fix
Write one of the values in the table; case matters.

## Source
KubeVirt `vmi-create-admitter.go`, `pkg/network/admitter`, `pkg/storage/admitters/disks.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM509", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission, fix=Fix.SAFE)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "enums")
