"""A spec that can't be changed has changed.

## What it does
Compares the specs of DataVolumes, DataImportCrons, VolumeImportSources, VolumeUploadSources and of KubeVirt's
snapshots, restores and exports with those of the commit that `--changed` names. The checkpoints of a DataVolume or
VolumeImportSource that imports from VDDK or ImageIO in several stages may change.

## Why it fails
The object was applied with the old spec, and CDI and KubeVirt refuse any other one for it. A tool that applies the
repository stops here, or tries again without end.

## Bad
    kind: DataVolume
    metadata: {name: data}
    spec:
      source: {blank: {}}
      storage: {resources: {requests: {storage: 20Gi}}}   # was 10Gi

## Good
    kind: DataVolume
    metadata: {name: data-2}
    spec:
      source: {blank: {}}
      storage: {resources: {requests: {storage: 20Gi}}}

## Source
CDI `pkg/apiserver/webhooks/datavolume-validate.go`, `dataimportcron-validate.go`, `populators-validate.go`; KubeVirt
`pkg/storage/admitters` (vmsnapshot, vmrestore, vmexport).
"""

from collections.abc import Iterator, Mapping

from vmlint.model.access import mapping, sequence
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.change import Change

from .._updates import told

META = Meta("VM427", effect=Effect.REJECTED, since="0.1", subject=Change)

_CDI, _SNAPSHOT = "cdi.kubevirt.io", "snapshot.kubevirt.io"
_REFUSING: Mapping[Kind, str] = {
    BY_GROUP_KIND[_CDI, "DataVolume"]: "CDI",
    BY_GROUP_KIND[_CDI, "DataImportCron"]: "CDI",
    BY_GROUP_KIND[_CDI, "VolumeImportSource"]: "CDI",
    BY_GROUP_KIND[_CDI, "VolumeUploadSource"]: "CDI",
    BY_GROUP_KIND[_SNAPSHOT, "VirtualMachineSnapshot"]: "KubeVirt",
    BY_GROUP_KIND[_SNAPSHOT, "VirtualMachineRestore"]: "KubeVirt",
    BY_GROUP_KIND["export.kubevirt.io", "VirtualMachineExport"]: "KubeVirt",
}
_STAGES = ("checkpoints", "finalCheckpoint")
_STAGED_SOURCES = ("vddk", "imageio")
_COLLECTED = "cdi.kubevirt.io/storage.deleteAfterCompletion"


def check(change: Change, world: World) -> Iterator[Fault]:
    new = change.new
    refusing = _REFUSING.get(new.kind)
    if refusing is None or not change.is_update or change.old.annotations.get(_COLLECTED) == "true":
        return
    staged = sequence(new.spec, "checkpoints") and any(name in mapping(new.spec, "source") for name in _STAGED_SOURCES)
    changed = [one for one in change.of(("spec",)) if not (staged and one.path[1] in _STAGES)]
    if changed:
        yield META.at(
            new.at(*changed[0].path),
            f"{refusing} takes no other spec for a {new.kind.name} that is there: {told(changed)}.",
            fix=f"put the old spec back, or give the {new.kind.name} another name",
        )
