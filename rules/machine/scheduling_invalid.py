"""An affinity or topology spread is invalid.

## What it does
Checks `affinity` and `topologySpreadConstraints` by the rules that Kubernetes has for pods: weights from 1 to 100,
label keys and values, operators with the right number of values, node selectors with a term, `maxSkew` above 0, a known
`whenUnsatisfiable`, and constraints without duplicates.

## Why it fails
KubeVirt validates the fields as Kubernetes would for the pod, and its webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `nodeAffinity`, `nodeSelectorTerms`, `topologySpreadConstraints`, `Required value` or
`Unsupported value`.

## Bad
    spec:
      template:
        spec:
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                - matchExpressions:
                  - {key: zone, operator: In}

## Good
    spec:
      template:
        spec:
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                - matchExpressions:
                  - {key: zone, operator: In, values: [north]}

## How to fix
Correct the term or constraint that the finding names.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/validate-k8s-utils.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM510", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "scheduling")
