"""KubeVirt refuses the next update of the KubeVirt object.

## What it does
Reports each part of a KubeVirt object that the operator's webhook refuses in an update: component patches that are not
JSON, certificates that outlive their CA, a memory overhead ratio below 1, TLS ciphers, seccomp profiles, node placement
that a pod can't have, zero replicas, settings whose feature gate is off, and a gate that is both enabled and disabled.

## Why it fails
The webhook runs only on updates: the object can be created, but the change that introduces the fault into an existing
object is refused. The change never takes effect, or no later change of the object is accepted.

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

from vmlint.kubevirt.configuration import check_update
from vmlint.kubevirt.gates import Gates
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from ._settings import faults

META = Meta("VM050", effect=Effect.RISK, since="0.1", subject=(KubeVirt, Change), refuses_updates=True)

_THEN = "KubeVirt accepts it when the object is created, and refuses the update that introduces it."
_NOW = "KubeVirt accepts it when the object is created, and refuses this edit."


def check(subject: KubeVirt | Change, world: World) -> Iterator[Fault]:
    if isinstance(subject, Change):
        old, new = subject.old, subject.new
        if isinstance(old, KubeVirt) and isinstance(new, KubeVirt):
            known = _refusals(old, subject.before)
            refusals = _refusals(new, world)
            yield from faults(META, new, (one for one in refusals if one in known), _THEN)
            if subject.is_update:
                introduced = (one for one in refusals if one not in known)
                yield from faults(META, new, introduced, _NOW, Effect.REJECTED)
    elif not world.is_updated(subject):
        yield from faults(META, subject, _refusals(subject, world), _THEN)


def _refusals(kubevirt: KubeVirt, world: World) -> list[Refusal]:
    release = world.settings.release
    return list(check_update(kubevirt.data, Gates(kubevirt.data, release), release))
