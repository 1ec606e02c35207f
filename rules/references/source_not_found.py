"""The source of a disk is not in the repository.

## What it does
Looks for the claims, snapshots, DataSources and populator sources that DataVolumes, templates, claims, DataSources and
VolumeCloneSources name. A reference into a namespace without any object in the repository is undecided: golden images
are mostly in the namespace of another team. So is a reference to a snapshot, which is usually taken in the cluster.

## Why it matters
The cluster accepts the object, and it waits for its source; a DataSource does not become ready. CDI refuses a claim
with its label that omits the size and copies from a VolumeCloneSource that does not exist.

## Cluster message
The DataVolume's condition or events contain `CloneWithoutSource`; a DataSource's condition is `NotFound`.

## Bad
    kind: DataVolume
    metadata: {name: web-root, namespace: shop}
    spec:
      source:
        pvc: {name: fedroa, namespace: shop}

## Good
    kind: DataVolume
    metadata: {name: web-root, namespace: shop}
    spec:
      source:
        pvc: {name: fedora, namespace: shop}

## How to fix
Correct the name or the namespace. If the object exists in the cluster, declare it: `outside:` in the configuration, or
a folder with `--context`.

## Source
CDI `pkg/controller/datavolume/pvc-clone-controller.go`, `pkg/controller/datasource-controller.go`,
`pkg/controller/populators`, `pkg/controller/datavolume/util.go` (renderClonePvcVolumeSizeFromSource).
"""

from collections.abc import Iterator

from vmlint.graph.links import Link, LinkKind, links
from vmlint.graph.resolution import State
from vmlint.model.access import get, mapping
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataSource,
    DataVolume,
    PersistentVolumeClaim,
    VirtualMachine,
    VolumeCloneSource,
)
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk

from .._about import lost_links
from .._disks import clear
from .._remedy import absence, remedy
from ._missing import astray

META = Meta(
    "VM804",
    effect=Effect.STUCK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim, DataSource, DataImportCron, VolumeCloneSource),
    about=lost_links,
)

_SNAPSHOT = BY_GROUP_KIND["snapshot.storage.k8s.io", "VolumeSnapshot"]
_POPULATED = "cdi.kubevirt.io/storage.prePopulated"
_OLD_KINDS = (("", "PersistentVolumeClaim"), _SNAPSHOT[:2])
"""What `dataSource` may name."""
_CLONE_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "VolumeCloneSource"]
_SIZE = ("resources", "requests", "storage")
_REFUSED = "The claim takes its size from there, and CDI refuses it"
_NOUN = {"PersistentVolumeClaim": "claim", "VolumeSnapshot": "snapshot"}


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    sources = [link for link in links(subject) if link.kind in (LinkKind.SOURCE, LinkKind.POPULATOR)]
    disks = {disk.path: disk for disk in reversed(world.storage.disks(subject))} if sources else {}
    refs: set[Ref] = set()
    for link in sources:
        if (
            (link.ref.group, link.ref.kind) not in BY_GROUP_KIND
            or (found := world.cluster.follow(link)).state is not State.MISSING
            or link.ref in world.vms.inferred_missing  # the family of inference speaks of these
        ):
            continue
        above = (disks.get(link.path[:length]) for length in range(len(link.path) + 1))
        disk = next((disk for disk in above if disk is not None), None)
        if found.nowhere or link.ref in refs or not _counts(link, disk, world):
            continue
        refs.add(link.ref)
        noun = _NOUN.get(link.ref.kind, link.ref.kind)
        sized = disk is not None and _takes_size(disk, link, world)
        known = world.left_out(link.ref) or world.suggest(link.ref)
        if reason := _stray(link, world) or ("" if known else _open(link.ref, world)):
            yield META.doubt(subject.at(*link.path), f"whether {noun} `{link.ref.short}` exists: {reason}")
            continue
        who = str(disk) if disk is not None else f"{subject.ref.kind} `{subject.name}`"
        yield META.at(
            subject.at(*link.path),
            f"{who} copies {noun} `{link.ref.short}`, which {absence(link.ref, world)}. "
            f"{_REFUSED if sized else _after(subject)}.",
            fix=remedy(link.ref, noun, world, crosses=_crosses(link)),
            effect=world.effect_of_missing(link.ref, Effect.REJECTED if sized else META.effect),
        )


def _crosses(link: Link) -> bool:
    """Whether the source may be in another namespace: not that of a populator, and not that of a VolumeCloneSource."""
    return link.kind is LinkKind.SOURCE and not isinstance(link.source, VolumeCloneSource)


def _stray(link: Link, world: World) -> str:
    """Why a source of that name in another namespace may be meant, "" where none is."""
    other = astray(link.ref, link.source, world) if not world.closed(link.ref) else None
    return f"`{other.short}` may be the one, as some objects have no namespace" if other else ""


def _open(ref: Ref, world: World) -> str:
    """Why the files can't tell whether a source is there, "" where they can."""
    if (ref.group, ref.kind) == _SNAPSHOT[:2]:
        return "snapshots are usually taken in the cluster"
    if not world.closed(ref) and not world.storage.holds_any(ref.namespace):
        return "the repository has no objects of its namespace"
    return ""


def _counts(link: Link, disk: Disk | None, world: World) -> bool:
    """Whether the reference is asked for at all, and no other rule speaks of it."""
    if disk is None:
        return True
    if not clear(disk, world) or _POPULATED in mapping(disk.body, "metadata", "annotations"):
        return False
    holder = link.path[:-1]
    if link.kind is LinkKind.POPULATOR:
        if holder[-1] == "dataSource" and (link.ref.group, link.ref.kind) not in _OLD_KINDS:
            return False  # the API server drops it, as another rule reports
        own = link.path[: len(disk.path) + len(disk.spec_path)] == (*disk.path, *disk.spec_path)
        return own and not get(link.source.data, *holder, "namespace")
    return True


def _takes_size(disk: Disk, link: Link, world: World) -> bool:
    """Whether CDI's webhook looks for the source, to size a claim (renderClonePvcVolumeSizeFromSource)."""
    by_webhook = world.storage.renders(disk) and (link.ref.group, link.ref.kind) == _CLONE_SOURCE[:2]
    return by_webhook and get(disk.spec, *_SIZE) is None


def _after(subject: Resource) -> str:
    if isinstance(subject, DataSource):
        return "The DataSource does not become ready without it"
    if isinstance(subject, VirtualMachine):
        return "The VM does not start without it"
    return "The disk stays pending without it"
