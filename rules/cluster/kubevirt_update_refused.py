"""KubeVirt refuses the next update of the KubeVirt object.

## What it does
Reports each part of a KubeVirt object that the operator's webhook refuses in an update: component patches that are not
JSON, certificates that outlive their CA, a memory overhead ratio below 1, TLS ciphers, seccomp profiles, node placement
that a pod can't have, zero replicas, settings whose feature gate is off, and a gate that is both enabled and disabled.

## Why it fails
The webhook runs only on updates: the object can be created, but the change that introduces the fault into an existing
object is refused. TLS, seccomp, node placement, feature gates and the downtime of migrations are checked only in
updates that change them. The rest is checked in every update: while the fault is there, no change is accepted.

## Cluster message
KubeVirt's refusal contains `is not valid JSON`, `cannot be smaller than 1.0`, `is not a valid cipher` or `exists on
both`.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration:
          featureGates: [HostDisk]
          disabledFeatureGates: [HostDisk]

## Good
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration:
          featureGates: [HostDisk]

## How to fix
Correct the field that the message names.

## Source
KubeVirt `pkg/virt-operator/webhooks/kubevirt-update-admitter.go` (Admit).
"""

from collections.abc import Iterator

from vmlint.kubevirt.configuration import check_change, check_update
from vmlint.kubevirt.gates import Gates
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from ._settings import faults

META = Meta("VM050", effect=Effect.RISK, since="0.1", subject=(KubeVirt, Change), refuses_updates=True)

_THEN = "KubeVirt accepts it when the object is created, and refuses the update that introduces it."
_NOW = "KubeVirt refuses this update of the object."


def check(subject: KubeVirt | Change, world: World) -> Iterator[Fault]:
    if isinstance(subject, Change):
        yield from _edited(subject, world)
    elif not world.is_updated(subject):
        yield from faults(META, subject, _refusals(subject, world), _THEN)


def _edited(change: Change, world: World) -> Iterator[Fault]:
    old, new, release = change.old, change.new, world.settings.release
    if not isinstance(new, KubeVirt):
        return
    refused = list(check_change(old.data, new.data, Gates(new.data, release), release)) if change.is_update else []
    later = (refusal for refusal in _refusals(new, world) if refusal not in refused)
    yield from faults(META, new, refused, _NOW, Effect.REJECTED)
    yield from faults(META, new, later, _THEN)


def _refusals(kubevirt: KubeVirt, world: World) -> Iterator[Refusal]:
    release = world.settings.release
    return check_update(kubevirt.data, Gates(kubevirt.data, release), release)
