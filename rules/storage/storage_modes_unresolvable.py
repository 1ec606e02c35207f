"""CDI can't determine the access mode of a disk.

## What it does
Renders the claim of each DataVolume, DataVolume template, volume claim template and claim with CDI's label as CDI does:
from the storage class, the StorageProfile of that class, and CDI's table of provisioners. Reports a disk that gets no
access mode this way. The API server puts its default class into a claim with CDI's label before CDI sees the claim; the
default for virtual machines counts only where the cluster has no other.

## Why it fails
Without access modes CDI does not create a claim. The DataVolume stays pending and the VM never starts; only an event
shows the reason. A claim with CDI's label is refused.

## Cluster message
The DataVolume's event `ErrClaimNotValid` contains `missing accessMode` or `no accessMode specified`.

## Bad
    kind: StorageClass
    metadata: {name: local}
    provisioner: example.com/local    # CDI does not know it
    ---
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage:
        storageClassName: local
        resources: {requests: {storage: 10Gi}}

## Good
    kind: DataVolume
    spec:
      source: {blank: {}}
      storage:
        storageClassName: local
        accessModes: [ReadWriteOnce]
        volumeMode: Filesystem
        resources: {requests: {storage: 10Gi}}

## How to fix
Set `accessModes` and `volumeMode` in the disk, or for all disks in `spec.claimPropertySets` of the class's
StorageProfile.

## Source
CDI `pkg/controller/datavolume/util.go` (renderPvcSpecVolumeModeAndAccessModesAndStorageClass); Kubernetes
`pkg/kubeapiserver/options/plugins.go` (AllOrderedPlugins).
"""

from collections.abc import Iterator

from vmlint.catalog.provisioners import NO_PROVISIONER
from vmlint.cdi.profile import Origin, Profile
from vmlint.cdi.render import Failure, FailureReason
from vmlint.cdi.storageclass import ChoiceReason
from vmlint.model.access import text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written
from vmlint.world.storage_phrases import why_open

from .._about import unsettled
from .._disks import clear, hops
from .._remedy import or_else

META = Meta(
    "VM409",
    effect=Effect.STUCK,
    since="0.1",
    subject=(DataVolume, VirtualMachine, PersistentVolumeClaim),
    about=unsettled,
)

_CLASS = BY_GROUP_KIND["storage.k8s.io", "StorageClass"]
_NO_MODES = (FailureReason.NO_CLASS, FailureReason.NO_MODES, FailureReason.NO_MATCHING_MODES)


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    for disk in world.storage.disks(subject):
        outcome = world.storage.outline(disk)
        if isinstance(outcome, Failure):
            if outcome.why in _NO_MODES and clear(disk, world):
                yield META.at(
                    disk.at(*outcome.path),
                    f"{disk} has no access mode, and {_wrong(disk, outcome)}. {_AFTER[disk.form]}.",
                    fix=_fix(disk, outcome, world),
                    effect=Effect.REJECTED if disk.form is Written.CLAIM else Effect.STUCK,
                ).along(hops(disk, outcome, world))
            continue
        reasons = [reason for field, reason in outcome.undecided if field == "accessModes"]
        if reasons and clear(disk, world):
            yield META.doubt(disk.at(*disk.spec_path), f"which access mode {disk} gets: {why_open(reasons[0])}")


_AFTER = {
    Written.CLAIM: "CDI refuses the claim",
    Written.DATA_VOLUME: "CDI leaves the DataVolume pending without a claim",
    Written.TEMPLATE: "CDI leaves the DataVolume pending without a claim, and the VM never starts",
    Written.CLAIM_TEMPLATE: "KubeVirt never makes the claim, and the VM never starts",
}


def _wrong(disk: Disk, failure: Failure) -> str:
    profile, choice = failure.profile, failure.choice
    if profile is None or choice is None:
        named = text(disk.spec, "storageClassName")
        if choice is not None and choice.why is ChoiceReason.NO_DEFAULT:
            return "it names no storage class, and none is the default"
        return f"its storage class `{named}` does not exist"
    if failure.why is FailureReason.NO_MATCHING_MODES:
        mode = "Filesystem" if disk.form is Written.CLAIM else text(disk.spec, "volumeMode")
        mode = text(disk.spec, "volumeMode") or mode or "Filesystem"
        return f"storage class `{profile.name}` offers none for `volumeMode: {mode}`"
    return _unknown(profile, text(choice.storage_class, "provisioner"))


def _unknown(profile: Profile, provisioner: str) -> str:
    if profile.origin is Origin.UNKNOWN_PARAMETERS:
        return f"CDI can't derive one from the parameters of storage class `{profile.name}`"
    if profile.origin is Origin.VOLUMES:
        return f"storage class `{profile.name}` (`{NO_PROVISIONER}`) has no PersistentVolume to derive one from"
    if profile.origin is Origin.UNKNOWN_PROVISIONER:
        return f"CDI does not know `{provisioner}`, the provisioner of storage class `{profile.name}`"
    return f"StorageProfile `{profile.name}` offers none"


def _fix(disk: Disk, failure: Failure, world: World) -> str:
    profile = failure.profile
    if profile is None:
        named = text(disk.spec, "storageClassName")
        near = world.suggest(Ref(*_CLASS[:2], "", named)) if named else ""
        what = "name a storage class that exists" if disk.spec.get("storageClassName") else "name a storage class"
        return or_else(near, f"{what}, or write `accessModes: [ReadWriteOnce]` and `volumeMode: Filesystem`")
    if failure.why is FailureReason.NO_MATCHING_MODES:
        return "set `accessModes` too, or remove `volumeMode`"
    write = "`accessModes: [ReadWriteOnce]` and `volumeMode: Filesystem`"
    return f"set {write} here, or for all disks in `spec.claimPropertySets` of StorageProfile `{profile.name}`"
