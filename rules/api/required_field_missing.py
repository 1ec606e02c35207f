"""A required field is missing.

## What it does
Looks for the fields that the schema of an object's API version requires. Patches may omit any field.

## Why it fails
The API server, or KubeVirt's own validation in front of it, refuses the object.

## Cluster message
The refusal contains `Required value`.

## Bad
    kind: DataSource
    spec:
      source:
        pvc: {name: fedora}

## Good
    kind: DataSource
    spec:
      source:
        pvc: {name: fedora, namespace: golden}

## How to fix
Add the field.

## Source
KubeVirt's and CDI's CustomResourceDefinitions; KubeVirt `pkg/util/openapi`.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.schema.code import Outcome, SchemaKind, outcome_of
from vmlint.world import World

from .._about import form
from ._form import BEHIND, faults_of, in_metadata, reported

META = Meta("VM703", effect=Effect.REJECTED, since="0.1", subject=Resource, rank=BEHIND, about=form)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    missing = faults_of(resource, world, SchemaKind.MISSING)
    refused = (refusal for refusal in missing if outcome_of(refusal) is Outcome.REFUSED and not in_metadata(refusal))
    return reported(META, resource, refused)
