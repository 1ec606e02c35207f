"""A PersistentVolumeClaim is invalid.

## What it does
Checks the name, the access modes, the size, the volume mode and the data source of claims. A claim with CDI's label
`cdi.kubevirt.io/applyStorageProfile: "true"` may omit its modes: CDI completes them from the storage profile.

## Why it fails
The API server refuses a claim without access modes or size, or with unknown values. For a claim with CDI's label, CDI
refuses a missing size or one below 1Mi. With `webhookPvcRendering: Disabled` in the CDI object the label means nothing.

## Cluster message
The refusal contains `at least 1 access mode is required`, `Unsupported value` or `storage size should be at least
1MiB`.

## Bad
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec:
      resources: {requests: {storage: 10Gi}}

## Good
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 10Gi}}

## How to fix
Set `accessModes` and `resources.requests.storage`.

## Source
Kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeClaimSpec); CDI
`pkg/apiserver/webhooks/pvc-mutate.go`, `pkg/controller/datavolume/util.go` (RenderPvc).
"""

from collections.abc import Iterator

from vmlint.cdi.check import Check
from vmlint.cdi.render import APPLY_PROFILE, FROM_PROFILE, Failure, FailureReason
from vmlint.model.access import get
from vmlint.model.subjects import PersistentVolumeClaim
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._wording import in_words
from ._claims import LABEL, WORDS

META = Meta("VM417", effect=Effect.REJECTED, since="0.1", subject=PersistentVolumeClaim)


def check(subject: PersistentVolumeClaim, world: World) -> Iterator[Fault]:
    for refusal in world.storage.claim_refusals(subject):
        wrong, fix, *_ = in_words(WORDS, refusal)
        if get(subject.data, *refusal.path) == FROM_PROFILE:
            wrong, fix = _UNFILLED[subject.labels.get(APPLY_PROFILE) == "true"]
        yield META.at(subject.at(*refusal.path), f"claim `{subject.name}` {wrong}.", fix=fix)
    for disk in world.storage.disks(subject):
        outcome = world.storage.render(disk)
        if isinstance(outcome, Failure) and outcome.why in _AT_RENDER:
            wrong, fix, *_ = WORDS[_AT_RENDER[outcome.why]]
            yield META.at(subject.at(*outcome.path), f"{disk} {wrong}. CDI refuses the claim.", fix=fix)


_UNFILLED = (
    (f"has `volumeMode: {FROM_PROFILE}` without CDI's label", f"{LABEL}, or write `Filesystem`"),
    (
        f"has `volumeMode: {FROM_PROFILE}`, and the CDI object disables the webhook that fills it in",
        "write `Filesystem` or `Block`, or remove `webhookPvcRendering: Disabled` from the CDI object",
    ),
)
"""What is wrong with the volume mode, and what to do, for a claim without and with CDI's label."""
_AT_RENDER = {FailureReason.NO_SIZE: Check.SIZE_MISSING, FailureReason.TOO_SMALL: Check.SIZE_TOO_SMALL}
