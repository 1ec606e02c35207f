"""A field is unknown, or in the wrong place.

## What it does
Compares the fields of KubeVirt's and CDI's objects, and of custom resources whose CustomResourceDefinition is at hand,
with their schema. It names the field that is meant, or the place where the field belongs, where there is one sure
guess. Patches are looked at too.

## Why it does nothing
The API server drops what the schema does not know. With strict field validation it refuses the object: kubectl asks for
that since 1.25, Flux does, and Argo CD does with `ServerSideApply=true`; for those write `unknown-fields: error` in the
configuration. Where KubeVirt's own validation allows no unknown field (the metadata of a VM's
template, say) the object is refused.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          resources:
            requests: {memory: 4Gi}

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            resources:
              requests: {memory: 4Gi}

## Source
KubeVirt's and CDI's CustomResourceDefinitions; KubeVirt `pkg/util/openapi`; Kubernetes
`apiextensions-apiserver/pkg/apiserver/schema/pruning`.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.cause import SchemaKind
from vmlint.world import World

from .._about import form
from ._form import FIRST, causes, told

META = Meta(
    "VM701",
    effect=Effect.IGNORED,
    since="0.1",
    subject=Resource,
    rank=FIRST,
    fragments=True,
    about=form,
    fix=Fix.SAFE,
    strict=True,
)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    return told(META, resource, causes(resource, world, SchemaKind.UNKNOWN), at_key=True)
