"""A document contains two objects, because `---` is missing.

## What it does
Reports a document in which the keys of a second object follow those of the first without a `---` between them. All
other rules check the objects as if the separator were there.

## Why it fails
kubectl keeps the last value of each key, so that it drops the first object without a message, and parts of it may end
up in the second one. kustomize and Argo CD refuse the file.

## Cluster message
kubectl reports nothing; kustomize's message contains `already defined` or `already set in map`.

## Bad
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}

    apiVersion: kubevirt.io/v1
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}

## Good
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: kubevirt.io/v1
    kind: VirtualMachine
    metadata: {name: web, namespace: shop}

## How to fix
Add `---` between the two objects.

## Source
`sigs.k8s.io/yaml` (yamlToJSONTarget); kustomize `kyaml/yaml` (duplicate keys).
"""

from collections.abc import Iterator

from vmlint.rule import Effect, Fault, Level, Meta, Spot
from vmlint.source.document import Document
from vmlint.world import World

META = Meta("VM950", effect=Effect.IGNORED, since="0.1", subject=Document, level=Level.ERROR)


def check(document: Document, world: World) -> Iterator[Fault]:
    if document.joined:
        span = document.span(())
        yield META.at(
            Spot(document, span),
            f"`---` is missing before line {span.line}, where a second object begins. kubectl drops the object above.",
            fix=f"write `---` on a separate line before line {span.line}",
        )
