"""A PriorityClass does not exist.

## What it does
In a closed world, looks for the PriorityClass that a guest or a DataVolume names. Those that Kubernetes, OpenShift and
KubeVirt create themselves, such as `system-cluster-critical`, are skipped.

Otherwise a class that is not in the files may be in the cluster, and nothing is reported.

## Why it matters
The cluster accepts the object. Its pods get the priority of the class, and the API server refuses a pod whose class
does not exist.

## Cluster message
The VM's conditions contain `no PriorityClass with name`.

## Bad
    kind: PriorityClass
    metadata: {name: production}
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          priorityClassName: prodution

## Good
    kind: PriorityClass
    metadata: {name: production}
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          priorityClassName: production

## How to fix
Correct the name. If the object exists in the cluster, declare it: `outside:` in the configuration, or a folder with
`--context`.

## How to configure
`closed-world: true` decides the question from the files.

## Source
KubeVirt `pkg/virt-controller/services/template.go`; CDI `pkg/controller/common/util.go` (GetPriorityClass); Kubernetes
`plugin/pkg/admission/priority/admission.go`.
"""

from collections.abc import Iterator

from vmlint.graph.links import LinkKind
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataVolume, Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_links
from ._missing import missing

META = Meta("VM875", effect=Effect.STUCK, since="0.1", subject=(Workload, DataVolume, DataImportCron), about=lost_links)

_CLASS = Ref("scheduling.k8s.io", "PriorityClass", "", "")


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    if world.closed(_CLASS):
        yield from missing(META, subject, LinkKind.PRIORITY_CLASS, "PriorityClass", world)
