"""A Secret or ConfigMap does not have a key that CDI or KubeVirt reads.

## What it does
Checks the Secrets that imports name with `secretRef`: the importer reads `accessKeyId` and `secretKey` for every source
except GCS. Checks the Secrets and ConfigMaps of sysprep volumes: one of `autounattend.xml` and `unattend.xml`, in any
letter case. An object without any key may be filled later, and is skipped.

## Why it matters
Without its keys the importer pod never starts. A guest with a sysprep volume that has no answer file never starts.

## Cluster message
The importer pod's events contain `CreateContainerConfigError` or `couldn't find key`; virt-launcher's log `Sysprep
drive should contain`.

## Bad
    kind: Secret
    metadata: {name: registry, namespace: shop}
    type: kubernetes.io/dockerconfigjson
    stringData: {.dockerconfigjson: "{}"}
    ---
    kind: DataVolume
    metadata: {name: root, namespace: shop}
    spec:
      source: {registry: {url: "docker://registry.example.com/web", secretRef: registry}}

## Good
    kind: Secret
    metadata: {name: registry, namespace: shop}
    stringData: {accessKeyId: user, secretKey: password}
    ---
    kind: DataVolume
    metadata: {name: root, namespace: shop}
    spec:
      source: {registry: {url: "docker://registry.example.com/web", secretRef: registry}}

## How to fix
Add the key that the finding names.

## Source
CDI `pkg/controller/import-controller.go` (makeImportEnv); KubeVirt `pkg/config/sysprep.go` (validateUnattendPresence).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import links
from vmlint.kubevirt.needed_keys import needed_by
from vmlint.kubevirt.secret_keys import keys_of
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataImportCron, DataVolume, Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._wording import choice

META = Meta(
    "VM871",
    effect=Effect.STUCK,
    since="0.1",
    subject=(Workload, DataVolume, DataImportCron),
    fields=("secretRef", "sysprep"),
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for link in links(subject):
        needed = needed_by(link.path)
        found = world.cluster.follow(link) if needed is not None else None
        if needed is None or found is None or found.resource is None or found.resource.patched:
            continue
        present = keys_of(found.resource.data, found.made_at)
        missing = needed.missing(present) if present is not None else ()
        if present is None or not missing:
            continue
        kind = "" if found.made else text(found.resource.data, "type")
        typed = f" of type `{kind}`" if kind not in ("", "Opaque") else ""
        noun = f"{link.ref.kind} `{link.ref.short}`{typed}"
        if needed.any_of:
            yield META.at(
                subject.at(*link.path),
                f"{noun} has neither the key {' nor '.join(f'`{key}`' for key in missing)}. The guest never starts.",
                fix=f"add the answer file under the key {choice(missing)}",
            ).along([_hop(found.resource, present)])
        else:
            keys = " and ".join(f"`{key}`" for key in missing)
            yield META.at(
                subject.at(*link.path),
                f"{noun} has no {'key' if len(missing) == 1 else 'keys'} {keys}, which the importer reads. "
                "The importer pod never starts.",
                fix=f"add {keys} to the Secret: user and password",
            ).along([_hop(found.resource, present)])


def _hop(resource: Resource, keys: frozenset[str]) -> Hop:
    return Hop(f"{resource.ref}: {', '.join(sorted(keys))}", resource.named)
