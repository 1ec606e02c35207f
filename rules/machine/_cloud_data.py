"""What the rules on cloud-init data share: the texts that a workload's volumes give to cloud-init."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.graph.links import links
from vmlint.kubevirt.cloudconfig import ConfigFault, faults_of_user_data
from vmlint.kubevirt.cloudinit import encoding_of, unpacked
from vmlint.kubevirt.secret_keys import reader_of
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.subjects import Workload
from vmlint.record import Record
from vmlint.world import World

__all__ = ["Given", "Judged", "judged_user_data", "network_data", "user_data"]

_NO_CLOUD = "cloudInitNoCloud"
_VOLUMES = (_NO_CLOUD, "cloudInitConfigDrive")


class Given(Record):
    """A text for cloud-init: the volume's name, the field that gives it, the text, and the Secret that holds it."""

    volume: str
    field: Path
    text: str
    hops: tuple[Hop, ...]


class Judged(Record):
    """User data that cloud-init does not read as they are meant: their encoding, or what is wrong with them."""

    given: Given
    encoding: str
    faults: tuple[ConfigFault, ...]


def user_data(workload: Workload, world: World) -> Sequence[Given]:
    """The user data of each cloud-init volume, also in base64 or in a Secret of the files."""

    def found() -> Sequence[Given]:
        return tuple(_texts(workload, world, _VOLUMES, "userData", "secretRef"))

    return world.memo.once(user_data, workload, found)


def judged_user_data(workload: Workload, world: World) -> Sequence[Judged]:
    """Those user data in which something is wrong."""

    def judged() -> Iterator[Judged]:
        for data in user_data(workload, world):
            encoding = encoding_of(data.text)
            faults = () if encoding else faults_of_user_data(data.text)
            if encoding or faults:
                yield Judged(data, encoding, faults)

    return world.memo.once(judged_user_data, workload, lambda: tuple(judged()))


def network_data(workload: Workload, world: World) -> Sequence[Given]:
    """The network data of each NoCloud volume, likewise; those of a config drive have another form."""

    def found() -> Sequence[Given]:
        return tuple(_texts(workload, world, (_NO_CLOUD,), "networkData", "networkDataSecretRef"))

    return world.memo.once(network_data, workload, found)


def _texts(workload: Workload, world: World, kinds: tuple[str, ...], field: str, reference: str) -> Iterator[Given]:
    for path, volume in workload.volumes():
        for kind in kinds:
            source = volume.get(kind)
            if isinstance(source, dict):
                for at, data, hops in _of_source(workload, (*path, kind), source, field, reference, world):
                    yield Given(text(volume, "name"), at, data, hops)


def _of_source(
    workload: Workload, path: Path, source: Mapping[str, Any], field: str, reference: str, world: World
) -> Iterator[tuple[Path, str, tuple[Hop, ...]]]:
    if plain := text(source, field):
        yield (*path, field), plain, ()
    if packed := text(source, f"{field}Base64"):
        yield (*path, f"{field}Base64"), unpacked(packed), ()
    if reference not in source:
        return
    named = (*path, reference, "name")
    reader = reader_of(named)
    for link in links(workload) if reader is not None else ():
        secret = world.cluster.follow(link).resource if link.path == named else None
        if secret is not None and secret.ref == link.ref:
            for at, data in _secret_texts(secret, reader.keys if reader is not None else ()):
                yield named, data, (Hop(f"{secret.ref}: {at[-1]}", secret.at(*at)),)


def _secret_texts(secret: Resource, keys: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """The data in a Secret, under the first of the keys that it has; plain ones win over encoded ones."""
    for key in keys:
        if plain := text(secret.data, "stringData", key):
            yield ("stringData", key), plain
            return
        if packed := text(secret.data, "data", key):
            yield ("data", key), unpacked(packed)
            return
