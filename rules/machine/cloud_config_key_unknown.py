"""A cloud-config has an unknown key that resembles a known one, or a key in the wrong place.

## What it does
Compares the keys of cloud-configs, of their users and of their files with those that cloud-init reads, and reports a
key that differs from such a key in one or two letters, in dashes or in letter case. Other unknown keys are skipped.

Also reports a key of the cloud-config itself, such as `packages`, in an entry of `users` or `write_files`: it is
usually indented too far.

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
Write the key that the finding names, or move it to the top of the cloud-config.

## Source
cloud-init `cloudinit/config/schemas/schema-cloud-config-v1.json`; `cloudinit/distros/__init__.py` (add_user) and
`cloudinit/config/cc_write_files.py`, which read no other keys of an entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.kubevirt.cloudconfig import ConfigCheck, ConfigFault
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import misread_user_data
from ._cloud_data import judged_user_data

META = Meta("VM571", effect=Effect.IGNORED, since="0.1", subject=Workload, about=misread_user_data)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for data, _, faults in judged_user_data(workload, world):
        misspelt = [fault for fault in faults if fault.check is ConfigCheck.KEY_MISSPELT]
        if misspelt:
            yield META.at(
                workload.at(*data.field),
                f"the user data of volume `{data.volume}` has the {_keys(misspelt)}, which cloud-init does not know "
                "and ignores.",
                fix="write " + ", ".join(dict.fromkeys(f"`{key.meant}` instead of `{key.value}`" for key in misspelt)),
            ).along(data.hops)
        misplaced = [fault for fault in faults if fault.check is ConfigCheck.KEY_MISPLACED]
        for place in dict.fromkeys(fault.meant for fault in misplaced):
            found = [fault for fault in misplaced if fault.meant == place]
            yield META.at(
                workload.at(*data.field),
                f"the user data of volume `{data.volume}` has the {_keys(found)} in an entry of `{place}`, where "
                f"cloud-init ignores {'it' if len(found) == 1 else 'them'}.",
                fix=f"unindent {'it' if len(found) == 1 else 'them'}, to the column of `{place}`",
            ).along(data.hops)


def _keys(faults: Sequence[ConfigFault]) -> str:
    keys = ", ".join(f"`{fault.value}` (line {fault.line})" for fault in faults)
    return f"{'key' if len(faults) == 1 else 'keys'} {keys}"
