"""What the rules on copies share: a disk that copies a claim, and the disk that it copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.catalog.provisioners import NOT_CSI
from vmlint.cdi.datasource import End, Target
from vmlint.cdi.profile import clone_strategy
from vmlint.cdi.render import Failure, Rendered
from vmlint.model.access import get, text
from vmlint.model.chain import Hop
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.quantity import Quantity
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import VolumeCloneSource
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._disks import clear, volume_mode

__all__ = ["Copy", "Original", "content_of", "copies", "copies_by_storage", "original", "sure_size"]

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_SIZE = ("resources", "requests", "storage")
_CONTENT_TYPE = "cdi.kubevirt.io/storage.contentType"
_OVER_NETWORK = "copy"
_CLONE_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "VolumeCloneSource"]


class Copy(Record):
    """A disk, the identity of the claim that it copies, and what writes that claim."""

    disk: Disk
    source: Ref
    original: Disk

    def hops(self) -> Iterator[Hop]:
        start = str(self.disk).replace("`", "")
        yield Hop(f"{start} → claim {self.source.short}", self.disk.at("spec"))
        yield Hop(f"{str(self.original).replace('`', '')}", self.original.at(*self.original.spec_path))


def copies(subject: Resource, world: World) -> Sequence[Copy]:
    """The disks of an object that copy a claim of the files, with the claim."""
    return world.memo.once(copies, subject, lambda: tuple(_copies(subject, world)))


def _copies(subject: Resource, world: World) -> Iterator[Copy]:
    for disk in world.storage.disks(subject):
        ref = _source(disk, world)
        if ref is not None and clear(disk, world) and not isinstance(world.storage.outline(disk), Failure):
            original = world.storage.claim(world.cluster.resolve(ref, subject))
            if original is not None:
                yield Copy(disk, ref, original)


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


class Original(Record):
    """What is known of a claim that is copied: what it holds, its volume mode and its size."""

    content: str
    mode: str | None
    size: Quantity | None


def original(copy: Copy, world: World) -> Original:
    """What is known of the claim that a disk copies; often many disks copy one."""
    disk = copy.original

    def known() -> Original:
        return Original(content_of(disk), volume_mode(disk, world), sure_size(disk, world))

    return world.memo.once((original, disk.path), disk.holder, known)


def copies_by_storage(copy: Copy, world: World) -> bool:
    """Whether the storage may make a copy itself: not over the network, as CDI does with some storage classes, and with
    classes of two provisioners (computeStrategyForSourcePVC)."""
    strategies = [text(cdi.data, "spec", "cloneStrategyOverride") for cdi in world.cluster.of_kind("CDI")]
    classes = [world.snapshots.class_of(disk) for disk in (copy.disk, copy.original)]
    if classes[0] is not None and not any(strategies):
        name = text(classes[0], "metadata", "name")
        profiles = [found.data for found in world.cluster.of_kind("StorageProfile") if found.name == name]
        strategies.append(clone_strategy(classes[0], profiles[0] if profiles else None))
    provisioners = {text(found, "provisioner") for found in classes if found is not None}
    if any(is_unknown(name) for name in (*strategies, *provisioners)):
        return True
    return _OVER_NETWORK not in strategies and len(provisioners) < 2 and not any(map(_is_not_csi, provisioners))


def _is_not_csi(name: str) -> bool:
    return name.startswith(NOT_CSI)


def content_of(disk: Disk) -> str:
    """What the claim holds, "" for what nobody knows."""
    if disk.form in (Written.DATA_VOLUME, Written.TEMPLATE):
        written = text(disk.body, "spec", "contentType") or "kubevirt"
    else:
        written = text(disk.body, "metadata", "annotations", _CONTENT_TYPE) or "kubevirt"
    return "" if is_unknown(written) else written


def sure_size(disk: Disk, world: World) -> Quantity | None:
    """The size that the claim is sure to ask for."""
    outcome = world.storage.render(disk)
    if not isinstance(outcome, Rendered) or any(field == ".".join(_SIZE) for field, _ in outcome.undecided):
        return None
    return Quantity.try_parse(get(outcome.spec, *_SIZE))
