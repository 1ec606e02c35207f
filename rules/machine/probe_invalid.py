"""A probe has no handler, several, or no network.

## What it does
Checks `readinessProbe` and `livenessProbe`: each has one of `httpGet`, `tcpSocket`, `exec` and `guestAgentPing`;
`httpGet` and `tcpSocket` need a pod network; a guest that starts paused has no liveness probe.

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `exactly one probe type set`, `must be set if a`, `only allowed if the Pod Network is
attached` or `LivenessProbe is not supported`.

## Bad
    spec:
      template:
        spec:
          readinessProbe:
            periodSeconds: 10

## Good
    spec:
      template:
        spec:
          readinessProbe:
            periodSeconds: 10
            guestAgentPing: {}

## How to fix
Set exactly one handler; `httpGet` and `tcpSocket` need a pod network.

## Source
KubeVirt `vmi-create-admitter.go` (validateProbe).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM518", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "probes")
