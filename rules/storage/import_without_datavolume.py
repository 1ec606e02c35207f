"""CDI's annotations fill a claim that no DataVolume owns.

## What it does
Reports claims that CDI's annotations fill and that a guest uses: by an import
(`cdi.kubevirt.io/storage.import.endpoint` or `.source`), an upload (`cdi.kubevirt.io/storage.upload.target`) or a copy
(`k8s.io/CloneRequest`). A claim with an owner, or one that is already filled, is skipped.

## Why it matters
KubeVirt takes the state of a claim from its DataVolume, and treats a claim without one as filled: the guest starts on
an empty or half-written disk, and CDI waits for the guest.

## Cluster message
Nothing reports it: the guest boots from an empty or incomplete disk.

## Bad
    kind: PersistentVolumeClaim
    metadata:
      name: root
      annotations:
        cdi.kubevirt.io/storage.import.endpoint: https://images.example.com/root.qcow2

## Good
    kind: DataVolume
    metadata: {name: root}
    spec:
      source: {http: {url: "https://images.example.com/root.qcow2"}}
      storage: {resources: {requests: {storage: 10Gi}}}

## How to fix
Import with a DataVolume, or with a `dataSourceRef` to a VolumeImportSource.

## Source
CDI `pkg/apis/core/v1beta1/utils.go` (IsPopulated), `pkg/controller/import-controller.go` (ImportTargetInUse),
`pkg/controller/upload-controller.go` (UploadTargetInUse), `pkg/controller/clone-controller.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import sequence
from vmlint.model.chain import Hop
from vmlint.model.subjects import PersistentVolumeClaim
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM473", effect=Effect.RISK, since="0.1", subject=PersistentVolumeClaim)

_SOURCE = "cdi.kubevirt.io/storage.import.source"
_UPLOAD = "cdi.kubevirt.io/storage.upload.target"
_CLONE = "k8s.io/CloneRequest"
_FILLED_BY = {
    "cdi.kubevirt.io/storage.import.endpoint": "an import",
    _SOURCE: "an import",
    _UPLOAD: "an upload",
    _CLONE: "a copy of another claim",
}
_PHASE = "cdi.kubevirt.io/storage.pod.phase"
_CLONED = "k8s.io/CloneOf"
_FIXES = {
    _UPLOAD: "upload into a DataVolume with `source: {upload: {}}`",
    _CLONE: "copy with a DataVolume, or with the `dataSource` of the claim",
}
_FIX = "import with a DataVolume, or with a `dataSourceRef` to a VolumeImportSource"


def check(claim: PersistentVolumeClaim, world: World) -> Iterator[Fault]:
    # An upload is asked for by an annotation that may be empty.
    annotation = next((key for key in _FILLED_BY if key in claim.annotations and _counts(claim, key)), None)
    if annotation is None or claim.annotations.get(_PHASE) == "Succeeded" or claim.annotations.get(_CLONED) == "true":
        return
    if sequence(claim.data, "metadata", "ownerReferences") or claim.annotations.get(_SOURCE) == "none":
        return
    for disk in world.storage.disks(claim):
        for user, path in world.storage.users(disk):
            yield META.at(
                claim.at("metadata", "annotations", annotation)._replace(key=True),
                f"claim `{claim.name}` is filled by {_FILLED_BY[annotation]} that only annotations request, and "
                f"{user.ref.kind} `{user.name}` has a volume on it. KubeVirt treats a claim without a DataVolume as "
                "filled, and starts the guest too early.",
                fix=_FIXES.get(annotation, _FIX),
            ).along([Hop(f"{user.ref} → claim {claim.name}", user.at(*path))])
            return


def _counts(claim: PersistentVolumeClaim, annotation: str) -> bool:
    return annotation == _UPLOAD or bool(claim.annotations.get(annotation))
