"""A value of a cloud-config has the wrong type.

## What it does
Checks the well-known keys of cloud-configs whose value must be a list (`runcmd`, `write_files`, a user's
`ssh_authorized_keys`), a mapping (`chpasswd`, `apt`) or a single value (`hostname`, `password`).

## Why it does nothing
The module of cloud-init that reads the key fails, and the guest continues without it.

## Cluster message
The guest's `/var/log/cloud-init.log` contains `failed schema validation` or the module's traceback.

## Bad
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          runcmd: systemctl start web

## Good
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          runcmd: [systemctl start web]

## How to fix
Write a list, a mapping or a single value, as the finding names.

## Source
cloud-init `cloudinit/config/schemas/schema-cloud-config-v1.json`, `cloudinit/config/cc_*.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.cloudconfig import ConfigCheck
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import misread_user_data
from ._cloud_data import judged_user_data

META = Meta("VM572", effect=Effect.IGNORED, since="0.1", subject=Workload, about=misread_user_data)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for data, _, faults in judged_user_data(workload, world):
        for fault in faults:
            if fault.check is ConfigCheck.WRONG_TYPE:
                yield META.at(
                    workload.at(*data.field),
                    f"`{fault.value}` in the user data of volume `{data.volume}` must be {fault.meant} (line "
                    f"{fault.line}). Cloud-init fails to apply it.",
                    fix=f"write {fault.meant}",
                ).along(data.hops)
