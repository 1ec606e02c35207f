"""The object's API version is deprecated.

## What it does
Looks the API version up in the releases of KubeVirt and CDI; the finding names the one that replaces it.

## Why it matters
A later release no longer serves the version, and refuses the object.

## Cluster message
The API server prints a warning that contains `is deprecated`.

## Bad
    apiVersion: kubevirt.io/v1alpha3
    kind: VirtualMachine
    metadata:
      name: web

## Good
    apiVersion: kubevirt.io/v1
    kind: VirtualMachine
    metadata:
      name: web

## How to fix
Write the API version that replaces it.

## Source
KubeVirt `pkg/virt-operator/resource/generate/components/crds.go`, v0.53 to v1.9.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.code import SchemaKind
from vmlint.world import World

from .._about import form
from ._form import FIRST, faults_of, reported

META = Meta("VM706", effect=Effect.DEPRECATED, since="0.1", subject=Resource, rank=FIRST, about=form, fix=Fix.SAFE)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    return reported(META, resource, faults_of(resource, world, SchemaKind.DEPRECATED))
