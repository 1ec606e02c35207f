"""A ConfigMap is not in the repository.

## What it does
Looks for the ConfigMaps that volumes (`configMap` and `sysprep`) and imports (`certConfigMap`, `extraArgs`) name. A
pool with `appendIndexToConfigMapRefs` needs one for each replica: `web-0`, `web-1` and so on. Optional ones are
skipped, and so are those that a cluster creates in each namespace.

## Why it matters
The cluster accepts the object, and its pod waits for the ConfigMap in its own namespace.

## Cluster message
The pod's events contain `FailedMount` and `configmap` `not found`.

## Bad
    kind: ConfigMap
    metadata: {name: sysprep, namespace: default}
    ---
    kind: VirtualMachine
    metadata: {name: win, namespace: shop}
    spec:
      template:
        spec:
          volumes:
          - name: sysprep
            sysprep: {configMap: {name: sysprep}}

## Good
    kind: ConfigMap
    metadata: {name: sysprep, namespace: shop}
    ---
    kind: VirtualMachine
    metadata: {name: win, namespace: shop}
    spec:
      template:
        spec:
          volumes:
          - name: sysprep
            sysprep: {configMap: {name: sysprep}}

## How to fix
Correct the name or the namespace. If the object exists in the cluster, declare it: `outside:` in the configuration, or
a folder with `--context`.

## Source
KubeVirt `pkg/virt-controller/services/rendervolumes.go`; CDI `pkg/controller/import-controller.go`.
"""

from collections.abc import Iterator

from vmlint.graph.links import LinkKind
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataVolume, Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_links
from ._missing import missing

META = Meta("VM870", effect=Effect.STUCK, since="0.1", subject=(Workload, DataVolume, DataImportCron), about=lost_links)


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    yield from missing(META, subject, LinkKind.CONFIG_MAP, "ConfigMap", world)
