"""Cloud-init can't parse the user data.

## What it does
Parses the cloud-configs in the user data of `cloudInitNoCloud` and `cloudInitConfigDrive` volumes, also in base64, in a
Secret of the repository or in the parts of a MIME message. Reports one that is not valid YAML or not a mapping, and
user data that are still URL-encoded or in base64. Scripts and other kinds of user data are skipped.

## Why it does nothing
Cloud-init ignores the whole text, with a warning in the guest's log: users, keys and packages are missing.

## Cluster message
The guest's `/var/log/cloud-init.log` contains `Failed loading yaml blob` or `Failed at merging in cloud config part`.

## Bad
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          users:
          - name: ops
            groups: [wheel

## Good
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          users:
          - name: ops
            sudo: ALL=(ALL) NOPASSWD:ALL

## How to fix
Correct the YAML at the line that the finding names; `cloud-init schema --config-file` checks it.

## Source
cloud-init `cloudinit/handlers/cloud_config.py`, `cloudinit/user_data.py`, `cloudinit/util.py` (load_yaml).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.cloudconfig import ConfigCheck
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import misread_user_data
from ._cloud_data import Given, judged_user_data

META = Meta("VM570", effect=Effect.IGNORED, since="0.1", subject=Workload, about=misread_user_data)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for data, encoding, faults in judged_user_data(workload, world):
        if encoding:
            yield _fault(workload, data, f"is still {encoding}-encoded", "decode the data")
        for fault in faults:
            if fault.check is ConfigCheck.NOT_YAML:
                what = f"is not valid YAML: line {fault.line}, {fault.value}"
                yield _fault(workload, data, what, "fix the YAML; `cloud-init schema --config-file` checks it")
            elif fault.check is ConfigCheck.NOT_A_MAPPING:
                what = f"is {fault.value}; it must be a mapping"
                yield _fault(workload, data, what, "write keys such as `users:` and `packages:`")


def _fault(workload: Workload, data: Given, what: str, fix: str) -> Fault:
    return META.at(
        workload.at(*data.field),
        f"the user data of volume `{data.volume}` {what}. Cloud-init ignores it.",
        fix=fix,
    ).along(data.hops)
