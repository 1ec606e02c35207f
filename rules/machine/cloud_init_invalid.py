"""The data of a cloud-init volume are missing, ambiguous, too long or invalid base64.

## What it does
Checks `cloudInitNoCloud` and `cloudInitConfigDrive` volumes: user data and network data each come from one of the plain
field, the base64 field and a Secret; one of the two is set; base64 can be decoded; and neither is longer than 2048
bytes.

## Why it fails
KubeVirt's webhook refuses the object. Longer data belong in a Secret, to which the limit does not apply.

## Cluster message
KubeVirt's refusal contains `userdatasource`, `networkdata source`, `is not a valid base64 value` or `byte limit`.

## Bad
    spec:
      template:
        spec:
          volumes:
          - name: cloud-init
            cloudInitNoCloud: {}

## Good
    spec:
      template:
        spec:
          volumes:
          - name: cloud-init
            cloudInitNoCloud:
              secretRef: {name: web-cloud-init}

## How to fix
Set exactly one source for each kind of data, and move long data into a Secret.

## Source
KubeVirt `vmi-create-admitter.go` (validateVolumes).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM515", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "cloud_init")
