"""Cloud-init can't parse the network data.

## What it does
Parses the network data of `cloudInitNoCloud` volumes, also in base64 or in a Secret of the repository, and reports data
that are not valid YAML or not a mapping, whose version is missing or is not 1 or 2, and data of version 1 without
`config` or of version 2 without any device.

## Why it does nothing
Without such data cloud-init does not change the network: the guest requests its addresses by DHCP.

## Cluster message
The guest's `/var/log/cloud-init.log` contains a warning about the network config; the guest uses DHCP.

## Bad
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        networkData: |
          ethernets:
            eth0: {dhcp4: true}

## Good
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        networkData: |
          version: 2
          ethernets:
            eth0: {dhcp4: true}

## How to fix
Add `version: 2` and `ethernets`, or `version: 1` and `config`.

## Source
cloud-init `cloudinit/sources/DataSourceNoCloud.py`, `cloudinit/net/network_state.py` (parse_net_config_data).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.cloudconfig import ConfigCheck, ConfigFault, faults_of_network_data
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import network_data

META = Meta("VM573", effect=Effect.IGNORED, since="0.1", subject=Workload, about=network_data)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for data in network_data(workload, world):
        for fault in faults_of_network_data(data.text):
            wrong, fix = _words(fault)
            yield META.at(
                workload.at(*data.field),
                f"the network data of volume `{data.volume}` {wrong}. Cloud-init ignores it.",
                fix=fix,
            ).along(data.hops)


def _words(fault: ConfigFault) -> tuple[str, str]:
    if fault.check is ConfigCheck.NOT_YAML:
        return f"is not valid YAML: line {fault.line}, {fault.value}", "fix the YAML"
    if fault.check is ConfigCheck.NOT_A_MAPPING:
        return f"is {fault.value}; it must be a mapping", "use the format of version 1 or 2"
    if fault.check is ConfigCheck.VERSION_MISSING:
        return "has no `version`", "add `version: 2`, or `version: 1` with `config`"
    if fault.check is ConfigCheck.VERSION_UNKNOWN:
        return f"has the version `{fault.value}`; it must be 1 or 2", "write `version: 1` or `version: 2`"
    return (
        f"has version {fault.value} and no `{fault.meant}`",
        f"add `{fault.meant}`, or set the version that matches the data",
    )
