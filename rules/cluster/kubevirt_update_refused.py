"""KubeVirt refuses the next update of the KubeVirt object.

## What it does
Reports each part of a KubeVirt object that the operator's webhook refuses in an update: patches of components that are
not JSON, certificates that outlive their CA, a memory overhead ratio below 1, TLS ciphers, seccomp profiles, node
placement that no pod can have, no replicas, settings whose feature gate is off, and a gate that is both enabled and
disabled.

## Why it fails
The webhook runs on updates alone: the object can be created, and the change that brings the fault to an existing one is
refused. So the change never takes effect, or nobody can change the object any more.

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

## Source
KubeVirt `pkg/virt-operator/webhooks/kubevirt-update-admitter.go` (Admit).
"""

from collections.abc import Iterator

from vmlint.kubevirt.configuration import check_update
from vmlint.kubevirt.gates import Gates
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._settings import faults

META = Meta("VM050", effect=Effect.RISK, since="0.2", subject=KubeVirt)

_THEN = "KubeVirt accepts it when the object is created, and refuses the update that introduces it."


def check(kubevirt: KubeVirt, world: World) -> Iterator[Fault]:
    release = world.settings.release
    causes = check_update(kubevirt.data, Gates(kubevirt.data, release), release)
    return faults(META, kubevirt, causes, _THEN)
