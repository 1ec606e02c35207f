"""A disk requests `ReadWriteMany`, which its storage class does not offer.

## What it does
Reports `accessModes: [ReadWriteMany]` where no set of the StorageProfile, or of CDI's table of provisioners, has this
mode (with the requested volume mode).

## Why it matters
Both modes are set, so CDI creates the claim unchanged, whether or not the storage can provide the volume: usually the
claim stays pending.

## Cluster message
The claim stays pending; the events of its provisioner contain `ProvisioningFailed`.

## Bad
    kind: StorageClass
    metadata: {name: local}
    provisioner: kubevirt.io.hostpath-provisioner
    ---
    kind: DataVolume
    spec:
      storage:
        storageClassName: local
        accessModes: [ReadWriteMany]

## Good
    kind: DataVolume
    spec:
      storage:
        storageClassName: local
        accessModes: [ReadWriteOnce]

## How to fix
Use `ReadWriteOnce`, or another storage class.

## Source
CDI `pkg/storagecapabilities/storagecapabilities.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.render import Rendered
from vmlint.model.access import sequence, text
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import disks
from .._disks import clear, hops

META = Meta(
    "VM423",
    effect=Effect.RISK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim),
    about=disks,
    fields=("accessModes",),
)

_SHARED = "ReadWriteMany"  # other modes are mostly provided though no set lists them


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for disk in world.storage.disks(subject):
        if _SHARED not in sequence(disk.spec, "accessModes"):
            continue
        outcome = world.storage.outline(disk)
        if not isinstance(outcome, Rendered) or outcome.profile is None:
            continue
        profile, decided = outcome.profile, outcome.choice is not None and outcome.choice.decided
        if not profile.sets or profile.undecided or not decided:
            continue
        mode = text(disk.spec, "volumeMode")
        offered = [claim_set.volume_mode for claim_set in profile.sets if _SHARED in claim_set.access_modes]
        if offered and (mode in offered or mode not in ("Block", "Filesystem")):
            continue
        if not clear(disk, world):
            continue
        with_mode = f" with `volumeMode: {mode}`" if offered else ""
        best = profile.sets[0]
        yield META.at(
            disk.at(*disk.spec_path, "accessModes"),
            f"{disk} requests `{_SHARED}`{with_mode}, which storage class `{profile.name}` is not known to offer.",
            fix=f"write `volumeMode: {offered[0]}`"
            if offered
            else f"write `accessModes: [{', '.join(best.access_modes)}]`, or use a class that offers `{_SHARED}`",
        ).along(hops(disk, outcome, world))
