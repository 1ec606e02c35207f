"""A ServiceAccount is not in the repository.

## What it does
Looks for the ServiceAccount that the guest of a VM names: in a volume `serviceAccount`, whose token the guest sees, or
since 1.9 in `serviceAccountName`. Those that a cluster creates in each namespace, such as `default`, are skipped.

## Why it matters
The cluster accepts the VM. The virt-launcher pod runs as the ServiceAccount, and the API server refuses the pod as long
as the name is missing in its namespace.

## Cluster message
The VM's conditions contain `error looking up service account`.

## Bad
    kind: ServiceAccount
    metadata: {name: reporter, namespace: default}
    ---
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          volumes:
          - name: token
            serviceAccount: {serviceAccountName: reporter}

## Good
    kind: ServiceAccount
    metadata: {name: reporter, namespace: shop}
    ---
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          volumes:
          - name: token
            serviceAccount: {serviceAccountName: reporter}

## How to fix
Correct the name or the namespace. If the object exists in the cluster, declare it: `outside:` in the configuration, or
a folder with `--context`.

## Source
KubeVirt `pkg/virt-controller/services/template.go`; Kubernetes `plugin/pkg/admission/serviceaccount/admission.go`.
"""

from collections.abc import Iterator

from vmlint.graph.links import LinkKind
from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_links
from ._missing import missing

META = Meta("VM874", effect=Effect.STUCK, since="0.1", subject=Workload, about=lost_links)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    by_name = workload.at(*workload.vmi_path, "serviceAccountName")
    for found in missing(META, workload, LinkKind.SERVICE_ACCOUNT, "ServiceAccount", world):
        if world.behaviour.service_account_by_name or found.place != by_name:  # older releases drop the field
            yield found
