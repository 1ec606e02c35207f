"""A copy is smaller than its source, or has another content type.

## What it does
Compares a DataVolume, template or claim with the claim that it copies: the requested sizes, and the kind of content.

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
(validateSourcePVC).
"""

from collections.abc import Iterator

from vmlint.cdi.render import Rendered
from vmlint.model.access import get
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._about import copies
from . import _clones
from ._clones import Original, content_of, original, sure_size

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
            least = _written(copy.original, world)
            yield META.at(
                disk.at(*disk.spec_path, *_SIZE),
                f"{disk} requests `{_written(disk, world)}`, less than the `{least}` of claim "
                f"`{copy.source.short}` that it copies. CDI refuses the copy.",
                fix=f"request at least `{least}`" + (", or remove the size" if disk.spec_path[-1] == "storage" else ""),
            ).along(copy.hops())


def _sizes(disk: Disk, known: Original, world: World) -> tuple[Quantity, Quantity] | None:
    """What CDI compares, where it compares at all."""
    if disk.form in (Written.DATA_VOLUME, Written.TEMPLATE):
        if disk.spec_path[-1] == "storage" and known.mode != "Block":
            return None
        own = Quantity.try_parse(get(disk.spec, *_SIZE))
        least = _least(disk, world)
        own = least if own is not None and least is not None and own < least else own
    else:
        if _PERMISSIVE in disk.holder.annotations:
            return None
        own = sure_size(disk, world)
    return (own, known.size) if own is not None and known.size is not None else None


def _least(disk: Disk, world: World) -> Quantity | None:
    outcome = world.storage.outline(disk)
    return outcome.profile.minimum_size if isinstance(outcome, Rendered) and outcome.profile is not None else None


def _written(disk: Disk, world: World) -> str:
    """The size for people: as it is written, else as CDI makes it."""
    outcome = world.storage.render(disk)
    made = get(outcome.spec, *_SIZE) if isinstance(outcome, Rendered) else None
    return str(get(disk.spec, *_SIZE) or made)
