"""A cloud-config has an unknown key that resembles a known one.

## What it does
Compares the keys of cloud-configs, of their users and of their files with those that cloud-init reads, and reports a
key that differs from such a key in one or two letters, in dashes or in letter case. Other unknown keys are skipped.

## Why it does nothing
Cloud-init ignores unknown keys, with a warning in the guest's log.

## Cluster message
The guest's `/var/log/cloud-init.log` contains `failed schema validation`.

## Bad
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          runcmds: [systemctl start web]

## Good
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          runcmd: [systemctl start web]

## How to fix
Write the key that the finding names.

## Source
cloud-init `cloudinit/config/schemas/schema-cloud-config-v1.json`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.cloudconfig import ConfigCheck
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import misread_user_data
from ._cloud_data import judged_user_data

META = Meta("VM571", effect=Effect.IGNORED, since="0.1", subject=Workload, about=misread_user_data)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for data, _, faults in judged_user_data(workload, world):
        found = [fault for fault in faults if fault.check is ConfigCheck.KEY_MISSPELT]
        if not found:
            continue
        keys = ", ".join(f"`{fault.value}` (line {fault.line})" for fault in found)
        yield META.at(
            workload.at(*data.field),
            f"the user data of volume `{data.volume}` has the {'key' if len(found) == 1 else 'keys'} {keys}, which "
            "cloud-init does not know and ignores.",
            fix="write " + ", ".join(dict.fromkeys(f"`{fault.meant}` instead of `{fault.value}`" for fault in found)),
        ).along(data.hops)
