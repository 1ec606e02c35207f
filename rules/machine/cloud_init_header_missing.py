"""The user data do not start with `#cloud-config`.

## What it does
Checks the user data of `cloudInitNoCloud` and `cloudInitConfigDrive` volumes, also in base64 or in a Secret of the
repository, and reports a cloud-config whose first line is not `#cloud-config`. A comment in front of it is enough for
that.

## Why it does nothing
Cloud-init distinguishes a cloud-config from a script by the first line. It ignores data without a header, with a
warning in the guest's log: users, keys and packages are missing.

## Cluster message
The guest's log contains `Unhandled non-multipart` and `text/x-not-multipart`.

## Bad
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          password: fedora
          chpasswd: {expire: false}

## Good
    volumes:
    - name: cloud-init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          password: fedora
          chpasswd: {expire: false}

## How to fix
Write `#cloud-config` as the first line.

## Source
cloud-init `cloudinit/handlers/__init__.py`, `cloudinit/user_data.py`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.cloudinit import lacks_header
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Put
from vmlint.world import World

from .._about import user_data

META = Meta("VM527", effect=Effect.IGNORED, since="0.1", subject=Workload, about=user_data, fix=Fix.UNSAFE)


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for data in user_data(workload, world):
        if lacks_header(data.text):
            fault = META.at(
                workload.at(*data.field),
                f"the user data of volume `{data.volume}` does not start with `#cloud-config`, so "
                "cloud-init ignores it.",
                fix="add `#cloud-config` as the first line",
            ).along(data.hops)
            plain = data.field[-1] == "userData"
            yield fault.with_fix(Fix.UNSAFE, Put(data.field, f"#cloud-config\n{data.text}")) if plain else fault
