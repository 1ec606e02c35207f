"""A Secret is not in the repository.

## What it does
Looks for the Secrets that volumes (cloud-init, sysprep, `secret`), access credentials, imports, exports and backups
name. A pool with `appendIndexToSecretRefs` needs one for each replica: `web-0`, `web-1` and so on. A Secret that an
ExternalSecret, a SealedSecret, a cert-manager Certificate or a similar object creates counts as present. Optional ones
are skipped.

## Why it matters
The cluster accepts the object, and its pod waits for the Secret. Secrets are often kept out of a repository.

## Cluster message
The pod's events contain `FailedMount` and `secret` `not found`.

## Bad
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          volumes:
          - name: cloud-init
            cloudInitNoCloud:
              secretRef: {name: web-userdata}

## Good
    kind: ExternalSecret
    metadata: {name: web-userdata, namespace: shop}
    ---
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}
    spec:
      template:
        spec:
          volumes:
          - name: cloud-init
            cloudInitNoCloud:
              secretRef: {name: web-userdata}

## How to fix
Correct the name or the namespace. If the object exists in the cluster, declare it: `outside:` in the configuration, or
a folder with `--context`.

## Source
KubeVirt `pkg/virt-controller/services/rendervolumes.go`; CDI `pkg/controller/import-controller.go`.
"""

from collections.abc import Iterator

from vmlint.graph.links import LinkKind
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataVolume, VirtualMachineBackup, VirtualMachineExport, Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_links
from ._missing import missing

META = Meta(
    "VM820",
    effect=Effect.STUCK,
    since="0.1",
    subject=(Workload, DataVolume, DataImportCron, VirtualMachineExport, VirtualMachineBackup),
    about=lost_links,
)


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    yield from missing(META, subject, LinkKind.SECRET, "Secret", world)
