"""What the rules on copies share: a disk that copies a claim, and the disk that it copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vmlint.cdi.datasource import End, Target
from vmlint.graph.resolution import Resolution
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import VolumeCloneSource
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._disks import clear

__all__ = ["Copy", "copies"]

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_CLONE_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "VolumeCloneSource"]


class Copy(NamedTuple):
    """A disk, the identity of the claim that it copies, and who writes that claim, where the files say so."""

    disk: Disk
    source: Ref
    found: Resolution
    original: Disk | None

    def hops(self) -> Iterator[Hop]:
        start = str(self.disk).replace("`", "")
        yield Hop(f"{start} → claim {self.source.short}", self.disk.at("spec"))
        if self.original is not None:
            yield Hop(f"{str(self.original).replace('`', '')}", self.original.at(*self.original.spec_path))


def copies(subject: Resource, world: World) -> Iterator[Copy]:
    """The disks of an object that copy a claim, with the claim."""
    for disk in world.storage.disks(subject):
        ref = _source(disk, world)
        if ref is not None and clear(disk, world):
            found = world.cluster.resolve(ref, subject)
            yield Copy(disk, ref, found, world.storage.claim(found))


def _source(disk: Disk, world: World) -> Ref | None:
    if disk.form in (Written.DATA_VOLUME, Written.TEMPLATE):
        target = world.storage.resolve_source(disk)
        if isinstance(target, Target) and target.end is End.CLAIM:
            return Ref(_CLAIM.group, _CLAIM.name, target.namespace, target.name)
        return None
    namespace = disk.holder.namespace
    group, kind = (text(disk.spec, "dataSourceRef", field) for field in ("apiGroup", "kind"))
    name = text(disk.spec, "dataSourceRef", "name")
    if (group, kind) != _CLONE_SOURCE[:2]:
        return None
    between = world.cluster.resolve(Ref(group, kind, namespace, name), disk.holder).resource
    if not isinstance(between, VolumeCloneSource) or text(between.spec, "source", "kind") != _CLAIM.name:
        return None
    return Ref(_CLAIM.group, _CLAIM.name, namespace, text(between.spec, "source", "name"))
