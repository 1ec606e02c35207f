"""A copy is smaller than its source, or has another content type.

## What it does
Compares a DataVolume, template or claim with the claim that it copies: the requested sizes, and the kind of content. A
copy of a file system onto a block volume is skipped: CDI measures the image in it. Copies between file systems are
compared for storage classes whose provisioner CDI knows.

## Why it fails
CDI refuses to copy a claim into a smaller one, and to turn an archive into a disk image or a disk image into an
archive. The cluster accepts the object, and its claim is never filled.

## Cluster message
The DataVolume's event `CloneValidationFailed`, or one that contains `doesn't meet the validation requirements` or
`contentType`.

## Bad
    kind: PersistentVolumeClaim
    metadata: {name: fedora}
    spec:
      resources: {requests: {storage: 30Gi}}
    ---
    kind: DataVolume
    spec:
      source: {pvc: {name: fedora, namespace: golden}}
      pvc:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 20Gi}}

## Good
    kind: DataVolume
    spec:
      source: {pvc: {name: fedora, namespace: golden}}
      storage: {}    # as large as the source

## How to fix
Request at least the size of the source, or omit the size under `storage`; use the content type of the source.

## Source
CDI `pkg/controller/datavolume/pvc-clone-controller.go` (validateClone), `pkg/controller/clone/planner.go`
(validateSourcePVC), `pkg/controller/clone-controller.go` (ValidateCanCloneSourceAndTargetSpec).
"""

from collections.abc import Iterator

from vmlint.catalog.provisioners import provisioner
from vmlint.cdi.profile import profile_of
from vmlint.cdi.render import Rendered
from vmlint.model.access import get, mapping, text
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._about import copies
from .._disks import volume_mode
from . import _clones
from ._clones import Copy, Original, content_of, original, sure_size

META = Meta(
    "VM420", effect=Effect.STUCK, since="0.1", subject=(DataVolume, VirtualMachine, PersistentVolumeClaim), about=copies
)

_SIZE = ("resources", "requests", "storage")
_PERMISSIVE = "cdi.kubevirt.io/permissiveClone"


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for copy in _clones.copies(subject, world):
        disk, known = copy.disk, original(copy, world)
        own, theirs = content_of(disk), known.content
        if disk.form in (Written.DATA_VOLUME, Written.TEMPLATE) and own and theirs and own != theirs:
            yield META.at(
                disk.at("spec", "contentType"),
                f"{disk} has the content type `{own}`, and claim `{copy.source.short}` that it copies has "
                f"`{theirs}`. CDI refuses the copy.",
                fix=f"write `contentType: {theirs}`",
            ).along(copy.hops())
            continue
        sizes = _sizes(disk, known, world)
        if sizes is not None and sizes[0] < sizes[1]:
            request, least = _shown(copy, sizes, world)
            yield META.at(
                disk.at(*disk.spec_path, *_SIZE),
                f"{disk} requests `{request}`, less than the `{least}` of claim `{copy.source.short}` that it copies. "
                "CDI refuses the copy.",
                fix=f"request at least `{least}`" + (", or remove the size" if disk.spec_path[-1] == "storage" else ""),
            ).along(copy.hops())


def _sizes(disk: Disk, known: Original, world: World) -> tuple[Quantity, Quantity] | None:
    """What CDI compares, where it compares at all."""
    own = _compared(disk, known, world)
    return (own, known.size) if own is not None and known.size is not None else None


def _compared(disk: Disk, known: Original, world: World) -> Quantity | None:
    """The size of a copy that CDI compares with that of its source: first as it is written, then that of the claim."""
    written = Quantity.try_parse(get(disk.spec, *_SIZE))
    if written is None:
        return None
    if disk.form in (Written.DATA_VOLUME, Written.TEMPLATE):
        if disk.spec_path[-1] == "pvc":
            return written
        if known.mode == "Block":
            return _raised(written, disk, world)
    if _PERMISSIVE in mapping(disk.body, "metadata", "annotations"):
        return None
    if disk.form in (Written.DATA_VOLUME, Written.TEMPLATE) and not _is_on_file_systems(disk, known, world):
        return None
    size = sure_size(disk, world)
    return _raised(size, disk, world) if size is not None else None


def _is_on_file_systems(disk: Disk, known: Original, world: World) -> bool:
    """Whether a copy and its source are file systems, on a class whose provisioner CDI knows. For a block volume CDI
    measures the image in the file system, whose size is not in the files."""
    if not known.mode == volume_mode(disk, world) == "Filesystem":
        return False
    storage_class = world.snapshots.class_of(disk)
    name, parameters = text(storage_class, "provisioner"), mapping(storage_class, "parameters")
    return bool(provisioner(name, parameters).sets)


def _raised(size: Quantity, disk: Disk, world: World) -> Quantity:
    """A size, or the least that the storage class has (GetEffectiveVolumeSize)."""
    outcome = world.storage.outline(disk)
    profile = outcome.profile if isinstance(outcome, Rendered) else None
    if profile is None and (storage_class := world.snapshots.class_of(disk)) is not None:
        name = text(storage_class, "metadata", "name")
        profiles = (found.data for found in world.cluster.of_kind("StorageProfile") if found.name == name)
        profile = profile_of(storage_class, next(profiles, None))
    least = profile.minimum_size if profile is not None else None
    return least if least is not None and size < least else size


def _shown(copy: Copy, sizes: tuple[Quantity, Quantity], world: World) -> tuple[str, str]:
    """The two sizes for people: as they are written, unless what CDI adds to them makes the difference."""
    request, least = _written(copy.disk, world), _written(copy.original, world)
    first, second = Quantity.try_parse(request), Quantity.try_parse(least)
    if first is not None and second is not None and first < second:
        return request, least
    return str(sizes[0]), str(sizes[1])


def _written(disk: Disk, world: World) -> str:
    """The size for people: as it is written, else as CDI makes it."""
    outcome = world.storage.render(disk)
    made = get(outcome.spec, *_SIZE) if isinstance(outcome, Rendered) else None
    return str(get(disk.spec, *_SIZE) or made)
