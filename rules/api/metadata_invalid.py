"""A name, label or annotation is invalid.

## What it does
Checks the metadata of KubeVirt's and CDI's objects and of custom resources: the name and namespace, and the keys and
values of labels and annotations. For the other objects that a VM needs, only the labels and annotations.

## Why it fails
The API server refuses the object. Unquoted `true`, `yes` or digits are the usual cause: the values of labels and
annotations are text.

## Cluster message
The API server's refusal contains `Invalid value`, `RFC 1123` or `cannot unmarshal`.

## Bad
    kind: DataVolume
    metadata:
      name: Fedora_Root
      labels: {golden: true}

## Good
    kind: DataVolume
    metadata:
      name: fedora-root
      labels: {golden: "true"}

## How to fix
Correct the name or key, and quote the values of labels and annotations.

## Source
Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`, `apimachinery/pkg/util/validation`.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.code import SchemaKind
from vmlint.world import World

from .._about import form
from ._form import BEHIND, faults_of, in_metadata, reported

META = Meta("VM704", effect=Effect.REJECTED, since="0.1", subject=Resource, rank=BEHIND, about=form, fix=Fix.SAFE)

_KINDS = (SchemaKind.NAME, SchemaKind.LABEL, SchemaKind.TYPE, SchemaKind.LENGTH, SchemaKind.MISSING)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    return reported(META, resource, filter(in_metadata, faults_of(resource, world, *_KINDS)))
