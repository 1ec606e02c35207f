"""A guest has more than one cloud-init volume.

## What it does
Reports the second `cloudInitNoCloud` or `cloudInitConfigDrive` volume of a guest.

## Why it matters
KubeVirt writes only the data of the first one. The second disk does not contain the data of its volume.

## Cluster message
Nothing reports it: the data of the second volume are missing in the guest.

## Bad
    volumes:
    - name: users
      cloudInitNoCloud: {userData: "#cloud-config"}
    - name: network
      cloudInitNoCloud: {networkData: "version: 2"}

## Good
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: "#cloud-config"
        networkData: "version: 2"

## How to fix
Put user data and network data into one volume.

## Source
KubeVirt `pkg/cloud-init/cloud-init.go` (ReadCloudInitVolumeDataSource).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import text
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

_KINDS = ("cloudInitNoCloud", "cloudInitConfigDrive")

META = Meta("VM574", effect=Effect.RISK, since="0.1", subject=Workload, fields=_KINDS)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    found = [
        ((*path, kind), text(volume, "name"))
        for path, volume in workload.volumes()
        for kind in _KINDS
        if isinstance(volume.get(kind), dict)
    ]
    for path, name in found[1:2]:
        yield META.at(
            workload.at(*path),
            f"volume `{name}` is a second cloud-init volume, after `{found[0][1]}`. KubeVirt uses only the first.",
            fix="merge the user data and network data into one volume",
        )
