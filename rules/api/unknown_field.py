"""A field is unknown, or in the wrong place.

## What it does
Compares the fields of KubeVirt's and CDI's objects, and of custom resources whose CustomResourceDefinition is
available, with their schema. The finding names the intended field, or the place where the field belongs, if only one is
likely. Patches are checked too.

## Why it does nothing
The API server drops fields that the schema does not contain. With strict field validation it refuses the object:
kubectl requests it since 1.25, Flux does, and Argo CD does with `ServerSideApply=true`. Where KubeVirt's own validation
does not allow unknown fields (for example the metadata of a VM's template) KubeVirt refuses the object.

## Cluster message
kubectl prints `unknown field`, as a warning or, with strict validation, as the refusal. KubeVirt's own validation
answers `is a forbidden property`.

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

## How to fix
Correct the name, or move the field to the place that the finding names.

## How to configure
`unknown-fields: error` makes the finding an error, for tools that apply with strict validation.

## Source
KubeVirt's and CDI's CustomResourceDefinitions; KubeVirt `pkg/util/openapi`; Kubernetes
`apiextensions-apiserver/pkg/apiserver/schema/pruning`.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.code import SchemaKind
from vmlint.world import World

from .._about import form
from ._form import FIRST, faults_of, reported

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
    return reported(META, resource, faults_of(resource, world, SchemaKind.UNKNOWN), at_key=True)
