"""A required field is missing.

## What it does
Looks for the fields that the schema of an object's API version requires. Patches may omit any field.

## Why it fails
The API server, or KubeVirt's own validation in front of it, refuses the object.

## Cluster message
The refusal contains `Required value`.

## Bad
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineInstancetype
    spec:
      cpu: {guest: 2}
      memory: {}

## Good
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineInstancetype
    spec:
      cpu: {guest: 2}
      memory: {guest: 4Gi}

## How to fix
Add the field.

## Source
KubeVirt's and CDI's CustomResourceDefinitions; KubeVirt `pkg/util/openapi`.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.schema.cause import Outcome, SchemaKind
from vmlint.world import World

from .._about import form
from ._form import BEHIND, causes, in_metadata, told

META = Meta("VM703", effect=Effect.REJECTED, since="0.1", subject=Resource, rank=BEHIND, about=form)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    missing = causes(resource, world, SchemaKind.MISSING)
    refused = (cause for cause in missing if cause.outcome is Outcome.REFUSED and not in_metadata(cause))
    return told(META, resource, refused)
