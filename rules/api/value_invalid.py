"""A value has the wrong type or format.

## What it does
Checks types, enumerations, patterns, ranges, lengths, lists without duplicates, and the validation rules in the schemas
of KubeVirt and CDI; for custom resources the same by their CustomResourceDefinition, except for patterns.

## Why it fails
The API server, or KubeVirt's own validation in front of it, refuses the object. YAML is often the cause: `on` and `yes`
are booleans, but strings where a kustomization reads the file; unquoted digits are a number; a forgotten `- ` turns a
list into a mapping.

## Cluster message
The refusal contains `Invalid value`, `must be of type` or `Unsupported value`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            cpu: {cores: "2"}

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            cpu: {cores: 2}

## How to fix
Write a value of the type and format that the finding names; quote text that YAML reads as a number or boolean.

## Source
KubeVirt's and CDI's CustomResourceDefinitions; KubeVirt `pkg/util/openapi`, and the Go types of its API, into which
its webhooks decode.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.code import SchemaKind
from vmlint.world import World

from .._about import form
from ._form import FIRST, faults_of, in_metadata, reported

META = Meta("VM702", effect=Effect.REJECTED, since="0.1", subject=Resource, rank=FIRST, about=form, fix=Fix.SAFE)

_KINDS = (
    SchemaKind.TYPE,
    SchemaKind.ENUM,
    SchemaKind.PATTERN,
    SchemaKind.RANGE,
    SchemaKind.LENGTH,
    SchemaKind.DUPLICATE,
    SchemaKind.RULE,
)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    found = (refusal for refusal in faults_of(resource, world, *_KINDS) if not in_metadata(refusal))
    return reported(META, resource, found)
