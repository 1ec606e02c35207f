"""A disk copies a claim of a VM that always runs.

## What it does
Reports DataVolumes, templates and claims that copy a claim of the repository that a VM with `runStrategy: Always` or
`running: true` uses.

## Why it matters
CDI copies a claim only while no pod writes it. Once the VM has started, the copy waits until the VM is stopped.

## Cluster message
CDI's event `CloneSourceInUse` contains `using PersistentVolumeClaim`.

## Bad
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      runStrategy: Always
      template:
        spec:
          volumes:
          - {name: root, dataVolume: {name: web-root}}
    ---
    kind: DataVolume
    metadata: {name: web-copy}
    spec:
      source: {pvc: {name: web-root, namespace: shop}}

## Good
    kind: DataVolume
    metadata: {name: web-copy}
    spec:
      source: {snapshot: {name: web-root-1, namespace: shop}}

## How to fix
Copy a VolumeSnapshot of the claim, or stop the VM.

## Source
CDI `pkg/controller/clone/common.go` (IsSourceClaimReady), `pkg/controller/clone-controller.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataVolume,
    PersistentVolumeClaim,
    VirtualMachine,
    VirtualMachinePool,
    Workload,
)
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import copies
from . import _clones

META = Meta(
    "VM472", effect=Effect.RISK, since="0.1", subject=(DataVolume, VirtualMachine, PersistentVolumeClaim), about=copies
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for copy in _clones.copies(subject, world):
        user = next((user for user, path in world.storage.users(copy.original) if _holds(user, path, subject)), None)
        if user is None:
            continue
        field = "running" if user.spec.get("running") is True else "runStrategy"
        yield META.at(
            copy.disk.at("spec", "source") if get(copy.disk.body, "spec", "source") else copy.disk.at("spec"),
            f"{copy.disk} copies claim `{copy.source.short}`, a disk of VM `{user.name}`, which always runs. CDI "
            "waits until no pod writes to the claim.",
            fix="copy a VolumeSnapshot of the claim, or stop the VM",
        ).along([*copy.hops(), Hop(f"VirtualMachine {user.ref.short}: {field}", user.at("spec", field))])


def _holds(user: Workload, path: Path, subject: Resource) -> bool:
    """Whether a VM always runs and writes a claim; of one that it mounts read-only CDI makes copies."""
    if get(user.data, *path, "persistentVolumeClaim", "readOnly") is True:
        return False
    if not isinstance(user, VirtualMachine) or isinstance(user, VirtualMachinePool) or user is subject:
        return False
    return not user.patched and user.keeps_running
