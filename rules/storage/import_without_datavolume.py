"""A claim is filled by annotations of CDI, and no DataVolume owns it.

## What it does
Reports claims with CDI's import annotations (`cdi.kubevirt.io/storage.import.endpoint` or `.source`) on which a guest
has a volume. A claim with an owner, or one whose import is complete, is skipped.

## Why it matters
KubeVirt asks the DataVolume whether a claim is filled, and takes a claim without one as filled: the guest starts on an
empty or half-written disk, and CDI's import waits for the guest.

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

## Source
CDI `pkg/apis/core/v1beta1/utils.go` (IsPopulated), `pkg/controller/import-controller.go` (ImportTargetInUse).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import sequence
from vmlint.model.chain import Hop
from vmlint.model.subjects import PersistentVolumeClaim
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM473", effect=Effect.RISK, since="0.2", subject=PersistentVolumeClaim)

_IMPORTS = ("cdi.kubevirt.io/storage.import.endpoint", "cdi.kubevirt.io/storage.import.source")
_PHASE = "cdi.kubevirt.io/storage.pod.phase"


def check(claim: PersistentVolumeClaim, world: World) -> Iterator[Fault]:
    annotation = next((key for key in _IMPORTS if claim.annotations.get(key)), None)
    if annotation is None or claim.annotations.get(_PHASE) == "Succeeded":
        return
    if sequence(claim.data, "metadata", "ownerReferences") or claim.annotations.get(_IMPORTS[1]) == "none":
        return
    for disk in world.storage.disks(claim):
        for user, path in world.storage.users(disk):
            yield META.at(
                claim.at("metadata", "annotations", annotation)._replace(key=True),
                f"claim `{claim.name}` is filled by an import that only annotations request, and {user.ref.kind} "
                f"`{user.name}` has a volume on it. KubeVirt treats a claim without a DataVolume as filled, and starts "
                "the guest before the import is complete.",
                fix="import with a DataVolume, or with a `dataSourceRef` to a VolumeImportSource",
            ).along([Hop(f"{user.ref} → claim {claim.name}", user.at(*path))])
            return
