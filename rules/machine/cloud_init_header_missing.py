"""User data for cloud-init do not say what they are.

## What it does
Looks at the user data of `cloudInitNoCloud` and `cloudInitConfigDrive` volumes, also in base64 or in a Secret of the
repository, and reports a cloud-config whose first line is not `#cloud-config`. A comment in front is enough for that.

## Why it does nothing
Cloud-init tells a cloud-config from a script by the first line. Data without a header are ignored, with a warning in
the guest's log: no user, no key, no package.

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

## Source
cloud-init `cloudinit/handlers/__init__.py`, `cloudinit/user_data.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.graph.links import links
from vmlint.kubevirt.cloudinit import lacks_header, unpacked
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Put
from vmlint.world import World

META = Meta("VM527", effect=Effect.IGNORED, since="0.1", subject=Workload, fix=Fix.UNSAFE)

_VOLUMES = ("cloudInitNoCloud", "cloudInitConfigDrive")
_KEYS = ("userdata", "userData")  # of the Secret, in the order in which KubeVirt looks


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for path, volume in workload.volumes():
        for kind in _VOLUMES:
            source = volume.get(kind)
            told = _user_data(workload, (*path, kind), source, world) if isinstance(source, dict) else ()
            for field, data, hops in told:
                if lacks_header(data):
                    fault = META.at(
                        workload.at(*field),
                        f"the user data of volume `{text(volume, 'name')}` do not begin with `#cloud-config`, and "
                        "cloud-init ignores them.",
                        fix="write `#cloud-config` into the first line",
                    ).along(hops)
                    plain = field == (*path, kind, "userData")
                    yield fault.mended(Fix.UNSAFE, Put(field, f"#cloud-config\n{data}")) if plain else fault


def _user_data(
    workload: Workload, path: Path, source: Mapping[str, Any], world: World
) -> Iterator[tuple[Path, str, tuple[Hop, ...]]]:
    """The user data of one volume: the field, what it comes to, and the Secret that holds it."""
    if plain := text(source, "userData"):
        yield (*path, "userData"), plain, ()
    if packed := text(source, "userDataBase64"):
        yield (*path, "userDataBase64"), unpacked(packed), ()
    reference = (*path, "secretRef", "name")
    for link in links(workload) if "secretRef" in source else ():
        secret = world.cluster.follow(link).resource if link.path == reference else None
        if secret is not None and secret.ref == link.ref:
            for field, data in _held(secret):
                yield reference, data, (Hop(f"{secret.ref}: {field[-1]}", secret.at(*field)),)


def _held(secret: Resource) -> Iterator[tuple[Path, str]]:
    """The user data in a Secret; plain ones win over encoded ones."""
    for key in _KEYS:
        if plain := text(secret.data, "stringData", key):
            yield ("stringData", key), plain
            return
        if packed := text(secret.data, "data", key):
            yield ("data", key), unpacked(packed)
            return
