"""An access credential has no source or propagation method.

## What it does
Checks `accessCredentials`: each entry is one key or one password, from one Secret, with one propagation method; the
guest has what the method needs (a `cloudInitNoCloud` volume for `noCloud`, users for `qemuGuestAgent`).

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `exactly one access credential type`, `exactly one propagationMethod`, `requires a noCloud
volume` or `at least one user`.

## Bad
    spec:
      template:
        spec:
          accessCredentials:
          - sshPublicKey:
              source:
                secret: {secretName: ssh-key}
              propagationMethod: {noCloud: {}}
          volumes: []

## Good
    spec:
      template:
        spec:
          accessCredentials:
          - sshPublicKey:
              source:
                secret: {secretName: ssh-key}
              propagationMethod: {noCloud: {}}
          volumes:
          - name: cloud-init
            cloudInitNoCloud: {userData: "#cloud-config"}

## How to fix
Add the source or the propagation method, and the cloud-init volume that it needs.

## Source
KubeVirt `vmi-create-admitter.go` (validateAccessCredentials).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM516", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "access_credentials")
