"""A ConfigMap is not in the repository.

## What it does
Looks for the ConfigMaps that volumes (plain ones and sysprep) and imports (`certConfigMap`, `extraArgs`) name. A pool
with `appendIndexToConfigMapRefs` needs one for each replica: `web-0`, `web-1` and so on. Optional ones are skipped, and
so are those that a cluster makes in each namespace.

## Why it matters
The object is accepted, and its pod waits for the ConfigMap of its own namespace. When the ConfigMap lives in the
cluster, declare it, with `outside:` in the configuration or a folder with `--context`.

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

META = Meta("VM870", effect=Effect.STUCK, since="0.2", subject=(Workload, DataVolume, DataImportCron), about=lost_links)


def check(subject: Resource, world: World) -> Iterator[Fault | Doubt]:
    yield from missing(META, subject, LinkKind.CONFIG_MAP, "ConfigMap", world)
